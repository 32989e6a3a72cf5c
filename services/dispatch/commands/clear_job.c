#include "job.h"

/*
 * The hazard is gone.  Whoever holds the job cannot say so themselves, which is why providers and
 * technicians may not ask.
 */
bool clear_job(struct request *req)
{
    const ClearJob *order = request_body(req, clear_job);

    return job_step(req, order->job_id, "clear", (struct said){.note = order->note});
}

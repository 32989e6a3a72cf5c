#include "job.h"

/* The work begins. */
bool start_job(struct request *req)
{
    const StartJob *order = request_body(req, start_job);

    return job_step(req, order->job_id, "start", (struct said){.note = order->note});
}

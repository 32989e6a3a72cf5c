#include "job.h"

/* Nobody needs the work any more. */
bool cancel_job(struct request *req)
{
    const CancelJob *order = request_body(req, cancel_job);

    return job_step(req, order->job_id, "cancel", (struct said){.reason = order->reason});
}

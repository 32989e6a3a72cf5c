#include "job.h"

/* Give an offer back, saying why; the next candidate reads it. */
bool decline_job(struct request *req)
{
    const DeclineJob *order = request_body(req, decline_job);

    return job_step(req, order->job_id, "decline", (struct said){.reason = order->reason});
}

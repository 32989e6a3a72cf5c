#include "job.h"

/* The work rests: for parts, the customer, safety. */
bool pause_job(struct request *req)
{
    const PauseJob *order = request_body(req, pause_job);

    return job_step(req, order->job_id, "pause", (struct said){.reason = order->reason});
}

#include "job.h"

/* The work does not pass: it goes on, and the rework is counted. */
bool reject_job(struct request *req)
{
    const RejectJob *order = request_body(req, reject_job);

    return job_step(req, order->job_id, "reject", (struct said){.reason = order->reason});
}

#include "job.h"

/* A hazard or an incident: the work stops until somebody else clears it. */
bool suspend_job(struct request *req)
{
    const SuspendJob *order = request_body(req, suspend_job);

    return job_step(req, order->job_id, "suspend", (struct said){.reason = order->reason});
}

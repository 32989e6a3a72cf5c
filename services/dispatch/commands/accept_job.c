#include "job.h"

/*
 * Take on what was offered.
 *
 * Only the one it is offered to can: to any other provider the job is not there, and staff who may
 * speak for them see the jobs of their branches only.
 */
bool accept_job(struct request *req)
{
    const AcceptJob *order = request_body(req, accept_job);

    return job_step(req, order->job_id, "accept", (struct said){.note = order->note});
}

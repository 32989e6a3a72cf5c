#include "job.h"

/* No fix: back to the pool, saying why. */
bool give_up_job(struct request *req)
{
    const GiveUpJob *order = request_body(req, give_up_job);

    return job_step(req, order->job_id, "give_up", (struct said){.reason = order->reason});
}

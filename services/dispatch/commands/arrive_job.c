#include "job.h"

/* At the customer's. */
bool arrive_job(struct request *req)
{
    const ArriveJob *order = request_body(req, arrive_job);

    return job_step(req, order->job_id, "arrive", (struct said){.note = order->note});
}

#include "job.h"

/* On the way to the customer. */
bool depart_job(struct request *req)
{
    const DepartJob *order = request_body(req, depart_job);

    return job_step(req, order->job_id, "depart", (struct said){.note = order->note});
}

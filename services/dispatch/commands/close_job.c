#include "job.h"

/* File a verified job. */
bool close_job(struct request *req)
{
    const CloseJob *order = request_body(req, close_job);

    return job_step(req, order->job_id, "close", (struct said){.note = order->note});
}

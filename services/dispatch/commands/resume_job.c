#include "job.h"

/* The work goes on. */
bool resume_job(struct request *req)
{
    const ResumeJob *order = request_body(req, resume_job);

    return job_step(req, order->job_id, "resume", (struct said){.note = order->note});
}

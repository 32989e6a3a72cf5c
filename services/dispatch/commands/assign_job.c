#include "people.h"

/* A dispatcher's decision, with its reason: the job is theirs now, whoever held it before. */
bool assign_job(struct request *req)
{
    const AssignJob *order = request_body(req, assign_job);
    struct candidate to;
    struct job job;

    require_text(req, "reason", order->reason);
    if (!job_find(req, order->job_id, &job)
        || !candidate_named(req, &job, order->technician_id, order->provider_id, &to)
        || !job_may(req, &job, "assign"))
        return false;

    job_hold(&job, &to);
    return job_move(req, &job, "assign", &(struct said){.reason = order->reason})
           && job_answer(req, &job);
}

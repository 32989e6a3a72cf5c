#include "people.h"

#include <string.h>

static bool is_theirs(const struct job *job, const struct candidate *who)
{
    return strcmp(job_text(job, "technician_id"), row_text(&who->row, "technician_id")) == 0
           && strcmp(job_text(job, "provider_id"), row_text(&who->row, "provider_id")) == 0;
}

/* Whoever held it is told, for from here on it is out of their sight.  Where they were, and how far
 * their clock had come, is nothing to the next. */
static bool withdraw(struct request *req, struct job *job, const char *reason)
{
    static const char *const of_theirs[] = {"latitude", "longitude", "updated_at"};

    if (text_empty(job_text(job, "technician_id")) && text_empty(job_text(job, "provider_id")))
        return true;
    job_forget(job, TABLE(of_theirs));
    job_renew(req, job);
    return job_tell(req, job, &job_withdrawn__descriptor, &(struct said){.reason = reason});
}

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

    if (!is_theirs(&job, &to) && !withdraw(req, &job, order->reason))
        return false;

    job_hold(&job, &to);
    return job_move(req, &job, "assign", &(struct said){.reason = order->reason})
           && job_answer(req, &job);
}

#include "job.h"

#include <string.h>

/*
 * An offer that was not answered in time is withdrawn.
 *
 * A timer may be late; whether the offer that stands now has run out is read from the job.
 */
bool expire_offer(struct request *req)
{
    int64_t until_ms;
    struct job job;

    if (!job_find(req, timer_subject(req), &job))
        return false;

    if (strcmp(job_text(&job, "state"), "offered") != 0
        || !clock_parse(job_text(&job, "offered_until"), &until_ms) || until_ms > req->now_ms)
        return true;

    const struct said said = {.reason = "not answered in time"};
    return job_move(req, &job, "expire", &said) && jobs_save(req, &job, 1);
}

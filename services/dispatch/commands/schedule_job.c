#include "job.h"

static bool read_instant(struct request *req, const char *field, const char *text, int64_t *ms)
{
    if (text_empty(text))
        violate(req, field, "missing", "when the appointment is");
    else if (clock_parse(text, ms))
        return true;
    else
        violate(req, field, "bad_instant", "an instant such as 2026-11-23T01:00:00Z");
    return false;
}

/* Agree on a time with the customer. */
bool schedule_job(struct request *req)
{
    const ScheduleJob *order = request_body(req, schedule_job);
    int64_t from_ms = 0, until_ms = 0;
    struct job job;

    bool readable = read_instant(req, "from", order->from, &from_ms);
    readable = read_instant(req, "until", order->until, &until_ms) && readable;
    if (readable && until_ms <= from_ms)
        violate(req, "until", "out_of_order", "later than from");
    if (!refuse_violations(req) || !job_find(req, order->job_id, &job)
        || !job_may(req, &job, "schedule"))
        return false;

    job_set(&job, "scheduled_from", clock_text(req->arena, from_ms));
    job_set(&job, "scheduled_until", clock_text(req->arena, until_ms));
    return job_move(req, &job, "schedule", &(struct said){0}) && job_answer(req, &job);
}

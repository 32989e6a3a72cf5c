#include "job.h"

/* For a provider's own caller its number, which may be none; NULL for all others. */
static const char *only_provider(struct request *req)
{
    if (!text_empty(req->caller.provider_id))
        return request_id(req, req->caller.provider_id);
    return req->caller.roles == PROVIDER ? "0" : NULL;
}

/* Jobs, the newest first. */
bool list_jobs(struct request *req)
{
    const ListJobs *query = request_body(req, list_jobs);
    const char *limit, *after;
    struct rows found;

    if (!text_empty(query->state) && !job_is_state(query->state))
        violate(req, "state", "unknown_word", "no job is ever %s", query->state);
    if (!refuse_violations(req) || !list_limit(req, query->limit, &limit)
        || !list_after(req, query->cursor, &after))
        return false;
    if (!db_all(req->db, &found, sql.list_jobs, text_or_null(query->state),
                request_id(req, query->ticket_id), request_id(req, query->technician),
                request_id(req, query->provider), text_or_null(query->branch),
                text_or_null(req->caller.branch), only_provider(req),
                clock_text(req->arena, req->now_ms - provider_sight_days * DAY_MS), after, limit))
        return false;

    void **items = arena_take(req->arena, (found.count + 1) * sizeof *items);
    for (size_t i = 0; i < found.count; i++) {
        struct job job = job_of(req, &found.rows[i]);
        items[i] = job_message(req, &job);
    }
    return list_answered(req, jobs, list_cut(req, items, &found, limit, "job_id"));
}

#include "job.h"

static const char *const not_begun[] = {"planned", "offered", "accepted", "scheduled", NULL};

static struct rows those_not_begun(struct request *req, const struct rows *jobs)
{
    struct rows found = *jobs;

    found.rows = arena_take(req->arena, (jobs->count + 1) * sizeof *found.rows);
    found.count = 0;
    for (size_t i = 0; i < jobs->count; i++)
        if (word_is_among(row_text(&jobs->rows[i], "state"), not_begun))
            found.rows[found.count++] = jobs->rows[i];
    return found;
}

/* The customer's matter is closed, and with it the work that passed.  Nobody sets out for it any
 * more; who has set out already says how that ends, and the job is closed when it is verified. */
bool close_jobs(struct request *req)
{
    const TicketClosed *event = request_body(req, ticket_closed);
    const struct said said = {.note = "the ticket was closed", .reason = "the ticket was closed"};
    struct rows jobs;

    if (!jobs_of_ticket(req, event->ticket_id, &jobs))
        return false;
    struct rows idle = those_not_begun(req, &jobs);
    return jobs_move(req, &idle, "cancel", &said) && jobs_move(req, &jobs, "close", &said)
           && db_run(req->db, sql.note_ticket_closed, request_id(req, event->ticket_id), "t");
}

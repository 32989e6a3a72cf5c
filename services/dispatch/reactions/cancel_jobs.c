#include "job.h"

static const char *because(struct request *req)
{
    const char *into = message_text(req->body, "into");
    const char *reason = message_text(req->body, "reason");

    if (!text_empty(into))
        return arena_print(req->arena, "the ticket was merged into %s", into);
    return arena_print(req->arena, "the ticket was cancelled%s%s", text_empty(reason) ? "" : ": ",
                       text_or_empty(reason));
}

/* Nobody travels for a ticket that is no more. */
bool cancel_jobs(struct request *req)
{
    const struct said said = {.reason = because(req)};
    struct rows jobs;

    if (!jobs_of_ticket(req, message_text(req->body, "ticket_id"), &jobs))
        return false;
    return jobs_move(req, &jobs, "cancel", &said);
}

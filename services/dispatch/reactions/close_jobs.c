#include "job.h"

/* The customer's matter is closed, and with it the work that passed. */
bool close_jobs(struct request *req)
{
    const TicketClosed *event = request_body(req, ticket_closed);
    const struct said said = {.note = "the ticket was closed"};
    struct rows jobs;

    if (!jobs_of_ticket(req, event->ticket_id, &jobs))
        return false;
    return jobs_move(req, &jobs, "close", &said);
}

#include "job.h"

/* What the ticket is worth to be hurried for, its jobs are. */
bool amend_jobs(struct request *req)
{
    const TicketAmended *event = request_body(req, ticket_amended);
    struct rows jobs;

    return jobs_of_ticket(req, event->ticket_id, &jobs) && jobs_amend(req, &jobs, event->priority);
}

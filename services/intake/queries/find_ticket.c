#include "tickets.h"

/* One ticket, as far as the caller may see it. */
bool find_ticket(struct request *req)
{
    const FindTicket *question = request_body(req, find_ticket);
    Ticket *ticket;

    if (!ticket_found(req, question->ticket_id, &ticket))
        return false;

    ticket_veil(req, ticket);
    return reply_version(req, ticket->version, &ticket->base);
}

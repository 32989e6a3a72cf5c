#include "tickets.h"

#include <string.h>

/* The survivor has to be there for the caller, another ticket, and one that goes on. */
static bool survivor_fits(struct request *req, const MergeTicket *order)
{
    Ticket *survivor;

    if (strcmp(order->into, order->ticket_id) == 0) {
        violate(req, "into", "same_ticket", "a ticket can't survive itself");
        return refuse_violations(req);
    }
    if (!ticket_found(req, order->into, &survivor))
        return false;
    if (ticket_can(survivor, "merge"))
        return true;
    return refuse(req, CONFLICT, "survivor_not_open", "ticket %s is %s and takes up no other",
                  order->into, survivor->state);
}

/* The same request was registered twice: one number goes on, both still answer. */
bool merge_ticket(struct request *req)
{
    const MergeTicket *order = request_body(req, merge_ticket);
    struct turn turn;

    require_text(req, "into", order->into);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "merge", &turn)
        || !survivor_fits(req, order))
        return false;

    turn.ticket->merged_into = order->into;
    TicketMerged event = TICKET_MERGED__INIT;
    event.into = order->into;
    return ticket_answered(req, &turn, &event.base);
}

#include "tickets.h"

/*
 * The customer is not satisfied with the solution.
 *
 * It was promised to be over and is not: it goes up a priority, and is counted.
 */
bool object_ticket(struct request *req)
{
    const ObjectTicket *order = request_body(req, object_ticket);
    struct turn turn;

    require_text(req, "reason", order->reason);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "object", &turn))
        return false;

    turn.ticket->resolved_at = "";
    turn.ticket->priority = priority_above(turn.ticket->priority);
    turn.ticket->reopen_count++;
    TicketObjected event = TICKET_OBJECTED__INIT;
    event.reason = order->reason;
    event.priority = turn.ticket->priority;
    event.reopen_count = turn.ticket->reopen_count;
    return ticket_answered(req, &turn, &event.base);
}

#include "tickets.h"

/* The request is given up before it was met. */
bool cancel_ticket(struct request *req)
{
    const CancelTicket *order = request_body(req, cancel_ticket);
    struct turn turn;

    require_text(req, "reason", order->reason);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "cancel", &turn))
        return false;

    TicketCancelled event = TICKET_CANCELLED__INIT;
    event.reason = order->reason;
    return ticket_answered(req, &turn, &event.base);
}

#include "tickets.h"

/* The last word, with the summary that others learn from. */
bool close_ticket(struct request *req)
{
    const CloseTicket *order = request_body(req, close_ticket);
    struct turn turn;

    require_text(req, "summary", order->summary);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "close", &turn))
        return false;

    turn.ticket->closed_at = turn.at;
    turn.ticket->summary = order->summary;
    TicketClosed event = TICKET_CLOSED__INIT;
    event.summary = order->summary;
    return ticket_answered(req, &turn, &event.base);
}

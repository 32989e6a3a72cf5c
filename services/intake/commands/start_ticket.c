#include "tickets.h"

/* Somebody begins to work on it. */
bool start_ticket(struct request *req)
{
    const StartTicket *order = request_body(req, start_ticket);
    struct turn turn;

    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "start", &turn))
        return false;

    TicketStarted event = TICKET_STARTED__INIT;
    event.note = order->note;
    return ticket_answered(req, &turn, &event.base);
}

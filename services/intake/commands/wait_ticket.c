#include "tickets.h"

/*
 * Nothing can be done until somebody else has done something.
 *
 * For whom it waits decides whose time is running, so that has to be said.
 */
bool wait_ticket(struct request *req)
{
    const WaitTicket *order = request_body(req, wait_ticket);
    struct turn turn;

    require_text(req, "waiting_for", order->waiting_for);
    word_fits(req, "waiting_for", order->waiting_for, waiting_reasons);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "wait", &turn))
        return false;

    turn.ticket->waiting_for = order->waiting_for;
    TicketWaiting event = TICKET_WAITING__INIT;
    event.waiting_for = order->waiting_for;
    event.note = order->note;
    return ticket_answered(req, &turn, &event.base);
}

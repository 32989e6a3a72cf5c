#include "tickets.h"

/*
 * The request is met.
 *
 * An answer on the telephone may settle it, so it need not have been started; but what was wrong
 * and what was done are said each time, for that is what others learn from.
 */
bool resolve_ticket(struct request *req)
{
    const ResolveTicket *order = request_body(req, resolve_ticket);
    struct turn turn;

    require_text(req, "cause", order->cause);
    require_text(req, "solution", order->solution);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "resolve", &turn))
        return false;

    TicketResolved event = TICKET_RESOLVED__INIT;
    ticket_solve(&turn, order->cause, order->solution, &event);
    return ticket_answered(req, &turn, &event.base);
}

#include "tickets.h"

/* The customer's time to come back, or somebody who may overlook that it is over. */
static bool still_open_to(struct request *req, const struct turn *turn)
{
    int64_t closed_ms;

    if (req->caller.roles & (ADMIN | LEAD | MANAGER | IMPORTER))
        return true;
    CHECK(clock_parse(turn->ticket->closed_at, &closed_ms));
    if (turn->at_ms - closed_ms <= reopen_window_days * DAY_MS)
        return true;
    return refuse(req, FORBIDDEN, "reopen_window_over",
                  "closed %s, more than %ld days ago: a lead may still open it again",
                  turn->ticket->closed_at, reopen_window_days);
}

/*
 * A closed ticket is taken up again.
 *
 * Within a week of closing that is the customer's right, whoever takes the call; later a lead
 * decides, for it may as well be a new request.
 */
bool reopen_ticket(struct request *req)
{
    const ReopenTicket *order = request_body(req, reopen_ticket);
    struct turn turn;

    require_text(req, "reason", order->reason);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "reopen", &turn)
        || !still_open_to(req, &turn))
        return false;

    turn.ticket->resolved_at = turn.ticket->closed_at = "";
    turn.ticket->reopen_count++;
    TicketReopened event = TICKET_REOPENED__INIT;
    event.reason = order->reason;
    event.reopen_count = turn.ticket->reopen_count;
    return ticket_answered(req, &turn, &event.base);
}

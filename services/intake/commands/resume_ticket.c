#include "tickets.h"

/* What it waited for has come: back to where it was. */
bool resume_ticket(struct request *req)
{
    const ResumeTicket *order = request_body(req, resume_ticket);
    struct turn turn;

    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "resume", &turn)
        || !ticket_recall(req, turn.ticket))
        return false;

    TicketResumed event = TICKET_RESUMED__INIT;
    event.note = order->note;
    return ticket_answered(req, &turn, &event.base);
}

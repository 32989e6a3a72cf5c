#include "tickets.h"

/* A remark; it moves nothing, so it may be made in any state, after the last one too. */
bool note_ticket(struct request *req)
{
    const NoteTicket *order = request_body(req, note_ticket);
    struct turn turn;

    require_text(req, "text", order->text);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, NULL, &turn))
        return false;

    TicketNoted event = TICKET_NOTED__INIT;
    return ticket_noted(req, &turn, order->text, order->visible_to_customer, &event)
           && ticket_answered(req, &turn, &event.base);
}

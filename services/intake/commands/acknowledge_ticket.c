#include "tickets.h"

/*
 * The first human answer, with the preliminary advice.
 *
 * Without words it would be a receipt, and a receipt answers nobody.
 */
bool acknowledge_ticket(struct request *req)
{
    const AcknowledgeTicket *order = request_body(req, acknowledge_ticket);
    struct turn turn;

    require_text(req, "answer", order->answer);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "acknowledge", &turn))
        return false;

    turn.ticket->acknowledged_at = turn.at;
    TicketAcknowledged event = TICKET_ACKNOWLEDGED__INIT;
    event.answer = order->answer;
    return ticket_answered(req, &turn, &event.base);
}

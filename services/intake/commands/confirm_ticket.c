#include "tickets.h"

/* A customer confirms with a name or proof, or says why not; silence is the clock's to hear. */
static void require_acceptance(struct request *req, const ConfirmTicket *order)
{
    if (order->by_silence) {
        if (!(req->caller.roles & IMPORTER))
            violate(req, "by_silence", "not_allowed",
                    "silence confirms by itself when the confirmation window ends");
    } else if (text_empty(order->signed_by) && text_empty(order->evidence_id)) {
        if (text_empty(order->refused_reason))
            violate(req, "signed_by", "missing",
                    "who confirmed, or the proof of it, or why the customer refused to sign");
    }
}

/* The customer accepts the solution. */
bool confirm_ticket(struct request *req)
{
    const ConfirmTicket *order = request_body(req, confirm_ticket);
    struct turn turn;

    require_acceptance(req, order);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, "confirm", &turn))
        return false;

    TicketConfirmed event = TICKET_CONFIRMED__INIT;
    return ticket_confirmed(req, &turn, order, &event) && ticket_answered(req, &turn, &event.base);
}

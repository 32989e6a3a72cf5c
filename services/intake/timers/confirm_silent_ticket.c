#include "tickets.h"

/* The customer had time to object and did not: that confirms, and the ticket says how. */
bool confirm_silent_ticket(struct request *req)
{
    ConfirmTicket silence = CONFIRM_TICKET__INIT;
    struct turn turn;

    if (!ticket_turn(req, id_of(req, 'T', timer_subject(req)), NULL, NULL, &turn))
        return false;

    silence.by_silence = true;
    turn.ticket->state = lifecycle_next(&ticket_life, turn.from, "confirm");
    TicketConfirmed event = TICKET_CONFIRMED__INIT;
    return ticket_confirmed(req, &turn, &silence, &event) && ticket_told(req, &turn, &event.base);
}

#include "tickets.h"

/* The last job of a ticket was verified: what its report says resolves the ticket. */
bool resolve_with_job(struct request *req)
{
    const JobVerified *told = request_body(req, job_verified);
    struct turn turn;

    if (!told->last)
        return true;
    if (!ticket_turn(req, told->ticket_id, NULL, NULL, &turn))
        return false;
    if (!ticket_can(turn.ticket, "resolve"))
        return true;

    TicketResolved event = TICKET_RESOLVED__INIT;
    turn.ticket->state = "resolved";
    ticket_solve(&turn, told->report ? told->report->cause : "",
                 told->report ? told->report->work_done : "", &event);
    return ticket_told(req, &turn, &event.base);
}

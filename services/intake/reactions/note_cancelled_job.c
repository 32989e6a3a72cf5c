#include "tickets.h"

/* A job was cancelled while its ticket goes on: whoever owns the ticket has to know. */
bool note_cancelled_job(struct request *req)
{
    const JobCancelled *told = request_body(req, job_cancelled);
    struct turn turn;

    if (!ticket_turn(req, told->ticket_id, NULL, NULL, &turn))
        return false;
    if (!ticket_can(turn.ticket, "cancel"))
        return true;

    TicketNoted event = TICKET_NOTED__INIT;
    const char *text =
        arena_print(req->arena, "job %s was cancelled: %s", told->job_id, told->reason);
    return ticket_noted(req, &turn, text, false, &event) && ticket_told(req, &turn, &event.base);
}

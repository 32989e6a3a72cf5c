#include "tickets.h"

/* What waited has ended: somebody is at work. */
static bool resume(struct request *req, struct turn *turn)
{
    TicketResumed event = TICKET_RESUMED__INIT;

    event.note = "a job was started";
    return ticket_recall(req, turn->ticket) && ticket_told(req, turn, &event.base);
}

/* Whoever began to work has answered the customer as well. */
static bool acknowledge(struct request *req, struct turn *turn)
{
    TicketAcknowledged event = TICKET_ACKNOWLEDGED__INIT;

    event.answer = "a job was started";
    turn->ticket->state = "acknowledged";
    turn->ticket->acknowledged_at = turn->at;
    return ticket_told(req, turn, &event.base);
}

static bool start(struct request *req, struct turn *turn)
{
    TicketStarted event = TICKET_STARTED__INIT;

    event.note = message_text(req->body, "note");
    event.job_id = message_text(req->body, "job_id");
    turn->ticket->state = "in_progress";
    return ticket_told(req, turn, &event.base);
}

/*
 * The first job of a ticket that is started takes the ticket with it, over the steps in between; so
 * does one that was suspended before the work began and is cleared to begin.
 *
 * A ticket that is already in work, or over, stays as it is: a job more or a late report is no news
 * to it.
 */
bool start_with_job(struct request *req)
{
    struct turn turn;

    if (!ticket_turn(req, message_text(req->body, "ticket_id"), NULL, NULL, &turn))
        return false;

    return (!ticket_can(turn.ticket, "resume") || resume(req, &turn))
           && (!ticket_can(turn.ticket, "acknowledge") || acknowledge(req, &turn))
           && (!ticket_can(turn.ticket, "start") || start(req, &turn));
}

#include "tickets.h"

/* A word that may be replaced, not taken away. */
static void check_word(struct request *req, const char *field, const char *given,
                       const char *const *words)
{
    if (given)
        require_text(req, field, given);
    word_fits(req, field, given, words);
}

/* Words, and that something is to change; an override of the priority says why. */
static void check_order(struct request *req, const AmendTicket *order)
{
    check_word(req, "impact", order->impact, levels);
    check_word(req, "urgency", order->urgency, levels);
    check_word(req, "priority", order->priority, priorities);
    if (!text_empty(order->priority))
        require_text(req, "reason", order->reason);
    if (!order->given_assignee_case && !order->given_team_case && !order->given_impact_case
        && !order->given_urgency_case && !order->given_priority_case)
        violate(req, "", "nothing_to_change",
                "expected one of assignee, team, impact, urgency, priority");
}

/* What was given takes the place of what was. */
static void put(const char **field, const char *given)
{
    if (!text_empty(given))
        *field = given;
}

/* The priority follows impact and urgency when they change, unless it is given. */
static void amend(Ticket *ticket, const AmendTicket *order)
{
    if (order->given_assignee_case)
        ticket->assignee = order->assignee;
    if (order->given_team_case)
        ticket->team = order->team;
    put(&ticket->impact, order->impact);
    put(&ticket->urgency, order->urgency);
    if (!text_empty(order->impact) || !text_empty(order->urgency))
        ticket->priority = priority_of(ticket->impact, ticket->urgency);
    put(&ticket->priority, order->priority);
}

/*
 * Change owner, team, impact, urgency or priority.
 *
 * What is over is not amended, except by an importer, whose history may have done so.
 */
bool amend_ticket(struct request *req)
{
    const AmendTicket *order = request_body(req, amend_ticket);
    struct turn turn;

    check_order(req, order);
    if (!ticket_turn(req, order->ticket_id, order->occurred_at, NULL, &turn))
        return false;
    if (!ticket_can(turn.ticket, "merge") && !(req->caller.roles & IMPORTER))
        return refuse_move(req, &ticket_life, order->ticket_id, turn.from, "amend");

    amend(turn.ticket, order);
    TicketAmended event = TICKET_AMENDED__INIT;
    event.assignee = turn.ticket->assignee;
    event.team = turn.ticket->team;
    event.impact = turn.ticket->impact;
    event.urgency = turn.ticket->urgency;
    event.priority = turn.ticket->priority;
    event.reason = order->reason;
    return ticket_answered(req, &turn, &event.base);
}

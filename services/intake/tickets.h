/*
 * tickets: what the moves of a ticket share.
 *
 * A handler begins a turn, alters the working copy, and tells; what is refused on the way is the
 * same for every move and stands here.
 */
#pragma once

#include "intake.h"

/* One change of a ticket.  Handlers alter the working copy; ticket_told writes it. */
struct turn {
    Ticket *ticket;
    const char *from; /* the state it was found in */
    int64_t at_ms;    /* when it happened */
    const char *at;   /* the same, as text */
};

/* Whether the caller may know of tickets: providers see jobs. */
bool tickets_in_sight(const struct request *req);

/* Looks the ticket up; NOT_FOUND where it is not there for the caller. */
bool ticket_found(struct request *req, const char *ticket_id, Ticket **ticket);

/*
 * Begins a change: looks the ticket up, and refuses it where it is not there for this caller, where
 * another version was expected, where its life does not allow `by` (NULL: a change that moves
 * nothing), or where violations were noted.  The working copy is then in its next state.
 */
bool ticket_turn(struct request *req, const char *ticket_id, const char *occurred_at,
                 const char *by, struct turn *turn);

/* Writes the working copy in its next version, and tells the house: `event` gets ticket_id and
 * state filled in. */
bool ticket_told(struct request *req, struct turn *turn, ProtobufCMessage *event);

/* As ticket_told, and answers with the ticket as far as the caller may see it. */
bool ticket_answered(struct request *req, struct turn *turn, ProtobufCMessage *event);

/* Hides the contact from callers who need not know it; notes that others saw it. */
void ticket_veil(struct request *req, Ticket *ticket);

/* Whether `by` leads anywhere from where it is. */
bool ticket_can(const Ticket *ticket, const char *by);

/* ---- moves.c: moves made by a command and by something else as well ---- */

/* The working copy of a ticket that is being resumed: back to the state it remembers. */
bool ticket_recall(struct request *req, Ticket *ticket);

/* Cause and solution, into the working copy and the event. */
void ticket_solve(struct turn *turn, const char *cause, const char *solution,
                  TicketResolved *event);

/* Keeps how the customer confirmed, and tells it with the name masked. */
bool ticket_confirmed(struct request *req, struct turn *turn, const ConfirmTicket *how,
                      TicketConfirmed *event);

/* Writes a remark down; the event carries it. */
bool ticket_noted(struct request *req, struct turn *turn, const char *text,
                  bool visible_to_customer, TicketNoted *event);

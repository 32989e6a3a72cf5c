/*
 * intake: tickets from the first word to the archive, and the customers, units and branches they
 * name.
 *
 * The words this service shares with itself.
 */
#pragma once

#include "complaints.pb-c.h"
#include "daemon/list.h"
#include "daemon/service.h"
#include "daemon/words.h"
#include "dispatch.pb-c.h"
#include "intake.pb-c.h"
#include "intake_sql.h"
#include "returns.pb-c.h"

extern const struct service intake;
extern const struct lifecycle ticket_life;

extern long confirmation_window_hours;
extern long reopen_window_days;
extern const char *country_code;
extern const char *home_time_zone;

/* commands/ */
handler open_branch, register_ticket, acknowledge_ticket, start_ticket, wait_ticket, resume_ticket,
    resolve_ticket, object_ticket, confirm_ticket, close_ticket, reopen_ticket, cancel_ticket,
    merge_ticket, note_ticket, amend_ticket;
handler find_ticket, list_tickets, list_branches; /* queries/ */
handler link_job, start_with_job, resolve_with_job, note_cancelled_job,
    link_return, /* reactions/ */
    link_complaint;
handler confirm_silent_ticket; /* timers/ */

/* ---- words.c: what may be said ---- */

extern const char *const branch_kinds[],
    *const ticket_kinds[], *const channels[], *const levels[], *const priorities[],
                                                                   *const service_modes[],
                                                                       *const waiting_reasons[];

/* What impact and urgency make together. */
const char *priority_of(const char *impact, const char *urgency);
/* The next higher one; the highest stays. */
const char *priority_above(const char *priority);

/* When it happened: now, or for importers what `text` says.  Violations otherwise. */
int64_t occurred(struct request *req, const char *text);

/* ---- required.c ---- */

/* Violations for each thing that this kind of request on this channel has to say and does not. */
void require_complete(struct request *req, const Ticket *ticket);

/* ---- contact.c: how customers are reached, and how that is hidden ---- */

/* "138 0013-8000" → "+8613800138000"; NULL where it is no telephone number. */
const char *phone_normalised(struct arena *arena, const char *phone);

/* "tel:…" or "mailto:…", by which a customer is found again; NULL where there is neither. */
const char *contact_known_by(struct arena *arena, const Customer *contact);

/* "王芳" → "王*". */
const char *masked_name(struct arena *arena, const char *name);

/* A copy with everything but a first glimpse hidden: 王*, 138****8000, w***@example.com, 杭州市***.
 */
Customer *contact_masked(struct arena *arena, const Customer *contact);

/* ---- tickets.c: what every move of a ticket has in common ---- */

/* One change of a ticket.  Handlers alter the working copy; ticket_told writes it. */
struct turn {
    Ticket *ticket;
    const char *from; /* the state it was found in */
    int64_t at_ms;    /* when it happened */
    const char *at;   /* the same, as text */
};

/* Whether the caller may know of tickets at all: providers see jobs. */
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

/* Hides the contact from callers who need not know it; notes the disclosure to those who do. */
void ticket_veil(struct request *req, Ticket *ticket);

/* In a reaction or timer, where a refusal would park the event: whether `by` leads anywhere. */
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

/*
 * intake: tickets from the first word to the archive, and the customers, units and branches they
 * name.
 *
 * The words this service shares with itself: the plan, its lists, the names of the handlers.  What
 * every move of a ticket shares stands in tickets.h.
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
handler foresee_request;
/* queries/ */
handler find_ticket, list_tickets, find_branch, list_branches;
/* reactions/ */
handler link_job, start_with_job, resolve_with_job, note_cancelled_job, link_return, link_complaint;
/* timers/ */
handler confirm_silent_ticket;

/* ---- words.c: what may be said ---- */

/* Lists of words; each ends with NULL. */
extern const char *const branch_kinds[];
extern const char *const ticket_kinds[];
extern const char *const channels[];
extern const char *const levels[];
extern const char *const priorities[];
extern const char *const service_modes[];
extern const char *const waiting_reasons[];

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

/* Something on both sides of the one @, and nothing blank: whether it arrives, mail can tell. */
bool is_email(const char *text);

/* "tel:…" or "mailto:…", by which a customer is found again; NULL where there is neither. */
const char *contact_known_by(struct arena *arena, const Customer *contact);

/* "王芳" → "王*". */
const char *masked_name(struct arena *arena, const char *name);

/* A copy that gives a glimpse only: 王*, 138****8000, w***@example.com, 杭州市***. */
Customer *contact_masked(struct arena *arena, const Customer *contact);

#include "tickets.h"

#include <string.h>

/* Those who work with customers; to everybody else, and in every list, the contact is masked. */
static const uint32_t sees_contacts =
    ADMIN | AGENT | LEAD | MANAGER | DISPATCHER | TECHNICIAN | IMPORTER;

bool tickets_in_sight(const struct request *req)
{
    return text_empty(req->caller.provider_id) && (req->caller.roles & ~(uint32_t)PROVIDER);
}

bool ticket_found(struct request *req, const char *ticket_id, Ticket **ticket)
{
    struct row row = {0};

    if (text_empty(ticket_id)) {
        violate(req, "ticket_id", "missing", "which ticket");
        return refuse_violations(req);
    }
    if (tickets_in_sight(req)
        && !db_maybe(req->db, &row, sql.find_ticket, request_id(req, ticket_id),
                     text_or_null(req->caller.branch)))
        return false;
    if (!row.values)
        return refuse(req, NOT_FOUND, "not_found", "there is no ticket %s", ticket_id);
    *ticket = filled(req, ticket, &row);
    return true;
}

bool ticket_can(const Ticket *ticket, const char *by)
{
    return lifecycle_next(&ticket_life, ticket->state, by) != NULL;
}

bool ticket_turn(struct request *req, const char *ticket_id, const char *occurred_at,
                 const char *by, struct turn *turn)
{
    if (!ticket_found(req, ticket_id, &turn->ticket))
        return false;

    turn->from = turn->ticket->state;
    turn->at_ms = occurred(req, occurred_at);
    turn->at = clock_text(req->arena, turn->at_ms);
    if (!expect_version(req, &ticket_life, turn->ticket->version, turn->from))
        return false;
    if (by && !ticket_can(turn->ticket, by))
        return refuse_move(req, &ticket_life, ticket_id, turn->from, by);
    if (by)
        turn->ticket->state = lifecycle_next(&ticket_life, turn->from, by);
    return refuse_violations(req);
}

/* Writes what a move may change.  Only waiting tickets wait for something. */
static bool ticket_write(struct request *req, Ticket *ticket)
{
    if (strcmp(ticket->state, "waiting") != 0)
        ticket->waiting_for = "";

    return db_run(req->db, sql.change_ticket, request_id(req, ticket->ticket_id),
                  db_number(req->arena, (int64_t)ticket->version), ticket->state,
                  text_or_null(ticket->waiting_for), ticket->impact, ticket->urgency,
                  ticket->priority, text_or_null(ticket->assignee), text_or_null(ticket->team),
                  text_or_null(ticket->acknowledged_at), text_or_null(ticket->resolved_at),
                  text_or_null(ticket->closed_at), text_or_null(ticket->cause),
                  text_or_null(ticket->solution), text_or_null(ticket->summary),
                  db_number(req->arena, ticket->reopen_count), request_id(req, ticket->merged_into),
                  db_instant(req->arena, req->now_ms));
}

/*
 * Silence begins to count when the ticket is resolved and ends with any other move.  It counts
 * from now, not from when it happened: an imported history goes on by itself.
 */
static bool watch_silence(struct request *req, const struct turn *turn)
{
    const char *number = request_id(req, turn->ticket->ticket_id);
    bool was = strcmp(turn->from, "resolved") == 0;
    bool is = strcmp(turn->ticket->state, "resolved") == 0;

    if (was == is)
        return true;
    if (was)
        return timer_cancel(req, "confirm_silent_ticket", number);
    return timer_set(req, "confirm_silent_ticket", number,
                     req->now_ms + confirmation_window_hours * HOUR_MS);
}

static void name_ticket(struct request *req, const Ticket *ticket, ProtobufCMessage *event)
{
    struct flaw flaw = {0};

    CHECK(message_set(req->arena, event, "ticket_id", ticket->ticket_id, &flaw));
    if (message_has(event->descriptor, "state"))
        CHECK(message_set(req->arena, event, "state", ticket->state, &flaw));
}

bool ticket_told(struct request *req, struct turn *turn, ProtobufCMessage *event)
{
    Ticket *ticket = turn->ticket;

    ticket->version++;
    name_ticket(req, ticket, event);
    struct told told = {
        .subject = ticket->ticket_id,
        .aggregate = ticket->ticket_id,
        .version = ticket->version,
        .branch = ticket->branch,
        .occurred_at_ms = turn->at_ms,
    };
    return ticket_write(req, ticket) && watch_silence(req, turn) && emit(req, told, event);
}

void ticket_veil(struct request *req, Ticket *ticket)
{
    if (req->caller.roles & sees_contacts)
        disclose(req, ticket->ticket_id, "contact");
    else
        ticket->customer = contact_masked(req->arena, ticket->customer);
}

bool ticket_answered(struct request *req, struct turn *turn, ProtobufCMessage *event)
{
    if (!ticket_told(req, turn, event))
        return false;
    ticket_veil(req, turn->ticket);
    return reply_version(req, turn->ticket->version, &turn->ticket->base);
}

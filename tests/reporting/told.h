/*
 * told: what the other services tell in these tests.
 */
#pragma once

#include "base/ids.h"
#include "reporting.h"
#include "room.h"

static inline const char *ticket_id(int64_t n)
{
    char id[32], *text;
    struct arena *arena = arena_new();

    text = id_text(arena, 'T', ids_first + n);
    snprintf(id, sizeof id, "%s", text);
    arena_free(arena);
    return printed("%s", id);
}

static inline void branch_is_opened(const char *branch, const char *parent)
{
    BranchOpened event = BRANCH_OPENED__INIT;

    event.branch = branch;
    event.parent = parent;
    overhear("intake", branch, &event.base);
}

/* A repair by telephone, received just now. */
static inline TicketRegistered a_registration(int64_t n)
{
    TicketRegistered event = TICKET_REGISTERED__INIT;

    event.ticket_id = ticket_id(n);
    event.branch = "hangzhou";
    event.kind = "repair";
    event.channel = "phone";
    event.priority = "medium";
    event.state = "registered";
    event.description = "it does not heat";
    event.received_at = printed("%s", value(printed("select to_char(to_timestamp(%lld / 1000.0) "
                                                    "at time zone 'UTC', "
                                                    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
                                                    (long long)now_ms())));
    return event;
}

static inline void ticket_is_registered(int64_t n)
{
    TicketRegistered event = a_registration(n);

    overhear("intake", event.ticket_id, &event.base);
}

static inline void ticket_is_acknowledged(int64_t n)
{
    TicketAcknowledged event = TICKET_ACKNOWLEDGED__INIT;

    event.ticket_id = ticket_id(n);
    event.state = "acknowledged";
    event.answer = "switch it off";
    overhear("intake", event.ticket_id, &event.base);
}

static inline void ticket_is_resolved(int64_t n)
{
    TicketResolved event = TICKET_RESOLVED__INIT;

    event.ticket_id = ticket_id(n);
    event.state = "resolved";
    event.cause = "a fuse";
    event.solution = "replaced it";
    overhear("intake", event.ticket_id, &event.base);
}

static inline void ticket_is_objected(int64_t n)
{
    TicketObjected event = TICKET_OBJECTED__INIT;

    event.ticket_id = ticket_id(n);
    event.state = "in_progress";
    event.priority = "high";
    event.reason = "cold again";
    event.reopen_count = 1;
    overhear("intake", event.ticket_id, &event.base);
}

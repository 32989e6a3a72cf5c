#include "events/serve.h"

#include <stdlib.h>
#include <string.h>

#include "api/carry.h"
#include "base/ids.h"
#include "events/subscriber.h"
#include "http/server.h"

static bool flawed(struct flaw *flaw, const char *field, const char *reason, const char *detail)
{
    *flaw = (struct flaw){field, reason, detail, true};
    return false;
}

static bool read_number(const char *value, long most, long *number)
{
    char *end = NULL;
    *number = *value >= '0' && *value <= '9' ? strtol(value, &end, 10) : -1;
    return end && *end == '\0' && *number >= 0 && *number <= most;
}

/* One parameter of the query. */
static bool read_parameter(struct exchange *exchange, struct following *following,
                           const struct parameter *parameter, struct flaw *flaw)
{
    const char *name = parameter->name, *value = parameter->value;
    long number = 0;
    int64_t id;
    if (!value)
        return flawed(flaw, name, "bad_query", "the query's escapes can't be read");
    if (strcmp(name, "after") == 0)
        return true; /* read with Last-Event-ID, which is newer */
    if (strcmp(name, "types") == 0)
        return filter_types(exchange->arena, &following->filter, value)
               || flawed(flaw, name, "bad_types", "a list like ticket.*,job.completed");
    if (strcmp(name, "wait") == 0) {
        following->wait_ms = read_number(value, EVENTS_WAIT_MOST_S, &number) ? number * 1000 : -1;
        return following->wait_ms >= 0
               || flawed(flaw, name, "out_of_range", "whole seconds, at most 30");
    }
    if (strcmp(name, "limit") == 0) {
        bool fits = read_number(value, EVENTS_MOST, &number) && number > 0;
        following->wanted = (unsigned)number;
        return fits || flawed(flaw, name, "out_of_range", "from 1 to 500");
    }
    if (strcmp(name, "ticket_id") == 0) {
        following->filter.ticket_id = value;
        return !*value || id_parse(value, 'T', &id) == ID_OK
               || flawed(flaw, name, "bad_check_digit", "no ticket has this number: mistyped?");
    }
    if (strcmp(name, "branch") == 0)
        following->filter.branch = value;
    else
        return flawed(flaw, name, "unknown_field", "there is no such parameter");
    return true;
}

static bool read_query(struct exchange *exchange, struct following *following, struct flaw *flaw)
{
    const char *query = exchange->head.query;
    struct parameter parameter;
    while (value_parameter(exchange->arena, &query, &parameter))
        if (!read_parameter(exchange, following, &parameter, flaw))
            return false;
    return true;
}

/* A reader that comes back sends its first address again, so the last id it saw counts more. */
static const char *asked_place(struct exchange *exchange)
{
    const char *last = exchange->head.of[FIELD_LAST_EVENT_ID];
    return text_empty(last) ? exchange_parameter(exchange, "after") : last;
}

static bool is_cursor(const char *place)
{
    return !text_empty(place) && strcmp(place, "start") != 0;
}

static bool read_place(const char *place, struct tail *tail, struct cursor *from, struct flaw *flaw)
{
    if (is_cursor(place))
        return cursor_parse(place, from)
               || flawed(flaw, "after", "bad_cursor", "this is no cursor of ours");
    if (text_empty(place))
        tail_now(tail, from);
    else
        tail_oldest(tail, from);
    return true;
}

static bool is_kept(const struct cursor *oldest, const struct cursor *from)
{
    for (int i = 0; i < SOURCES; i++)
        if (from->at[i] < oldest->at[i])
            return false;
    return true;
}

/* A cursor from before what is kept; the oldest one there is, is named. */
static bool refuse_old(struct exchange *exchange, struct tail *tail,
                       const struct following *following)
{
    struct cursor oldest;
    char text[CURSOR_SIZE + 1];
    tail_oldest(tail, &oldest);
    if (is_kept(&oldest, &following->from))
        return false;
    cursor_print(&oldest, text);
    struct problem problem = {.status = 410,
                              .reason = "cursor_too_old",
                              .detail = "events behind this cursor are no longer kept",
                              .oldest = text};
    exchange_problem(exchange, &problem);
    return true;
}

/* ---- a cursor that is ahead of what this gateway has heard ---- */

struct doubt {
    struct exchange *exchange;
    struct ring *ring;
    uint64_t at;
};

static void doubt_answered(void *with, const AnswerHeader *header, struct bytes body)
{
    const struct doubt *doubt = with;
    struct exchange *exchange = doubt->exchange;
    bool told = ring_learn_head(doubt->ring, header, body);
    struct flaw flaw;
    flawed(&flaw, "after", "bad_cursor",
           "this cursor is ahead of all that was told: another house's, or from before a restore");
    if (!exchange->connection)
        exchange_free(exchange);
    else if (!told)
        exchange_refuse(exchange, 503, "events_unreachable", "a service has not answered yet");
    else if (doubt->at > ring_head(doubt->ring))
        carry_flaw(exchange, &flaw);
    else
        serve_events(exchange);
}

/* Another gateway may have heard of what is not here yet, so the service itself is asked once. */
static bool doubt_place(struct exchange *exchange, struct tail *tail,
                        const struct following *following)
{
    for (int i = 0; i < SOURCES; i++) {
        struct ring *ring = &tail->rings[i];
        if (!ring->known || following->from.at[i] <= ring_head(ring))
            continue;
        struct doubt *doubt = arena_take(exchange->arena, sizeof *doubt);
        *doubt = (struct doubt){exchange, ring, following->from.at[i]};
        ring_ask_head(ring, doubt_answered, doubt);
        return true;
    }
    return false;
}

void serve_events(struct exchange *exchange)
{
    struct tail *tail = exchange->border->tail;
    const char *accept = exchange->head.of[FIELD_ACCEPT];
    bool json = value_accepts(accept, "application/json");
    bool read = strcmp(exchange->head.method, "GET") == 0;
    bool stream = read && accept && strstr(accept, "text/event-stream")
                  && value_accepts(accept, "text/event-stream");
    struct following following = {
        .filter = filter_for(&exchange->caller, clock_now_ms()),
        .stream = stream || (read && !json),
        .wanted = EVENTS_USUAL,
    };
    struct flaw flaw = {0};
    const char *place = asked_place(exchange);

    if (!(exchange->caller.roles & FOLLOWERS)) {
        exchange_refuse(exchange, 403, "forbidden", "events are for those with a role to follow");
    } else if (!read_query(exchange, &following, &flaw)) {
        carry_flaw(exchange, &flaw);
    } else if (following.stream && exchange->border->server->draining) {
        exchange_refuse(exchange, 503, "stopping", "this gateway is about to end");
    } else if (!tail_ready(tail, is_cursor(place))) {
        exchange_refuse(exchange, 503, "events_unreachable", "a service has not answered yet");
    } else if (!read_place(place, tail, &following.from, &flaw)) {
        carry_flaw(exchange, &flaw);
    } else if (!doubt_place(exchange, tail, &following)
               && !refuse_old(exchange, tail, &following)) {
        if (keys_count_stream(exchange->border->keys, exchange->key_id, 1))
            subscriber_begin(tail, exchange, &following);
        else
            exchange_refuse(exchange, 429, "too_many_streams", "the key's streams are used up");
    }
}

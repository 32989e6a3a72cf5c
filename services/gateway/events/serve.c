#include "events/serve.h"

#include <string.h>

#include "api/carry.h"
#include "base/ids.h"
#include "daemon/list.h"
#include "events/subscriber.h"
#include "http/server.h"

/* In the words of the services, which check the identifiers of all other questions. */
static const struct flaw ticket_flaws[] = {
    [ID_MALFORMED] = {"ticket_id", "bad_identifier",  "expected T, digits and a check digit",
                      .unreadable = true                                                                        },
    [ID_BAD_CHECK_DIGIT] = {"ticket_id", "bad_check_digit",
                      "the check digit of this identifier does not fit: mistyped?",           .unreadable = true},
};

static bool read_query(struct exchange *exchange, FollowEvents *asked, struct following *following,
                       struct flaw *flaws)
{
    static const struct flaw bad_types = {"types", "bad_types",
                                          "a list like ticket.*,job.completed", .unreadable = true};
    static const struct flaw bad_wait = {"wait", "out_of_range", "expected 0 to 30 seconds",
                                         .unreadable = false};
    struct arena *arena = exchange->arena;
    struct filter *filter = &following->filter;
    int64_t number;
    bool read = carry_query(exchange, &asked->base, flaws);
    bool all = text_empty(asked->ticket_id);
    enum id_verdict verdict = all ? ID_OK : id_parse(asked->ticket_id, 'T', &number);

    if (verdict != ID_OK)
        read = carry_add_flaw(arena, flaws, ticket_flaws[verdict]);
    if (!filter_types(arena, filter, asked->types))
        read = carry_add_flaw(arena, flaws, bad_types);
    if (asked->wait > EVENTS_WAIT_MOST_S)
        read = carry_add_flaw(arena, flaws, bad_wait);
    if (asked->limit > LIST_MOST)
        read = carry_add_flaw(arena, flaws, carry_bad_limit(arena));
    filter->ticket_id = asked->ticket_id;
    filter->branch = asked->branch;
    following->wait_ms = asked->wait * 1000L;
    following->wanted = asked->limit ? asked->limit : LIST_USUAL;
    return read;
}

/* A reader that comes back sends its first address again, so the last id it saw counts more. */
static const char *asked_place(const struct exchange *exchange, const FollowEvents *asked)
{
    const char *last = exchange->head.of[FIELD_LAST_EVENT_ID];
    return text_empty(last) ? asked->after : last;
}

static bool is_cursor(const char *place)
{
    return !text_empty(place) && strcmp(place, "start") != 0;
}

static bool read_place(const char *place, struct tail *tail, struct cursor *from, struct flaw *flaw)
{
    *flaw = (struct flaw){"after", "bad_cursor", "this is no cursor of ours", .unreadable = true};
    if (is_cursor(place))
        return cursor_parse(place, from);
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
    static const struct flaw ahead = {
        "after", "bad_cursor",
        "this cursor is ahead of all that was told: another house's, or from before a restore",
        .unreadable = true};
    const struct doubt *doubt = with;
    struct exchange *exchange = doubt->exchange;
    bool told = ring_learn_head(doubt->ring, header, body);
    if (!exchange->connection)
        exchange_free(exchange);
    else if (!told)
        exchange_refuse(exchange, 503, "events_unreachable", "a service has not answered yet");
    else if (doubt->at > ring_head(doubt->ring))
        carry_flaw(exchange, &ahead);
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
    };
    struct flaw flaw = {0};
    FollowEvents asked = FOLLOW_EVENTS__INIT;

    if (!(exchange->caller.roles & FOLLOWERS)) {
        exchange_refuse(exchange, 403, "forbidden", "events are for those with a role to follow");
    } else if (!read_query(exchange, &asked, &following, &flaw)) {
        carry_flaw(exchange, &flaw);
    } else if (following.stream && exchange->border->server->draining) {
        exchange_refuse(exchange, 503, "stopping", "this gateway is about to end");
    } else if (!tail_ready(tail, is_cursor(asked_place(exchange, &asked)))) {
        exchange_refuse(exchange, 503, "events_unreachable", "a service has not answered yet");
    } else if (!read_place(asked_place(exchange, &asked), tail, &following.from, &flaw)) {
        carry_flaw(exchange, &flaw);
    } else if (!doubt_place(exchange, tail, &following)
               && !refuse_old(exchange, tail, &following)) {
        if (keys_count_stream(exchange->border->keys, exchange->key_id, 1))
            subscriber_begin(tail, exchange, &following);
        else
            exchange_refuse(exchange, 429, "too_many_streams", "the key's streams are used up");
    }
}

#include "events/subscriber.h"

#include <stdlib.h>
#include <string.h>

#include "api/carry.h"
#include "base/clock.h"
#include "events/own_page.h"
#include "http/connection.h"
#include "http/server.h"

struct subscriber {
    struct subscriber *next;
    struct subscriber *before;
    struct tail *tail;
    struct exchange *exchange;
    struct following following;
    struct cursor at;
    struct own_page *pages[SOURCES]; /* what lies before the rings; NULL: nothing */
    struct text out;
    unsigned got;
    int64_t until_ms;           /* a page is answered by then */
    struct alarm_clock *waited; /* rings then; NULL: it does not wait */
    int64_t wrote_ms;
    int64_t full_since_ms; /* the connection takes nothing more; 0: it does */
};

static bool is_stream(const struct subscriber *subscriber)
{
    return subscriber->following.stream;
}

/* ---- the end ---- */

static void subscriber_free(struct subscriber *subscriber)
{
    struct tail *tail = subscriber->tail;
    if (subscriber->before)
        subscriber->before->next = subscriber->next;
    else
        tail->first = subscriber->next;
    if (subscriber->next)
        subscriber->next->before = subscriber->before;
    for (int i = 0; i < SOURCES; i++)
        own_page_free(subscriber->pages[i]);
    alarm_free(subscriber->waited);
    keys_count_stream(tail->border->keys, subscriber->exchange->key_id, -1);
    if (is_stream(subscriber))
        tail->border->server->streams--;
    free(subscriber);
}

/* The client has left, or is sent away. */
static void gone(void *with)
{
    struct subscriber *subscriber = with;
    struct exchange *exchange = subscriber->exchange;
    subscriber_free(subscriber);
    exchange_free(exchange);
}

static void send_away(struct subscriber *subscriber, bool at_once)
{
    connection_leave(subscriber->exchange->connection, at_once);
}

/* Takes the exchange out of the subscriber's hands, to be answered. */
static struct exchange *let_go(struct subscriber *subscriber)
{
    struct exchange *exchange = subscriber->exchange;
    exchange->audience = (struct audience){0};
    subscriber_free(subscriber);
    return exchange;
}

static void answer_page(struct subscriber *subscriber)
{
    char cursor[CURSOR_SIZE + 1];
    cursor_print(&subscriber->at, cursor);
    struct text out = subscriber->out;
    text_print(&out, "%s],\"next_cursor\":\"%s\"}", out.length ? "" : "{\"items\":[", cursor);
    struct text fields = text_new(subscriber->exchange->arena);
    carry_link(&fields, subscriber->exchange, "after", cursor);
    struct answer answer = {
        .status = 200,
        .type = "application/json",
        .body = {(const uint8_t *)out.at, out.length},
        .fields = fields.at,
    };
    exchange_answer(let_go(subscriber), &answer);
}

/* What comes next is no longer kept: said to a page, and to a stream by its end. */
static void answer_gone(struct subscriber *subscriber)
{
    if (is_stream(subscriber)) {
        send_away(subscriber, false);
        return;
    }
    struct cursor oldest;
    char text[CURSOR_SIZE + 1];
    tail_oldest(subscriber->tail, &oldest);
    cursor_print(&oldest, text);
    struct problem problem = {.status = 410,
                              .reason = "cursor_too_old",
                              .detail = "events behind this cursor are no longer kept",
                              .oldest = text};
    exchange_problem(let_go(subscriber), &problem);
}

/* ---- going on ---- */

static void show(struct subscriber *subscriber, struct told_event *told)
{
    char cursor[CURSOR_SIZE + 1];
    struct text *out = &subscriber->out;
    struct arena *scratch = subscriber->tail->scratch;
    cursor_print(&subscriber->at, cursor);
    if (is_stream(subscriber)) {
        text_print(out, "id: %s\nevent: %s\ndata: ", cursor, told->type);
        told_event_print(scratch, out, told, cursor);
        text_add(out, "\n\n");
        subscriber->tail->border->server->counts[COUNT_EVENTS_STREAMED]++;
    } else {
        text_add(out, subscriber->got ? "," : "{\"items\":[");
        told_event_print(scratch, out, told, cursor);
    }
    arena_reset(scratch);
    subscriber->got++;
}

static void flush(struct subscriber *subscriber)
{
    struct text *out = &subscriber->out;
    if (!is_stream(subscriber) || out->length == 0)
        return;
    connection_stream(subscriber->exchange->connection,
                      (struct bytes){(const uint8_t *)out->at, out->length});
    out->length = 0;
    subscriber->wrote_ms = clock_monotonic_ms();
}

static bool has_room(struct subscriber *subscriber)
{
    if (!is_stream(subscriber))
        return subscriber->got < subscriber->following.wanted;
    size_t queued = connection_queued(subscriber->exchange->connection);
    if (queued + subscriber->out.length < STREAM_QUEUE_MOST)
        return true;
    flush(subscriber);
    return connection_queued(subscriber->exchange->connection) < STREAM_QUEUE_MOST;
}

enum ahead { AHEAD_HERE, AHEAD_NOTHING, AHEAD_COMING, AHEAD_LOST };

static void page_came(void *with)
{
    struct subscriber *subscriber = with;
    tail_stir(subscriber->tail);
}

/* What a source has next for this subscriber. */
static enum ahead look(struct subscriber *subscriber, int source, struct told_event **told)
{
    const struct ring *ring = &subscriber->tail->rings[source];
    uint64_t next = subscriber->at.at[source] + 1;
    *told = ring_event(ring, next);
    if (*told || next > ring->last) {
        own_page_free(subscriber->pages[source]);
        subscriber->pages[source] = NULL;
        return *told ? AHEAD_HERE : AHEAD_NOTHING;
    }
    struct own_page **page = &subscriber->pages[source];
    if (!*page)
        *page = own_page_new(subscriber->tail, source, page_came, subscriber);
    switch (own_page_find(*page, next, told)) {
    case OWN_PAGE_HERE:
        return AHEAD_HERE;
    case OWN_PAGE_COMING:
        return AHEAD_COMING;
    case OWN_PAGE_LOST:
        return AHEAD_LOST;
    case OWN_PAGE_AWAY:
        break;
    }
    return AHEAD_NOTHING;
}

/* Moves over one event; anything but HERE: there is none to move over now. */
static enum ahead step(struct subscriber *subscriber)
{
    struct told_event *told[SOURCES];
    struct offer offers[SOURCES] = {0};
    enum ahead all = AHEAD_NOTHING;
    for (int i = 0; i < SOURCES; i++) {
        enum ahead ahead = look(subscriber, i, &told[i]);
        if (ahead == AHEAD_HERE)
            offers[i] = told[i]->offer;
        else if (ahead > all)
            all = ahead;
    }
    if (all != AHEAD_NOTHING)
        return all;

    int next = merge_next(&subscriber->at, offers);
    if (next < 0)
        return AHEAD_NOTHING;
    subscriber->at.at[next] = told[next]->id;
    if (filter_lets(&subscriber->following.filter, subscriber->tail->tree, told[next]))
        show(subscriber, told[next]);
    return AHEAD_HERE;
}

/* A page waits for its first event as long as it was asked to, and no page is searched for ever;
 * who is about to end answers with what there is. */
static bool is_page_done(const struct subscriber *subscriber, enum ahead ahead, int64_t now_ms)
{
    if (subscriber->tail->border->server->draining)
        return true;
    if (ahead == AHEAD_NOTHING)
        return subscriber->got || now_ms >= subscriber->until_ms;
    return now_ms >= subscriber->until_ms + answer_ms;
}

static void pump(struct subscriber *subscriber)
{
    enum ahead ahead = AHEAD_HERE;
    bool room = true;
    for (int i = 0; i < SUBSCRIBER_TURN_MOST && ahead == AHEAD_HERE && room; i++) {
        room = has_room(subscriber);
        if (room)
            ahead = step(subscriber);
    }
    flush(subscriber);
    int64_t now_ms = clock_monotonic_ms();
    if (room)
        subscriber->full_since_ms = 0;
    else if (!subscriber->full_since_ms)
        subscriber->full_since_ms = now_ms;

    if (ahead == AHEAD_LOST)
        answer_gone(subscriber);
    else if (!is_stream(subscriber) && (!room || is_page_done(subscriber, ahead, now_ms)))
        answer_page(subscriber);
    else if (ahead == AHEAD_HERE && room)
        tail_stir(subscriber->tail);
}

static void go_on(void *with)
{
    pump(with);
}

void subscribers_pump(struct tail *tail)
{
    struct subscriber *next = NULL;
    for (struct subscriber *at = tail->first; at; at = next) {
        next = at->next;
        if (!at->full_since_ms)
            pump(at);
    }
}

/* ---- the beat ---- */

/* Nobody sees more on an older word.  A stream can't say why it ends; who comes back is told. */
static void lose_key(struct subscriber *subscriber, enum key_verdict verdict)
{
    if (is_stream(subscriber))
        send_away(subscriber, false);
    else if (verdict == KEY_UNREACHABLE)
        exchange_refuse(let_go(subscriber), 503, "keys_unreachable",
                        "keys can't be checked right now");
    else
        exchange_refuse(let_go(subscriber), 401, "unknown_key", "the key was revoked");
}

static void sweep_one(struct subscriber *subscriber, int64_t now_ms)
{
    static const char comment[] = ": still here\n\n";
    enum key_verdict verdict =
        keys_look_again(subscriber->tail->border->keys, subscriber->exchange->key_id);
    if (verdict != KEY_GOOD) {
        lose_key(subscriber, verdict);
        return;
    }
    if (subscriber->full_since_ms && now_ms - subscriber->full_since_ms > SUBSCRIBER_SLOW_MS) {
        subscriber->tail->border->server->counts[COUNT_STREAMS_SLOW]++;
        send_away(subscriber, true);
        return;
    }
    if (is_stream(subscriber) && now_ms - subscriber->wrote_ms >= SUBSCRIBER_COMMENT_MS) {
        text_add(&subscriber->out, comment);
        flush(subscriber);
    }
    if (!subscriber->full_since_ms)
        pump(subscriber);
}

void subscribers_sweep(struct tail *tail)
{
    int64_t now_ms = clock_monotonic_ms();
    struct subscriber *next = NULL;
    for (struct subscriber *at = tail->first; at; at = next) {
        next = at->next;
        sweep_one(at, now_ms);
    }
}

void subscribers_doubt(const struct ring *ring)
{
    struct subscriber *next = NULL;
    for (struct subscriber *at = ring->tail->first; at; at = next) {
        next = at->next;
        if (at->at.at[ring->source] <= ring_head(ring))
            continue;
        if (is_stream(at))
            send_away(at, false);
        else
            answer_page(at);
    }
}

void subscriber_begin(struct tail *tail, struct exchange *exchange,
                      const struct following *following)
{
    struct subscriber *subscriber = calloc(1, sizeof *subscriber);
    CHECK(subscriber);
    subscriber->tail = tail;
    subscriber->exchange = exchange;
    subscriber->following = *following;
    subscriber->at = following->from;
    subscriber->out = text_new(exchange->arena);
    subscriber->wrote_ms = clock_monotonic_ms();
    subscriber->until_ms = subscriber->wrote_ms + following->wait_ms;
    subscriber->next = tail->first;
    if (tail->first)
        tail->first->before = subscriber;
    tail->first = subscriber;

    exchange->audience = (struct audience){.drained = go_on, .gone = gone, .with = subscriber};
    if (following->stream) {
        tail->border->server->streams++;
        exchange_stream(exchange, "text/event-stream");
        text_print(&subscriber->out, "retry: %d\n\n", SUBSCRIBER_RETRY_MS);
    } else if (following->wait_ms) {
        subscriber->waited = alarm_new(tail->border->daemon->loop, go_on, subscriber);
        alarm_set(subscriber->waited, following->wait_ms, 0);
    }
    pump(subscriber);
}

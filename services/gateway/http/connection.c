#include "http/connection.h"

#include <stdlib.h>

#include "base/clock.h"

/* A body that is sent line by line is served from its head on, and refused there too. */
static bool is_streamed(const struct exchange *exchange)
{
    const char *type = exchange->head.of[FIELD_CONTENT_TYPE];
    const struct route *route = exchange->matched.route;
    return route && (route->options & ROUTE_NDJSON) && type
           && value_is_type(type, "application/x-ndjson");
}

/* Whoever serves it is told, or finds out when a question is answered; before that nobody would. */
static void lose_client(struct exchange *exchange)
{
    exchange->connection = NULL;
    if (exchange->audience.gone)
        exchange->audience.gone(exchange->audience.with);
    else if (!exchange->lent)
        exchange_free(exchange);
}

void connection_leave(struct connection *connection, bool at_once)
{
    if (connection->phase == PHASE_LEFT)
        return;
    struct exchange *exchange = connection->exchange;
    connection->phase = PHASE_LEFT;
    connection->exchange = NULL;
    stream_close(connection->stream, at_once);
    server_forget(connection->server, connection);
    if (exchange)
        lose_client(exchange);
}

/* Reads only as long as what is read can be held. */
static void mind_reading(struct connection *connection)
{
    bool full = connection->unused.size >= CONNECTION_HELD_MOST;
    if (connection->phase == PHASE_LEFT || full == connection->paused)
        return;
    connection->paused = full;
    stream_pause(connection->stream, full);
}

/* ---- one request ---- */

/* Answers what is malformed; nothing behind it is looked at. */
static void refuse_malformed(struct connection *connection, int status, const char *reason,
                             const char *detail)
{
    struct server *server = connection->server;
    server->counts[COUNT_MALFORMED]++;
    struct exchange *exchange = connection->exchange;
    if (exchange && exchange->lent) {
        lose_client(exchange);
        exchange = NULL;
    }
    if (!exchange)
        exchange = exchange_new(server->border, connection);
    connection->exchange = exchange;
    exchange->head.method = text_or_empty(exchange->head.method);
    exchange->head.close = true;
    exchange_refuse(exchange, status, reason, detail);
}

/* Where lines are taken too, they are the way to send more. */
static void refuse_large(struct connection *connection)
{
    const struct route *route = connection->exchange->matched.route;
    bool in_lines = route && (route->options & ROUTE_NDJSON);
    refuse_malformed(connection, 413, "body_too_large",
                     in_lines
                         ? "the body is larger than is taken: send lines (application/x-ndjson)"
                         : "the body is larger than is taken");
}

static void take_body(void *with, struct bytes part)
{
    struct connection *connection = with;
    struct exchange *exchange = connection->exchange;
    if (exchange->audience.body) {
        exchange->audience.body(exchange->audience.with, part);
        return;
    }
    connection->body_size += part.size;
    if (exchange->early.status || connection->no_room || connection->body_size > (size_t)body_most)
        return; /* refused already, read only to reach the next request */
    if (!exchange_make_room(exchange, part.size))
        connection->no_room = true;
    else
        text_add_bytes(&exchange->body, part.at, part.size);
}

static void serve_now(struct connection *connection)
{
    connection->phase = PHASE_WORK;
    connection->until_ms = 0;
    exchange_serve(connection->exchange);
}

/* Nothing of a body is held before it is known who sends it. */
static void await_body(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    if (!is_streamed(exchange) && exchange->head.length > (uint64_t)body_most) {
        refuse_large(connection);
        return;
    }
    connection->phase = PHASE_BODY;
    connection->body_waits = true;
    exchange_admit(exchange);
}

/* The request is fine, but all the bodies that are held leave no room for this one. */
static void refuse_body(struct connection *connection)
{
    exchange_refuse(connection->exchange, 503, "busy", "too many bodies are arriving; ask again");
}

static void begin_exchange(struct connection *connection, struct bytes head)
{
    struct server *server = connection->server;
    struct exchange *exchange = exchange_new(server->border, connection);
    connection->exchange = exchange;
    connection->body_size = 0;
    connection->no_room = false;
    server->counts[COUNT_REQUESTS]++;

    struct head_flaw flaw = head_read(exchange->arena, head, &exchange->head);
    if (flaw.status) {
        refuse_malformed(connection, flaw.status, flaw.reason, flaw.detail);
        return;
    }
    exchange_arrive(exchange);
    switch (framing_head(&connection->framing, head, take_body, connection)) {
    case FRAMING_WHOLE:
        serve_now(connection);
        return;
    case FRAMING_MORE:
        await_body(connection);
        return;
    case FRAMING_BROKEN:
        break;
    }
    /* A method that nobody knows is not a malformed request: its problem is on record. */
    exchange->head.close = true;
    if (exchange->early.status == 405)
        serve_now(connection);
    else
        refuse_malformed(connection, 400, "malformed", "the request's head is malformed");
}

/* Both return whether there may be more to do with the rest. */
static bool read_head(struct connection *connection, struct bytes *rest)
{
    struct head_watch *watch = &connection->watch;
    if (watch->seen == 0)
        connection->until_ms = clock_monotonic_ms() + request_ms;
    enum head_progress progress = head_watch(watch, *rest);
    bool first_line = watch->lines == 0;

    if (progress == HEAD_BROKEN) {
        refuse_malformed(connection, 400, "malformed", "the request's head is malformed");
    } else if (watch->seen > HEAD_MOST || (first_line && watch->column > HEAD_TARGET_MOST + 64)) {
        if (first_line)
            refuse_malformed(connection, 414, "target_too_long", "a target has at most 8000 bytes");
        else
            refuse_malformed(connection, 431, "head_too_large", "a head has at most 16 KiB");
    } else if (progress == HEAD_WHOLE) {
        struct bytes head = {rest->at, watch->seen};
        *rest = (struct bytes){rest->at + head.size, rest->size - head.size};
        *watch = (struct head_watch){0};
        begin_exchange(connection, head);
        return true;
    }
    return false;
}

static bool read_body(struct connection *connection, struct bytes *rest)
{
    if (connection->body_waits)
        return false;
    enum framing_progress progress = framing_body(&connection->framing, rest);
    struct exchange *exchange = connection->exchange;
    if (connection->phase != PHASE_BODY)
        return false; /* whoever read the body has ended the exchange */

    if (progress == FRAMING_BROKEN)
        refuse_malformed(connection, 400, "malformed", "the request's body is malformed");
    else if (connection->body_size > (size_t)body_most)
        refuse_large(connection);
    else if (connection->no_room)
        refuse_body(connection);
    else if (progress == FRAMING_WHOLE && exchange->audience.whole) {
        connection->phase = PHASE_WORK;
        connection->until_ms = 0;
        exchange->audience.whole(exchange->audience.with);
    } else if (progress == FRAMING_WHOLE)
        serve_now(connection);
    else if (exchange->audience.fed)
        exchange->audience.fed(exchange->audience.with);
    return true;
}

/* Uses as much as there is use for now. */
static void advance(struct connection *connection, struct bytes *rest)
{
    bool more = true;
    connection->advancing = true;
    while (more && rest->size && stream_queued(connection->stream) < STREAM_QUEUE_MOST) {
        if (connection->phase == PHASE_HEAD)
            more = read_head(connection, rest);
        else if (connection->phase == PHASE_BODY)
            more = read_body(connection, rest);
        else
            more = false;
        if (connection->phase == PHASE_LEFT)
            *rest = (struct bytes){rest->at, 0};
    }
    connection->advancing = false;
}

/* ---- what the stream tells ---- */

static void resume(struct connection *connection)
{
    if (connection->advancing || connection->phase == PHASE_LEFT)
        return;
    struct bytes rest = {connection->unused.at, connection->unused.size};
    advance(connection, &rest);
    unused_keep(&connection->unused, rest);
    mind_reading(connection);
    bool waits = connection->phase == PHASE_WORK || connection->body_waits
                 || stream_queued(connection->stream) >= STREAM_QUEUE_MOST;
    if (connection->ended && !waits)
        connection_leave(connection, false);
}

static void was_read(void *with, struct bytes bytes)
{
    struct connection *connection = with;
    if (connection->unused.size) {
        unused_add(&connection->unused, bytes);
        resume(connection);
        return;
    }
    advance(connection, &bytes);
    if (bytes.size)
        unused_add(&connection->unused, bytes);
    mind_reading(connection);
}

/* A client may have sent all it wants to say and still wait for the answer. */
static void has_ended(void *with)
{
    struct connection *connection = with;
    connection->ended = true;
    if (connection->phase == PHASE_STREAM)
        connection_leave(connection, true);
    else
        resume(connection);
}

static void was_drained(void *with)
{
    struct connection *connection = with;
    struct exchange *exchange = connection->exchange;
    if (connection->phase != PHASE_STREAM)
        resume(connection);
    else if (exchange->audience.drained)
        exchange->audience.drained(exchange->audience.with);
}

static const struct stream_events events = {was_read, has_ended, was_drained};

void connection_begin(struct server *server, struct stream *stream)
{
    struct connection *connection = calloc(1, sizeof *connection);
    CHECK(connection);
    connection->server = server;
    connection->stream = stream;
    connection->until_ms = clock_monotonic_ms() + idle_ms;
    connection->next = server->first;
    if (server->first)
        server->first->before = connection;
    server->first = connection;
    server->open++;
    server->counts[COUNT_CONNECTIONS]++;
    stream_start(stream, &events, connection);
}

/* ---- what exchanges do with it ---- */

void connection_answer(struct connection *connection, struct bytes answer)
{
    connection->exchange = NULL;
    stream_write(connection->stream, answer);
}

void connection_go_on(struct connection *connection, bool close)
{
    if (close) {
        connection_leave(connection, false);
        return;
    }
    connection->phase = PHASE_HEAD;
    connection->body_waits = false;
    connection->unsent = 0;
    connection->until_ms = clock_monotonic_ms() + idle_ms;
    resume(connection);
}

void connection_stream(struct connection *connection, struct bytes part)
{
    if (connection->phase != PHASE_STREAM) {
        connection->phase = PHASE_STREAM;
        connection->until_ms = 0;
    }
    stream_write(connection->stream, part);
}

size_t connection_queued(const struct connection *connection)
{
    return stream_queued(connection->stream);
}

void connection_welcome(struct connection *connection)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct exchange *exchange = connection->exchange;
    bool refused = exchange->early.status != 0, streamed = is_streamed(exchange);

    if (refused && (streamed || exchange->head.awaits_continue)) {
        exchange->head.close = true;
        serve_now(connection);
        return;
    }
    if (!refused && !streamed && !exchange_make_room(exchange, exchange->head.length)) {
        refuse_body(connection);
        return;
    }
    if (exchange->head.awaits_continue)
        stream_write(connection->stream, (struct bytes){(const uint8_t *)go_on, sizeof go_on - 1});
    connection->body_waits = streamed;
    if (streamed)
        exchange_serve(exchange);
    else
        resume(connection);
}

void connection_body(struct connection *connection, bool wanted)
{
    if (connection->body_waits == !wanted)
        return;
    connection->body_waits = !wanted;
    connection->until_ms = wanted ? clock_monotonic_ms() + request_ms : 0;
    if (wanted)
        resume(connection);
}

/* A slow reader is not idle: its time begins again as long as it takes what it was answered. */
static bool has_taken(struct connection *connection)
{
    size_t before = connection->unsent;
    connection->unsent = stream_unsent(connection->stream);
    return connection->unsent != before;
}

void connection_sweep(struct connection *connection, int64_t now_ms)
{
    if (!connection->until_ms || now_ms < connection->until_ms)
        return;
    if (connection->phase == PHASE_HEAD && connection->watch.seen == 0) {
        if (has_taken(connection))
            connection->until_ms = now_ms + idle_ms;
        else
            connection_leave(connection, true);
        return;
    }
    connection->server->counts[COUNT_TIMED_OUT]++;
    refuse_malformed(connection, 408, "too_slow", "the request did not arrive in time");
}

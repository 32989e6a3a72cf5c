#include "http/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/connection.h"
#include "http/server.h"

static const char json[] = "application/json";
static const char event_stream[] = "text/event-stream";

/* 00-<trace>-<span>-01, as W3C Trace Context has it. */
static void begin_trace(struct exchange *exchange)
{
    char *trace = exchange->trace;
    memcpy(trace, "00-", 3);
    server_random(exchange->border->server, trace + 3, 16);
    trace[35] = '-';
    server_random(exchange->border->server, trace + 36, 8);
    memcpy(trace + 52, "-01", sizeof "-01");
}

struct exchange *exchange_new(struct border *border, struct connection *connection)
{
    struct arena *arena = server_take_arena(border->server);
    struct exchange *exchange = arena_take(arena, sizeof *exchange);
    exchange->arena = arena;
    exchange->border = border;
    exchange->connection = connection;
    exchange->body = text_new(arena);
    exchange->rate_left = -1;
    begin_trace(exchange);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    struct server *server = exchange->border->server;
    if (exchange->in_flight) {
        struct exchange **at = server_keyed(server, exchange->key);
        CHECK(*at == exchange);
        *at = exchange->next_keyed;
    }
    alarm_free(exchange->again);
    server->body_bytes -= exchange->body_bytes;
    server_give_arena(server, exchange->arena);
}

/* ---- what the head says ---- */

static struct problem problem_at(int status, const char *reason, const char *detail)
{
    return (struct problem){.status = status, .reason = reason, .detail = detail};
}

/* The trace goes on where the client began one; something that is none begins a new one. */
static void continue_trace(struct exchange *exchange)
{
    const char *sent = exchange->head.of[FIELD_TRACEPARENT];
    char id[33];
    if (sent && value_trace(sent, id))
        memcpy(exchange->trace + 3, id, 32);
}

/* What a body may be beside JSON. */
static const struct {
    unsigned option;
    const char *type;
} body_types[] = {
    {ROUTE_NDJSON, "application/x-ndjson"        },
    {ROUTE_MERGED, "application/merge-patch+json"},
};

static bool reads_type(const struct route *route, const char *type)
{
    for (size_t i = 0; i < LENGTH(body_types); i++)
        if ((route->options & body_types[i].option) && value_is_type(type, body_types[i].type))
            return true;
    return value_is_type(type, json);
}

static const char *types_read(struct arena *arena, const struct route *route)
{
    struct text types = text_new(arena);
    text_add(&types, json);
    for (size_t i = 0; i < LENGTH(body_types); i++)
        if (route->options & body_types[i].option)
            text_print(&types, " or %s", body_types[i].type);
    return types.at;
}

static bool writes_type(const struct route *route, const char *accept)
{
    return value_accepts(accept, json) || value_accepts(accept, "application/problem+json")
           || ((route->options & ROUTE_OPEN) && value_accepts(accept, "text/plain"))
           || ((route->options & ROUTE_EVENTS) && value_accepts(accept, event_stream));
}

static struct problem find_route(struct exchange *exchange)
{
    const struct head *head = &exchange->head;
    struct matched *matched = &exchange->matched;
    route_match(exchange->arena, head->method, head->path, matched);
    if (!matched->route && matched->allow) {
        struct problem problem =
            problem_at(405, "method_not_allowed", "this path does not take this method");
        problem.fields = arena_print(exchange->arena, "Allow: %s\r\n", matched->allow);
        return problem;
    }
    if (!matched->route)
        return problem_at(404, "no_such_path", "there is nothing at this path");

    const char *type = head->of[FIELD_CONTENT_TYPE];
    bool bodied = head->chunked || head->length;
    if (bodied && (!type || !reads_type(matched->route, type)))
        return problem_at(415, "unsupported_type",
                          arena_print(exchange->arena, "bodies are %s in UTF-8",
                                      types_read(exchange->arena, matched->route)));
    if (!writes_type(matched->route, head->of[FIELD_ACCEPT]))
        return problem_at(406, "not_acceptable", "answers are application/json");
    return (struct problem){0};
}

void exchange_arrive(struct exchange *exchange)
{
    continue_trace(exchange);
    exchange->early = find_route(exchange);
}

/* ---- who asks, and whether they may go on ---- */

static bool is_command(const struct exchange *exchange)
{
    const char *method = exchange->matched.route->method;
    return strcmp(method, "GET") != 0;
}

static void make_key_up(struct exchange *exchange)
{
    char hex[33];
    server_random(exchange->border->server, hex, 16);
    exchange->key = arena_print(exchange->arena, "%s made/%s", exchange->caller.id, hex);
}

/* The client's own key, joined with the caller; a second request with it waits for nobody. */
static bool take_key(struct exchange *exchange)
{
    const char *sent = exchange->head.of[FIELD_IDEMPOTENCY_KEY];
    if (!sent) {
        make_key_up(exchange);
        return true;
    }
    const char *key = value_idempotency_key(exchange->arena, sent);
    if (!key) {
        exchange_refuse(exchange, 400, "bad_idempotency_key",
                        "Idempotency-Key is 1 to 255 visible characters, bare or quoted");
        return false;
    }
    exchange->key = arena_print(exchange->arena, "%s %s", exchange->caller.id, key);
    exchange->keyed = true;
    struct exchange **place = server_keyed(exchange->border->server, exchange->key);
    if (*place) {
        exchange_refuse(exchange, 409, "in_progress", "a request with this key is under way");
        return false;
    }
    *place = exchange;
    exchange->in_flight = true;
    return true;
}

static bool take_expectation(struct exchange *exchange)
{
    const char *match = exchange->head.of[FIELD_IF_MATCH];
    if (match && !route_is_versioned(exchange->matched.route)) {
        exchange_refuse(exchange, 412, "no_version",
                        "nothing here has a version that If-Match could name");
        return false;
    }
    if (!match || value_version(match, &exchange->expected_version))
        return true;
    exchange_refuse(exchange, 412, "stale", "If-Match is one ETag as it was given");
    return false;
}

/* Whether a key was shown that may be one; else what is wrong is on record. */
static bool is_key_shown(struct exchange *exchange)
{
    const char *authorization = exchange->head.of[FIELD_AUTHORIZATION];
    bool bearer = authorization && strncasecmp(authorization, "Bearer ", 7) == 0;
    if (!bearer) {
        exchange->early = problem_at(401, "missing_key", "send Authorization: Bearer and a key");
        return false;
    }
    const char *key = authorization + 7 + strspn(authorization + 7, " ");
    if (!key_parse(key, &exchange->waiter.shown)) {
        exchange->early = problem_at(401, "malformed_key", "the key is not one, or is mistyped");
        return false;
    }
    return true;
}

static void check_key(struct exchange *exchange, key_checked *checked)
{
    exchange->lent = true;
    exchange->waiter.checked = checked;
    exchange->waiter.with = exchange;
    keys_check(exchange->border->keys, &exchange->waiter);
}

/* Whether its client is still there, and what is wrong with its key on record. */
static bool take_verdict(struct exchange *exchange, enum key_verdict verdict)
{
    static const struct problem problems[] = {
        [KEY_UNKNOWN] = {.status = 401,
                         .reason = "unknown_key",
                         .detail = "the key is unknown or was revoked"},
        [KEY_UNREACHABLE] = {.status = 503,
                         .reason = "keys_unreachable",
                         .detail = "keys can't be checked right now"  },
    };
    if (verdict != KEY_GOOD)
        exchange->early = problems[verdict];
    if (exchange->connection)
        return true;
    exchange_free(exchange);
    return false;
}

static void admitted(void *with, enum key_verdict verdict, struct known_key *known)
{
    struct exchange *exchange = with;
    if (!take_verdict(exchange, verdict))
        return;
    exchange->lent = false;
    connection_welcome(exchange->connection);
}

void exchange_admit(struct exchange *exchange)
{
    if (!exchange->early.status && is_key_shown(exchange))
        check_key(exchange, admitted);
    else
        connection_welcome(exchange->connection);
}

bool exchange_make_room(struct exchange *exchange, size_t more)
{
    size_t *held = &exchange->border->server->body_bytes, before = exchange->body.room;
    text_reserve(&exchange->body, more);
    if (exchange->body.room == before)
        return true;
    exchange->body_bytes += exchange->body.room; /* the arena keeps the smaller room as well */
    *held += exchange->body.room;
    return *held <= SERVER_BODIES_MOST;
}

static void checked(void *with, enum key_verdict verdict, struct known_key *known)
{
    struct exchange *exchange = with;
    if (!take_verdict(exchange, verdict))
        return;
    if (exchange->early.status) {
        exchange_problem(exchange, &exchange->early);
        return;
    }
    memcpy(exchange->key_id, known->id, sizeof exchange->key_id);
    exchange->caller = (struct caller){
        .id = arena_copy(exchange->arena, known->caller),
        .roles = known->roles,
        .branch = arena_copy(exchange->arena, known->branch),
        .provider_id = arena_copy(exchange->arena, known->provider_id),
    };
    long left = key_take_token(known);
    exchange->rate_left = left < 0 ? 0 : left;
    if (left < 0) {
        exchange_refuse(exchange, 429, "too_many_requests", "the key's requests are used up");
        return;
    }
    if (is_command(exchange) && !(take_key(exchange) && take_expectation(exchange)))
        return;
    exchange->matched.route->own(exchange);
}

/* The key is looked at again behind a body, which takes its time: it may be revoked by then. */
void exchange_serve(struct exchange *exchange)
{
    const struct route *route = exchange->matched.route;
    exchange->lent = true;
    if (!exchange->early.status && (route->options & ROUTE_OPEN))
        route->own(exchange);
    else if (!exchange->early.status && is_key_shown(exchange))
        check_key(exchange, checked);
    else
        exchange_problem(exchange, &exchange->early);
}

/* ---- how it ends ---- */

static void add_head(struct text *to, struct exchange *exchange, int status, const char *type)
{
    struct server *server = exchange->border->server;
    server->counts[COUNT_ANSWERED_2XX + (status < 200 ? 0 : status / 100 - 2)]++;
    text_print(to, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, problem_title(status),
               server_date(server));
    if (type)
        text_print(to, "Content-Type: %s\r\n", type);
    text_add(to, "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n");
    if (exchange->rate_left >= 0)
        text_print(to,
                   "RateLimit-Policy: \"default\";q=%ld;w=1\r\n"
                   "RateLimit: \"default\";r=%ld;t=1\r\n",
                   requests_per_second, exchange->rate_left);
}

void exchange_answer(struct exchange *exchange, const struct answer *answer)
{
    struct connection *connection = exchange->connection;
    if (!connection) {
        exchange_free(exchange);
        return;
    }
    const struct head *head = &exchange->head;
    struct text text = text_new(exchange->arena);
    add_head(&text, exchange, answer->status, answer->type);
    if (answer->fields)
        text_add(&text, answer->fields);
    bool close =
        head->close || connection->phase == PHASE_BODY || exchange->border->server->draining;
    if (close)
        text_add(&text, "Connection: close\r\n");
    else if (head->old)
        text_add(&text, "Connection: keep-alive\r\n");
    if (answer->status != 304)
        text_print(&text, "Content-Length: %zu\r\n", answer->body.size);
    text_add_bytes(&text, "\r\n", 2);
    if (answer->body.size && strcmp(head->method, "HEAD") != 0)
        text_add_bytes(&text, answer->body.at, answer->body.size);

    /* The next request may carry the same key: this one is over before it is looked at. */
    connection_answer(connection, (struct bytes){(const uint8_t *)text.at, text.length});
    exchange_free(exchange);
    connection_go_on(connection, close);
}

void exchange_problem(struct exchange *exchange, const struct problem *problem)
{
    char trace_id[33] = "";
    memcpy(trace_id, exchange->trace + 3, 32);
    struct text body = text_new(exchange->arena);
    problem_print(&body, problem, trace_id);

    struct text fields = text_new(exchange->arena);
    if (problem->fields)
        text_add(&fields, problem->fields);
    if (problem->status == 401)
        text_add(&fields, "WWW-Authenticate: Bearer realm=\"afterline\"\r\n");
    unsigned wait = problem_retry_seconds(problem);
    if (wait)
        text_print(&fields, "Retry-After: %u\r\n", wait);
    struct answer answer = {
        .status = problem->status,
        .type = "application/problem+json",
        .body = {(const uint8_t *)body.at, body.length},
        .fields = fields.at,
    };
    exchange_answer(exchange, &answer);
}

void exchange_refuse(struct exchange *exchange, int status, const char *reason, const char *detail)
{
    struct problem problem = problem_at(status, reason, detail);
    exchange_problem(exchange, &problem);
}

void exchange_stream(struct exchange *exchange, const char *type)
{
    struct text text = text_new(exchange->arena);
    add_head(&text, exchange, 200, type);
    text_add(&text, "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n");
    connection_stream(exchange->connection, (struct bytes){(const uint8_t *)text.at, text.length});
}

void exchange_take_body(struct exchange *exchange, bool wanted)
{
    connection_body(exchange->connection, wanted);
}

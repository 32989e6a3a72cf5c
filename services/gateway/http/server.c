#include "http/server.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connection.h"

static void free_left(struct server *server)
{
    while (server->left) {
        struct connection *left = server->left;
        server->left = left->next;
        unused_keep(&left->unused, (struct bytes){NULL, 0});
        free(left);
    }
}

static void sweep(void *with)
{
    struct server *server = with;
    int64_t now_ms = clock_monotonic_ms();
    free_left(server);
    struct connection *next = NULL;
    for (struct connection *at = server->first; at; at = next) {
        next = at->next;
        connection_sweep(at, now_ms);
    }
}

static void accepted(void *with, struct stream *stream)
{
    struct server *server = with;
    if (server->draining) {
        stream_close(stream, true);
        return;
    }
    connection_begin(server, stream);
}

struct server *server_new(struct border *border)
{
    struct server *server = calloc(1, sizeof *server);
    CHECK(server);
    const char *why = NULL;
    server->border = border;
    server->listener =
        listener_new(border->daemon->loop, http_host, (int)http_port, accepted, server, &why);
    if (!server->listener)
        die("cannot listen at %s:%ld: %s", http_host, http_port, why);
    loop_limit_streams(border->daemon->loop, (size_t)connections_most, farewell_ms);
    server->sweep = alarm_new(border->daemon->loop, sweep, server);
    alarm_set(server->sweep, SERVER_SWEEP_MS, SERVER_SWEEP_MS);
    log_info("did=listen at=%s:%d", http_host, listener_port(server->listener));
    return server;
}

void server_drain(struct server *server)
{
    server->draining = true;
    listener_free(server->listener);
    server->listener = NULL;
    struct connection *next = NULL;
    for (struct connection *at = server->first; at; at = next) {
        next = at->next;
        if (at->phase == PHASE_HEAD || at->phase == PHASE_STREAM)
            connection_leave(at, false);
    }
}

void server_close(struct server *server)
{
    server_drain(server);
    while (server->first)
        connection_leave(server->first, true);
    free_left(server);
    alarm_free(server->sweep);
}

void server_free(struct server *server)
{
    while (server->arenas_kept)
        arena_free(server->arenas[--server->arenas_kept]);
    free(server);
}

void server_forget(struct server *server, struct connection *connection)
{
    if (connection->before)
        connection->before->next = connection->next;
    else
        server->first = connection->next;
    if (connection->next)
        connection->next->before = connection->before;
    connection->before = NULL;
    connection->next = server->left;
    server->left = connection;
    server->open--;
}

struct arena *server_take_arena(struct server *server)
{
    return server->arenas_kept ? server->arenas[--server->arenas_kept] : arena_new();
}

void server_give_arena(struct server *server, struct arena *arena)
{
    if (server->arenas_kept == SERVER_ARENAS_KEPT) {
        arena_free(arena);
        return;
    }
    arena_reset(arena);
    server->arenas[server->arenas_kept++] = arena;
}

const char *server_date(struct server *server)
{
    int64_t now_s = clock_now_ms() / 1000;
    if (now_s != server->date_s) {
        time_t now = (time_t)now_s;
        struct tm tm;
        gmtime_r(&now, &tm);
        strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        server->date_s = now_s;
    }
    return server->date;
}

void server_random(struct server *server, char *hex, size_t size)
{
    if (server->random_left < size) {
        randombytes_buf(server->random, sizeof server->random);
        server->random_left = sizeof server->random;
    }
    server->random_left -= size;
    sodium_bin2hex(hex, 2 * size + 1, server->random + server->random_left, size);
}

struct exchange **server_keyed(struct server *server, const char *key)
{
    struct exchange **at = &server->keyed[(text_hash(key) >> 20) % SERVER_KEYED_BUCKETS];
    while (*at && strcmp((*at)->key, key) != 0)
        at = &(*at)->next_keyed;
    return at;
}

static const char *const count_names[COUNT_COUNT] = {
    [COUNT_CONNECTIONS] = "afterline_http_connections_total",
    [COUNT_REQUESTS] = "afterline_http_requests_total",
    [COUNT_MALFORMED] = "afterline_http_malformed_total",
    [COUNT_TIMED_OUT] = "afterline_http_timed_out_total",
    [COUNT_ANSWERED_2XX] = "afterline_http_answered_2xx_total",
    [COUNT_ANSWERED_3XX] = "afterline_http_answered_3xx_total",
    [COUNT_ANSWERED_4XX] = "afterline_http_answered_4xx_total",
    [COUNT_ANSWERED_5XX] = "afterline_http_answered_5xx_total",
    [COUNT_EVENTS_STREAMED] = "afterline_events_streamed_total",
    [COUNT_STREAMS_SLOW] = "afterline_streams_closed_slow_total",
};

void server_print_metrics(struct server *server, struct text *to)
{
    const char *instance = server->border->daemon->instance;
    for (size_t i = 0; i < COUNT_COUNT; i++)
        text_print(to, "# TYPE %s counter\n%s{instance=\"%s\"} %lu\n", count_names[i],
                   count_names[i], instance, server->counts[i]);
    text_print(to,
               "# TYPE afterline_http_open gauge\nafterline_http_open{instance=\"%s\"} %zu\n"
               "# TYPE afterline_streams_open gauge\nafterline_streams_open{instance=\"%s\"} %zu\n",
               instance, loop_streams(server->border->daemon->loop), instance, server->streams);
}

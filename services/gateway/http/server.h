/*
 * server: the listener, and what all connections share.
 */
#pragma once

#include "gateway.h"
#include "http/exchange.h"

enum {
    SERVER_SWEEP_MS = 250,
    SERVER_KEYED_BUCKETS = 4096,
    SERVER_ARENAS_KEPT = 64,
    SERVER_BODIES_MOST = 64 * 1024 * 1024, /* bytes held of all bodies together */
};

/* Counted since the start. */
enum server_count {
    COUNT_CONNECTIONS,
    COUNT_REQUESTS,
    COUNT_MALFORMED,
    COUNT_TIMED_OUT,
    COUNT_ANSWERED_2XX,
    COUNT_ANSWERED_3XX,
    COUNT_ANSWERED_4XX,
    COUNT_ANSWERED_5XX,
    COUNT_EVENTS_STREAMED,
    COUNT_STREAMS_SLOW,
    COUNT_COUNT
};

struct connection;

struct server {
    struct border *border;
    struct listener *listener;
    struct alarm_clock *sweep;
    struct connection *first;
    struct connection *left; /* closed, to be freed */
    size_t open;             /* and not yet closing */
    size_t streams;
    size_t body_bytes; /* room made for bodies */
    bool draining;
    char date[32];
    int64_t date_s;
    struct exchange *keyed[SERVER_KEYED_BUCKETS]; /* under way, by the client's own key */
    struct arena *arenas[SERVER_ARENAS_KEPT];
    size_t arenas_kept;
    unsigned char random[512];
    size_t random_left;
    unsigned long counts[COUNT_COUNT];
};

struct server *server_new(struct border *border);

/* Takes no more connections; ends those that ask nothing and all streams.  Requests under way are
 * answered, and their connections end with that. */
void server_drain(struct server *server);

/* Ends every connection at once; what was carried for them is freed. */
void server_close(struct server *server);
void server_free(struct server *server);

struct arena *server_take_arena(struct server *server);
void server_give_arena(struct server *server, struct arena *arena);

/* "Mon, 23 Nov 2026 14:11:23 GMT" */
const char *server_date(struct server *server);

/* Random bytes as lower-case hexadecimal digits; `size` bytes give twice as many. */
void server_random(struct server *server, char *hex, size_t size);

/* The other exchange under way with this key, NULL where there is none. */
struct exchange **server_keyed(struct server *server, const char *key);

void server_forget(struct server *server, struct connection *connection);
void server_print_metrics(struct server *server, struct text *to);

/*
 * exchange: one request from its head to its answer.
 *
 * It is made when the head has been read and ends with exactly one answer or stream.  It may
 * outlive its connection: a question that is under way is always answered, and only then is the
 * exchange over.  Whoever serves it asks nothing about connections.
 */
#pragma once

#include "base/text.h"
#include "daemon/ask.h"
#include "daemon/caller.h"
#include "gateway.h"
#include "http/head.h"
#include "http/problem.h"
#include "http/values.h"
#include "keys.h"
#include "routes.h"

struct connection;

/* Who wants to know what becomes of the connection meanwhile; all may be NULL. */
struct audience {
    void (*body)(void *with, struct bytes part); /* of a streamed body */
    void (*fed)(void *with);                     /* … after which more may follow */
    void (*whole)(void *with);                   /* … which ended */
    void (*drained)(void *with);                 /* a stream may be written again */
    void (*gone)(void *with);                    /* the client has left: end the exchange */
    void *with;
};

struct exchange {
    struct border *border;
    struct connection *connection; /* NULL once the client has gone */
    struct arena *arena;
    struct head head;
    struct matched matched;
    struct problem early; /* what is already known to be wrong; status 0: nothing */
    struct text body;
    struct caller caller;
    char key_id[KEY_ID_SIZE + 1]; /* of the API key; "" on open routes */
    char trace[TRACE_SIZE];
    const char *key; /* idempotency key joined with the caller; NULL for queries */
    bool keyed;      /* the client chose it */
    uint64_t expected_version;
    long rate_left; /* −1: not counted */
    struct key_waiter waiter;
    on_answered *then;         /* api/carry.c: what to do with the answer */
    struct alarm_clock *again; /* asks again whoever stands behind; NULL: did not have to */
    int looks;
    struct question question;
    struct audience audience;
    struct exchange *next_keyed;
    bool in_flight; /* stands among the keyed */
    bool lent;      /* to the keys, or to who serves it: they free it where the client has gone */
    size_t body_bytes; /* counted in server->body_bytes */
};

struct exchange *exchange_new(struct border *border, struct connection *connection);

/* The head is in exchange->head: find the route, and what is wrong with the request so far. */
void exchange_arrive(struct exchange *exchange);

/* Before a body is taken: find out who asks, and tell connection_welcome. */
void exchange_admit(struct exchange *exchange);

/* Makes room for so much more of the body; false: there is none left for all bodies together. */
bool exchange_make_room(struct exchange *exchange, size_t more);

/* The body is there (or will be streamed): find out who asks, and serve. */
void exchange_serve(struct exchange *exchange);

/* ---- what a server may say; the exchange is over after each ---- */

struct answer {
    int status;
    const char *type; /* NULL: no content */
    struct bytes body;
    const char *fields; /* further header lines, each with its CRLF; NULL for none */
};

void exchange_answer(struct exchange *exchange, const struct answer *answer);
void exchange_problem(struct exchange *exchange, const struct problem *problem);
void exchange_refuse(struct exchange *exchange, int status, const char *reason, const char *detail);
void exchange_free(struct exchange *exchange); /* with no answer: the client has gone */

/* ---- or it may go on for longer ---- */

/* Begins an answer without an end; write with connection_write, end with connection_leave. */
void exchange_stream(struct exchange *exchange, const char *type);

/* Lets a streamed body come, or has it wait. */
void exchange_take_body(struct exchange *exchange, bool wanted);

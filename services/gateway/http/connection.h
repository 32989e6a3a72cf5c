/*
 * connection: one TCP connection that speaks HTTP/1.1.
 *
 * Requests are carried out one after another, in the order they came, each answered before the next
 * is looked at; what comes meanwhile is held, up to CONNECTION_HELD_MOST bytes, and then not read.
 * Whatever is malformed gets one answer, and the connection ends with it.
 */
#pragma once

#include "edge/loop.h"
#include "http/exchange.h"
#include "http/framing.h"
#include "http/server.h"
#include "http/unused.h"

enum { CONNECTION_HELD_MOST = 64 * 1024 };

enum phase {
    PHASE_HEAD,   /* a head is awaited or arriving */
    PHASE_BODY,   /* a body is arriving */
    PHASE_WORK,   /* the request is being served */
    PHASE_STREAM, /* an answer without end is being written */
    PHASE_LEFT,   /* closed; the memory is freed at the next sweep */
};

struct connection {
    struct connection *next;
    struct connection *before;
    struct server *server;
    struct stream *stream;
    struct exchange *exchange;
    enum phase phase;
    struct head_watch watch;
    struct framing framing;
    struct unused unused;
    int64_t until_ms; /* the phase must be over */
    size_t unsent;    /* of the answers, when it last seemed to be idle */
    size_t body_size; /* of what came and is not streamed */
    bool advancing;
    bool paused;
    bool body_waits; /* nobody is ready for it */
    bool no_room;    /* for the body, beside all the others that are held */
    bool ended;      /* the client sends nothing more */
};

void connection_begin(struct server *server, struct stream *stream);

/* Writes a whole answer; its exchange is over. */
void connection_answer(struct connection *connection, struct bytes answer);

/* Goes on to the next request, or ends. */
void connection_go_on(struct connection *connection, bool close);

/* Writes part of an answer without end. */
void connection_stream(struct connection *connection, struct bytes part);
size_t connection_queued(const struct connection *connection);

/* It is known who sends the body, or what is wrong with the request: lets it come. */
void connection_welcome(struct connection *connection);

/* Lets a streamed body come, or stops it. */
void connection_body(struct connection *connection, bool wanted);

/* Ends it: after what is queued was written, or at once. */
void connection_leave(struct connection *connection, bool at_once);

/* Looks whether its time is over. */
void connection_sweep(struct connection *connection, int64_t now_ms);

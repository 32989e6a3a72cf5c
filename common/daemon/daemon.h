/*
 * daemon: a service that runs.  What a service's own rooms on the loop (gateway's HTTP) may touch.
 */
#pragma once

#include "daemon/service.h"
#include "edge/bus.h"
#include "edge/loop.h"

struct daemon {
    const struct service *service;
    const char *instance; /* "intake.0" */
    struct loop *loop;
    struct bus *bus;
    struct peers peers;      /* the house as it was at the start: where each instance is */
    struct peers let_in;     /* who may come in, as read last */
    struct arena *read_last; /* where that lies; NULL: with the rest */
    struct telling *telling; /* daemon/tell.c's own; NULL where it has no address to tell from */
    struct desk *desk;       /* daemon/desk.c's own */
    struct asks *asks;       /* daemon/ask.c's own */
    struct worker_pool *workers; /* daemon/workers.c's own: the writer, the readers, their queues */
    struct listening *listening; /* daemon/listen.c's own: the followers of other services */
    struct source_heard *sources_heard; /* daemon/hear.c's own: who is subscribed to */
    void *own;                          /* the service's, set in moved_in */
};

/*
 * Carries a question out in this process, as if it had come over the bus: the loop's side of the
 * queues.  `answered` is called on the loop, once, before or after this returns; header and body
 * are valid during the call.
 */
typedef void on_answered(void *with, const AnswerHeader *header, struct bytes body);
void daemon_ask_self(struct daemon *daemon, const AskHeader *header, struct bytes body,
                     on_answered *answered, void *with);

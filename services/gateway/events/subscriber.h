/*
 * subscriber: one who follows events, by stream or page by page.
 *
 * It is a cursor and a filter.  It goes on as far as its connection takes it: from the rings where
 * they hold what comes next, from pages of its own where they don't.
 */
#pragma once

#include "events/filter.h"
#include "events/tail.h"
#include "http/exchange.h"

enum {
    SUBSCRIBER_TURN_MOST = 512,   /* events looked at before others have their turn */
    SUBSCRIBER_PAGE_EVENTS = 200, /* asked for at once where the ring does not reach */
    SUBSCRIBER_PAGE_BYTES = 256 * 1024,
    SUBSCRIBER_COMMENT_MS = 15000,
    SUBSCRIBER_SLOW_MS = 60000,
    SUBSCRIBER_AGAIN_MS = 500,
    SUBSCRIBER_RETRY_MS = 3000, /* what a stream tells its reader */
};

/* What a follower asked for. */
struct following {
    struct filter filter;
    struct cursor from;
    bool stream;
    unsigned wanted; /* items of a page */
    long wait_ms;    /* how long a page may wait for the first */
};

/* Takes the exchange over; it ends when the page is full or the stream is. */
void subscriber_begin(struct tail *tail, struct exchange *exchange,
                      const struct following *following);

void subscribers_pump(struct tail *tail);
void subscribers_sweep(struct tail *tail);

/* A head is known now: ends with those whose place is ahead of it.  Who comes back is told. */
void subscribers_doubt(const struct ring *ring);

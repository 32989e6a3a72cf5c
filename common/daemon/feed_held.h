/*
 * feed_held: events a follower has in hand and may not hand over yet.  For feed.c alone.
 *
 * A run without gaps.  What would leave a gap, or is more than fits, is not kept: it is paged.
 */
#pragma once

#include "daemon/feed.h"

struct held_event {
    uint8_t *bytes;
    size_t size;
};

struct held_events {
    struct held_event ring[FEED_HELD_MOST];
    size_t start;
    size_t count;
    size_t bytes;
    uint64_t first; /* the id at `start`; means nothing while empty */
};

/* Copies the event if it continues the run. */
void held_add(struct held_events *held, uint64_t id, struct bytes packed);
/* The first of the run; NULL bytes while empty. */
struct bytes held_first(const struct held_events *held);
void held_drop(struct held_events *held);
void held_empty(struct held_events *held);

/*
 * tell: what was committed, told to whoever listens.
 *
 * A batch is told in one page: one message for each listener, however many events there are.  What
 * is too much for one is told in several.  An event that is too big for any is only announced, by
 * the head: it is read from the history.
 *
 * Who is in a hurry hears each batch at once.  For all others what happens within TELL_GATHER_MS is
 * gathered, for nobody waits for them and each page wakes every listener; the first after a rest is
 * told at once to everybody.
 */
#pragma once

#include "daemon/daemon.h"
#include "daemon/work.h"

enum {
    TOLD_PAGE_MOST = 64 * 1024, /* bytes of the events in one message */
    TELL_GATHER_MS = 20,
};

/* Dies where nothing can be told from this endpoint; NULL: nothing is. */
void tell_open(struct daemon *daemon, const char *endpoint);
void tell_close(struct daemon *daemon);

/* The events of these works, in the order of their numbers; before any of them is answered. */
void tell(struct daemon *daemon, const struct work *works);

/* A page without events, so that a listener notices a lost last one. */
void tell_head(struct daemon *daemon, uint64_t head);

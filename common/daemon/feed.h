/*
 * feed: following another service's events, in order, without a gap.
 *
 * A follower hears what is told (PUB, may drop) and asks for pages (ReadEvents) whenever the next
 * id is not the one it heard: at start, after a gap, when it fell behind.  It hands over exactly
 * last + 1, last + 2, …  `take` may say false (full): the follower keeps its place and goes on at
 * follower_resume.
 *
 * What is told is what would be answered: an EventPage, with the events of a batch.  Once a second
 * it is told without events, for its head, so that a lost last event is noticed.  Only the active
 * instance of a service tells; a follower listens to all instances.
 *
 * A source that ends before what was taken of it was set back, by a restored backup or a standby
 * that knew less, and will give numbers we know to events we don't.  That is said once, shown as a
 * gauge, and nothing more is taken of it until the follower begins anew.
 *
 * The same module everywhere: reactions of services, reporting's pictures, the gateway's tail.  On
 * the loop's thread.
 */
#pragma once

#include "daemon/daemon.h"

enum {
    FEED_PAGE_EVENTS = 500, /* asked for at once; one page in flight per source */
    FEED_PAGE_BYTES = 1024 * 1024,
    FEED_HELD_MOST = 2000, /* told events kept while a page is in flight */
    FEED_HELD_BYTES = 4 * 1024 * 1024,
    FEED_HEAD_MS = 1000,
};

struct follower;

/* One event; `packed` is the whole of it as told.  Both lie in the arena and are valid during the
 * call; who wants to keep them takes the arena, and leaves NULL. */
struct heard_event {
    struct arena *arena;
    const Event *event;
    struct bytes packed;
};
typedef bool take_event(void *with, struct heard_event *heard);
/* Those were all for now. */
typedef void on_run_over(void *with);

/* `over` may be NULL. */
struct follower *follower_new(struct daemon *daemon, const char *source, take_event *take,
                              on_run_over *over, void *with);
void follower_start(struct follower *follower, uint64_t after); /* also: go back or forward */
void follower_stop(struct follower *follower);
void follower_resume(struct follower *follower);
/* It shall hear at once what is told, and not with what else happens in TELL_GATHER_MS. */
void follower_hurry(struct follower *follower);
uint64_t follower_at(const struct follower *follower);   /* handed over up to here */
uint64_t follower_head(const struct follower *follower); /* as far as heard */
void follower_free(struct follower *follower);

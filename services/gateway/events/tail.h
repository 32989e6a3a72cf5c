/*
 * tail: the last events of every source, and those who follow them.
 *
 * One follower per source fills a ring of the latest events, each rendered once.  A subscriber is a
 * cursor; what it has not seen yet comes from the rings, and what lies before them is paged from
 * the service for it alone.  So a slow subscriber costs its own pages and nobody else's time.
 */
#pragma once

#include "daemon/feed.h"
#include "events/told.h"
#include "events/tree.h"
#include "gateway.h"

enum {
    TAIL_SWEEP_MS = 500,
    TAIL_PRELOADED = 256, /* events of each source read back at start, at least */
    TAIL_BRANCHES = 500,  /* of a page of the tree */
};

struct own_page;
struct subscriber;

/* The latest events of one source. */
struct ring {
    struct tail *tail;
    int source;
    struct follower *follower;
    struct told_event **events; /* by id modulo room */
    size_t room;
    uint64_t first; /* ids kept: first … last; none where last is first − 1 */
    uint64_t last;
    uint64_t head;   /* of the service, when it was asked */
    uint64_t oldest; /* that the service keeps */
    bool known;      /* its head was told */
    bool asked;
    bool away;            /* it did not answer */
    unsigned pages_asked; /* own_page's, here and below */
    bool pages_turning;
    struct own_page *first_waiting;
    struct own_page *last_waiting;
};

struct tail {
    struct border *border;
    struct tree *tree;
    bool tree_asked;
    bool tree_known;
    unsigned tree_pages; /* of it told so far */
    uint64_t tree_upto;  /* the event of intake up to which it was known at first */
    struct arena *scratch;
    struct ring rings[SOURCES];
    struct subscriber *first;
    struct alarm_clock *sweep;
    struct alarm_clock *stirred;
    bool stirring;
};

struct tail *tail_new(struct border *border);
void tail_free(struct tail *tail); /* when nobody subscribes any more */

/* Whether the tree and all heads are known, so that a subscriber can begin.  Who has a place to go
 * on from needs no head of a service that does not answer: its events come when it is back. */
bool tail_ready(const struct tail *tail, bool placed);

void tail_now(const struct tail *tail, struct cursor *cursor);
void tail_oldest(const struct tail *tail, struct cursor *cursor);

/* The event of this id, NULL where the ring does not hold it. */
struct told_event *ring_event(const struct ring *ring, uint64_t id);

/* As far as its service was heard to be. */
uint64_t ring_head(const struct ring *ring);

/* Asks the service for events. */
void ring_ask(struct ring *ring, const ReadEvents *order, on_answered *answered, void *with);

/* Asks the service where it stands, and takes note of the answer; false where it gave none. */
void ring_ask_head(struct ring *ring, on_answered *answered, void *with);
bool ring_learn_head(struct ring *ring, const AnswerHeader *header, struct bytes body);

/* Lets subscribers go on, all at once, in the next turn of the loop. */
void tail_stir(struct tail *tail);

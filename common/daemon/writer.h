/*
 * writer: everything that changes a service's schema goes through here, one after another.
 *
 * One connection, one thread.  A session lock says who may try, the epoch row says who may
 * (architecture §2): each batch begins by holding its own epoch, so two writers can never both
 * commit.  Being alone, it numbers events and aggregates itself.
 */
#pragma once

#include "daemon/work.h"

enum {
    BATCH_EVENTS_MOST = 256, /* events in a batch when no command waits */
    BATCH_APART_MOST = 16,   /* of one that fell apart: nobody who asked waits for more of them */
    WRITER_HEARTBEAT_MS = 200,
    WRITER_TRIES_MOST = 5, /* of a work whose trouble may pass, before it is given up or parked */
};

struct place {
    const char *source;
    uint64_t at;
};

struct writer_options {
    const struct service *service;
    const char *instance;
    const char *conninfo;
    const char *seal_seed_file; /* the instance's secret key: heads are signed with one made of it;
                                   NULL: no heads */
    long statement_ms;
    long answers_kept_days;  /* then whole months of them are dropped; 0: never */
    long events_kept_months; /* likewise */
};

struct writer;

struct writer *writer_new(const struct writer_options *options);
void writer_free(struct writer *writer);

/* Connects where needed and tries to become the active writer; false: somebody else is, or
 * PostgreSQL can't be reached (*why, in the writer's memory). */
bool writer_take_over(struct writer *writer, const char **why);
bool writer_active(const struct writer *writer);

/*
 * Carries out up to `count` works in one transaction, events behind all others; where that fails,
 * each in one of its own.  Each work's outcome is SETTLED; or AGAIN, because of the world, or of
 * the connection: the writer is then no longer active.  Of a batch that fell apart the last events
 * are left (NONE): all where something else was in it, and otherwise those beyond BATCH_APART_MOST.
 * Works with the same key must not share a call.
 */
void writer_batch(struct writer *writer, struct work **works, size_t count);

/*
 * The time by which timers are due and months are old.  A wall clock that leaps ahead, by more than
 * a minute since the take-over, is not believed until the next.  One that was set back is: timers
 * are set by it, and shall not ring before their time.
 */
int64_t writer_sober_ms(struct writer *writer, int64_t now_ms);

/* Drops, now and then, the months that need not be kept any longer. */
void writer_tidy(struct writer *writer, int64_t now_ms);

/* Still active?  One statement. */
bool writer_heartbeat(struct writer *writer);

/* Timers that are due at this wall time, as works to batch (at most 64). */
size_t writer_due(struct writer *writer, int64_t now_ms, struct work **works, size_t most);

/* A signed head is owed: makes the work for it, or NULL. */
struct work *writer_seal(struct writer *writer);

struct writer_view {
    uint64_t epoch;
    uint64_t head;
    const struct place *places;
    size_t place_count;
    unsigned parked; /* events */
};
struct writer_view writer_view(const struct writer *writer);

/* For Rebuild: empties the n-th table of the plan's pictures, in the batch under way. */
bool writer_empty_picture(struct request *req, size_t n);

/*
 * workers: the threads of a daemon and the queues between them and the loop.
 *
 * One writer, READERS readers.  The loop submits works and gets each back once, through `done`.
 * Queues are bounded: what does not fit, or could not be done before its deadline, is refused at
 * once.  Commands come before events of others, so that a listener that catches up does not starve
 * them; pages of history are read by one reader only, so that they do not starve queries.
 */
#pragma once

#include "daemon/daemon.h"
#include "daemon/work.h"
#include "daemon/writer.h"

enum {
    READERS = 2,
    EVENTS_QUEUED_MOST = 1024, /* works; followers keep their place beyond */
};

struct worker_settings {
    const char *conninfo;
    const char *secret_key_file;
    long batch_limit;
    long queue_limit;
    long statement_ms;
    long answers_kept_days;
    long events_kept_months;
};

/* `tenure` is called on the loop when this instance became the writer (active, with the places it
 * has applied others' events up to), when these were set back, or when it stopped being one. */
typedef void on_tenure(struct daemon *daemon, bool active, const struct place *places,
                       size_t count);

void workers_start(struct daemon *daemon, const struct worker_settings *settings,
                   on_tenure *tenure);
/* Stops taking, finishes what is in hand, ends the threads. */
void workers_stop(struct daemon *daemon);

/* False: refused, the answer is filled, `done` was not called. */
bool workers_submit(struct daemon *daemon, struct work *work);

/* Events overheard, in order; the run is empty afterwards. */
void workers_submit_events(struct daemon *daemon, struct work_queue *run);
size_t workers_room_for_events(const struct daemon *daemon);

/* As of the last batch. */
struct workers_view {
    bool active;
    uint64_t epoch;
    uint64_t head;
    unsigned parked;
    size_t queued;
    size_t place_count;
    struct place places[16];
};
struct workers_view workers_view(struct daemon *daemon);

/*
 * loop: libuv.  Timers, signals, doorbells, TCP streams, child processes; the only file that says
 * `uv_`.
 *
 * Everything here is called on the loop's thread, except doorbell_ring.  Callbacks get the pointer
 * they were registered with.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct loop;

struct loop *loop_new(void);
void loop_run(struct loop *loop); /* until loop_stop */
void loop_stop(struct loop *loop);
void loop_free(struct loop *loop); /* after loop_run; closes what is still open */

/* ---- time ---- */
struct alarm_clock;
/* First after `after_ms`, then every `every_ms` (0: once). */
struct alarm_clock *alarm_new(struct loop *loop, void (*ring)(void *with), void *with);
void alarm_set(struct alarm_clock *alarm, long after_ms, long every_ms);
void alarm_stop(struct alarm_clock *alarm);
void alarm_free(struct alarm_clock *alarm);

/* ---- signals ---- */
void loop_on_signal(struct loop *loop, int signal, void (*got)(void *with, int signal), void *with);

/* ---- a doorbell: other threads wake the loop ---- */
struct doorbell;
struct doorbell *doorbell_new(struct loop *loop, void (*rung)(void *with), void *with);
void doorbell_ring(struct doorbell *doorbell); /* any thread; rings may merge into one */
void doorbell_free(struct doorbell *doorbell);

/* ---- a foreign edge-triggered descriptor (ZeroMQ's) ----
 * After polling, where there was an edge, `drain` is called once a turn.  It returns true while it
 * may have more to do; false once it found nothing left.  Before the loop sleeps after such a turn
 * or a touch, `ready` says whether there is something to drain, and the loop then does not sleep
 * (architecture §3: poll notes, check drains, prepare looks again, idle keeps awake). */
struct watch;
struct watch *watch_new(struct loop *loop, int descriptor, bool (*ready)(void *with),
                        bool (*drain)(void *with), void *with);
/* Its owner was used outside `drain`, which may have taken the edge: look once more. */
void watch_touch(struct watch *watch);
/* `settle` is called once, before the loop sleeps: for what its owner gathered in this turn. */
void watch_settle(struct watch *watch, void (*settle)(void *with));
void watch_free(struct watch *watch);

/* ---- TCP ---- */
struct listener;
struct stream;

struct stream_events {
    /* Bytes arrived; they are gone after the call. */
    void (*read)(void *with, struct bytes bytes);
    /* The peer ended or the connection broke; nothing comes after.  Call stream_close. */
    void (*ended)(void *with);
    /* What was queued for writing fell below half of STREAM_QUEUE_MOST. */
    void (*drained)(void *with);
};

enum {
    STREAM_QUEUE_MOST = 256 * 1024,
    STREAM_PATIENCE_MS = 5000,
};

/* host may be "0.0.0.0" or "::"; port 0 lets the system choose.  NULL and *why where it can't. */
struct listener *listener_new(struct loop *loop, const char *host, int port,
                              void (*accepted)(void *with, struct stream *stream), void *with,
                              const char **why);
int listener_port(const struct listener *listener);
void listener_free(struct listener *listener);

void stream_start(struct stream *stream, const struct stream_events *events, void *with);
void stream_pause(struct stream *stream, bool paused); /* stop or go on reading */
/* Copies and queues the bytes (tries to write them at once). */
void stream_write(struct stream *stream, struct bytes bytes);
size_t stream_queued(const struct stream *stream);
/* What the peer has not taken yet, by the byte, what the system holds for it included. */
size_t stream_unsent(const struct stream *stream);
/* What all streams have queued, and how many there are, those that are closing included. */
size_t loop_unsent(const struct loop *loop);
size_t loop_streams(const struct loop *loop);
/* At most so many at once; more wait at their listeners until one is gone.  A farewell takes so
 * long at most. */
void loop_limit_streams(struct loop *loop, size_t most, long farewell_ms);
/* Closes after what is queued was written, or at once.  No callbacks after this returns.  Whoever
 * takes nothing for STREAM_PATIENCE_MS, or not all before the farewell ends, gets no more. */
void stream_close(struct stream *stream, bool at_once);

/* ---- child processes ---- */
struct child; /* gone when `ended` returns */
/* Appends what the child says to log_file (NULL: to our standard error). */
struct child *child_start(struct loop *loop, const char *const *arguments, const char *log_file,
                          int user, int group, /* −1: as we are */
                          void (*ended)(void *with, int status, int signal), void *with,
                          const char **why);
int child_pid(const struct child *child);
void child_signal(struct child *child, int signal);

/*
 * keep: processes that are started again when they die.
 *
 * First after BACKOFF_LEAST_MS, then after twice as long each time, up to BACKOFF_MOST_MS; one that
 * lived for SETTLED_MS starts from the beginning.  Whom the keeper keeps stands in a list, so that
 * the next keeper can end what a killed one left.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "edge/loop.h"

enum { BACKOFF_LEAST_MS = 100, BACKOFF_MOST_MS = 5000, SETTLED_MS = 10000, KEPT_MOST = 80 };

struct keeper;

struct errand {
    const char *name; /* "intake.0" */
    const char *const *arguments;
    const char *log;
    int user; /* −1: as we are */
    int group;
    unsigned wave; /* the house is left in waves, the lowest first */
    /* May it be started now?  Asked before each start; NULL: always. */
    bool (*clear)(void);
};

/* `list` is the file that names who is kept. */
struct keeper *keeper_new(struct arena *arena, struct loop *loop, const char *list);

/* Keeps a process from now on. */
void keeper_keep(struct keeper *keeper, const struct errand *errand);

/* Runs a process to its end; its exit status, −1 where it was killed or could not start. */
int keeper_run(struct keeper *keeper, const struct errand *errand);

/* Waits; false at once when the keeper leaves. */
bool keeper_wait(struct keeper *keeper, long ms);

/* From now on nothing is started again, and whatever waits returns. */
void keeper_leave(struct keeper *keeper);
bool keeper_leaving(const struct keeper *keeper);

/* Signals a wave, or with 0 only counts: how many of it are alive. */
unsigned keeper_signal(struct keeper *keeper, unsigned wave, int signal);

/* Ends a wave with `signal`; by force after `patience_ms`.  Nothing is started again. */
void keeper_end(struct keeper *keeper, unsigned wave, int signal, long patience_ms);

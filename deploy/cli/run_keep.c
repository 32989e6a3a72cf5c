#include "run_keep.h"

#include <signal.h>
#include <stdio.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "run_process.h"

struct kept {
    struct keeper *keeper;
    struct errand errand;
    struct child *child; /* NULL while it is down */
    struct alarm_clock *again;
    long backoff_ms;
    int64_t started_ms;
};

struct keeper {
    struct arena *arena;
    struct loop *loop;
    const char *list;
    struct kept kept[KEPT_MOST];
    unsigned count;
    struct alarm_clock *patience;
    bool impatient;
    bool leaving;
};

struct run {
    struct keeper *keeper;
    bool ended;
    int status;
};

struct keeper *keeper_new(struct arena *arena, struct loop *loop, const char *list)
{
    struct keeper *keeper = arena_take(arena, sizeof *keeper);
    keeper->arena = arena;
    keeper->loop = loop;
    keeper->list = list;
    return keeper;
}

static void write_list(const struct keeper *keeper)
{
    struct arena *arena = arena_new();
    char *fresh = arena_print(arena, "%s.part", keeper->list);
    FILE *to = fopen(fresh, "we");
    if (to) {
        for (unsigned i = 0; i < keeper->count; i++) {
            const struct kept *kept = &keeper->kept[i];
            struct process process;
            if (kept->child && process_find(child_pid(kept->child), &process))
                fprintf(to, "%s %d %llu\n", kept->errand.name, process.pid, process.since);
        }
        if (fclose(to) != 0 || rename(fresh, keeper->list) != 0)
            log_error("did=write_list said=failed");
    }
    arena_free(arena);
}

static void start(void *with);

static void start_later(struct kept *kept)
{
    if (kept->keeper->leaving)
        return;
    alarm_set(kept->again, kept->backoff_ms, 0);
    kept->backoff_ms =
        kept->backoff_ms * 2 < BACKOFF_MOST_MS ? kept->backoff_ms * 2 : BACKOFF_MOST_MS;
}

static void kept_ended(void *with, int status, int signal)
{
    struct kept *kept = with;
    kept->child = NULL;
    if (clock_monotonic_ms() - kept->started_ms >= SETTLED_MS)
        kept->backoff_ms = BACKOFF_LEAST_MS;
    log_info("process=%s said=ended status=%d signal=%d", kept->errand.name, status, signal);
    write_list(kept->keeper);
    if (kept->keeper->leaving)
        loop_stop(kept->keeper->loop);
    else
        start_later(kept);
}

static void start(void *with)
{
    struct kept *kept = with;
    const struct errand *errand = &kept->errand;
    const char *why;
    if (kept->keeper->leaving)
        return;
    if (errand->clear && !errand->clear()) {
        start_later(kept);
        return;
    }

    kept->started_ms = clock_monotonic_ms();
    kept->child = child_start(kept->keeper->loop, errand->arguments, errand->log, errand->user,
                              errand->group, kept_ended, kept, &why);
    if (!kept->child) {
        log_error("process=%s said=cannot_start why=%s", errand->name,
                  log_quote(kept->keeper->arena, why));
        start_later(kept);
        return;
    }
    log_info("process=%s said=started pid=%d", errand->name, child_pid(kept->child));
    write_list(kept->keeper);
}

void keeper_keep(struct keeper *keeper, const struct errand *errand)
{
    CHECK(keeper->count < KEPT_MOST);
    struct kept *kept = &keeper->kept[keeper->count++];
    *kept = (struct kept){
        .keeper = keeper,
        .errand = *errand,
        .backoff_ms = BACKOFF_LEAST_MS,
    };
    kept->again = alarm_new(keeper->loop, start, kept);
    start(kept);
}

static void run_ended(void *with, int status, int signal)
{
    struct run *run = with;
    run->ended = true;
    run->status = signal ? -1 : status;
    loop_stop(run->keeper->loop);
}

int keeper_run(struct keeper *keeper, const struct errand *errand)
{
    struct run run = {.keeper = keeper};
    const char *why;
    struct child *child = child_start(keeper->loop, errand->arguments, errand->log, errand->user,
                                      errand->group, run_ended, &run, &why);
    if (!child) {
        log_error("process=%s said=cannot_start why=%s", errand->name,
                  log_quote(keeper->arena, why));
        return -1;
    }

    while (!run.ended) {
        loop_run(keeper->loop);
        if (!run.ended && keeper->leaving)
            child_signal(child, SIGTERM);
    }
    return run.status;
}

static void lose_patience(void *with)
{
    struct keeper *keeper = with;
    keeper->impatient = true;
    loop_stop(keeper->loop);
}

static void be_patient(struct keeper *keeper, long ms)
{
    if (!keeper->patience)
        keeper->patience = alarm_new(keeper->loop, lose_patience, keeper);
    keeper->impatient = false;
    alarm_set(keeper->patience, ms, 0);
}

bool keeper_wait(struct keeper *keeper, long ms)
{
    be_patient(keeper, ms);
    while (!keeper->impatient && !keeper->leaving)
        loop_run(keeper->loop);
    alarm_stop(keeper->patience);
    return !keeper->leaving;
}

void keeper_leave(struct keeper *keeper)
{
    keeper->leaving = true;
    loop_stop(keeper->loop);
}

bool keeper_leaving(const struct keeper *keeper)
{
    return keeper->leaving;
}

unsigned keeper_signal(struct keeper *keeper, unsigned wave, int signal)
{
    unsigned alive = 0;
    for (unsigned i = 0; i < keeper->count; i++) {
        struct kept *kept = &keeper->kept[i];
        if (!kept->child || kept->errand.wave != wave)
            continue;
        alive++;
        if (signal)
            child_signal(kept->child, signal);
    }
    return alive;
}

void keeper_end(struct keeper *keeper, unsigned wave, int signal, long patience_ms)
{
    keeper->leaving = true;
    be_patient(keeper, patience_ms);
    keeper_signal(keeper, wave, signal);
    while (keeper_signal(keeper, wave, 0) > 0) {
        loop_run(keeper->loop);
        if (keeper->impatient)
            keeper_signal(keeper, wave, SIGKILL);
    }
    alarm_stop(keeper->patience);
}

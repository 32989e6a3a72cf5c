/*
 * updates: what a provider pushes, judged one by one.
 *
 * An update is settled by the first rule that has something against it; one that passes them all
 * moves its job as far as it says.  Everything is decided over what was read before, so a push
 * costs the same few statements whatever it holds.
 */
#pragma once

#include "base/ids.h"
#include "job.h"

enum { UPDATES_MOST = 1000, UPDATE_ID_MOST = 200 };

/* One update on its way. */
struct update {
    const JobUpdate *said;
    JobUpdateResult *result;
    struct bytes body;       /* as it was said, packed: what a repetition is compared with */
    int64_t number;          /* of the job */
    enum id_verdict verdict; /* on the job's id */
    struct job *job;         /* NULL where there is none in sight */
    int64_t provider;        /* who tells; 0: the house itself */
    int64_t occurred_at_ms;
    bool counts; /* applied or stale: to be written down */
};

/* ---- told before: told.c ---- */

/* The updates of providers that were accepted before, by provider and their own id. */
struct update_told {
    int64_t provider;
    const char *update_id;
    struct bytes body;
    const char *state; /* the job had reached */
};
struct updates_told;
struct updates_told *updates_told_new(struct arena *arena, size_t most);
void updates_told_add(struct updates_told *told, struct update_told update);
const struct update_told *updates_told_find(const struct updates_told *told, int64_t provider,
                                            const char *update_id);

/* ---- judged: updates.c ---- */

/* Settles one update; false: trouble. */
bool update_settle(struct request *req, struct updates_told *told, struct update *update);

/*
 * filter: which events a follower may see, and which it wants to.
 */
#pragma once

#include "daemon/caller.h"
#include "events/told.h"
#include "events/tree.h"

enum {
    FILTER_TYPES_MOST = 32,
    /* Whoever may follow at all; what they see of it is their scope's. */
    FOLLOWERS = ADMIN | AUDITOR | SUBSCRIBER | PROVIDER | MANAGER | LEAD | DISPATCHER,
};

struct filter {
    struct caller caller;
    const char *types[FILTER_TYPES_MOST]; /* globs: "ticket.*" */
    size_t type_count;                    /* 0: all */
    const char *ticket_id;                /* "" for all */
    const char *branch;                   /* "" for all */
    int64_t since_ms;                     /* what was recorded before is out of sight; 0: nothing */
};

/* Everything this caller may see.  A provider sees nothing of a job that ended provider_sight_days
 * ago (S5-9.3): all that was told of such a job is older, so what is older is not told to it. */
struct filter filter_for(const struct caller *caller, int64_t now_ms);

/* Reads "ticket.*,job.completed"; false where it is not such a list. */
bool filter_types(struct arena *arena, struct filter *filter, const char *list);

bool filter_lets(const struct filter *filter, const struct tree *tree,
                 const struct told_event *told);

/* Whether a glob, in which * stands for anything, takes a word. */
bool glob_takes(const char *glob, const char *word);

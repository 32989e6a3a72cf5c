#include "events/merge.h"

static bool may_go(const struct cursor *at, const struct offer *offer)
{
    return offer->there
           && (offer->cause_source < 0 || offer->cause_id <= at->at[offer->cause_source]);
}

int merge_next(const struct cursor *at, const struct offer offers[SOURCES])
{
    int next = -1;
    for (int i = 0; i < SOURCES; i++) {
        if (!may_go(at, &offers[i]))
            continue;
        if (next < 0 || offers[i].recorded_at_ms < offers[next].recorded_at_ms)
            next = i;
    }
    return next;
}

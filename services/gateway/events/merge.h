/*
 * merge: which of the sources' next events comes next.
 *
 * An effect never before its cause: an event may go out when the event that caused it lies at or
 * before the subscriber's position at its source.  Of those that may, the one recorded first.
 *
 * Pure.
 */
#pragma once

#include "events/cursor.h"

/* What a source offers next. */
struct offer {
    bool there;
    int64_t recorded_at_ms;
    int cause_source; /* −1: none, or none of the sources */
    uint64_t cause_id;
};

/* The index of the source whose offer goes next; −1 where none may. */
int merge_next(const struct cursor *at, const struct offer offers[SOURCES]);

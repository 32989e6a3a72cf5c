/*
 * clock: what time it is.
 *
 * Wall time is for facts that are written down, monotonic time for every timer and deadline.
 * A test may freeze the wall clock, in this process or, with AFTERLINE_CLOCK (an RFC 3339
 * instant) in the environment, from its start.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS
};

int64_t clock_now_ms(void);       /* since 1970, UTC */
int64_t clock_monotonic_ms(void); /* never goes back */
int64_t clock_monotonic_us(void);
int64_t clock_steady_ms(void); /* likewise, and goes on while the machine sleeps */

void clock_freeze(int64_t now_ms); /* 0 thaws */

/* "2026-11-23T01:02:03.004Z"; milliseconds are left out where they are zero (RFC 3339). */
char *clock_text(struct arena *arena, int64_t ms);

/* The same without an arena; `to` has room for CLOCK_TEXT_BYTES. */
enum { CLOCK_TEXT_BYTES = sizeof "2026-11-23T01:02:03.004Z" };
void clock_write(char *to, int64_t ms);

/* Reads an RFC 3339 instant with Z or an offset; false where it is not one, or is in UTC not within
 * the years 1 to 9999, for it could not be written again. */
bool clock_parse(const char *text, int64_t *ms);

/* Reads YYYY-MM-DD; false where there is no such day. */
bool clock_is_date(const char *text);

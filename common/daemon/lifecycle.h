/*
 * lifecycle: the moves a thing may make in its life.  What is not listed cannot happen.
 *
 * States are words: one spelling for table, column, wire, log and diagram.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/table.h"

struct move {
    const char *from;
    const char *by;
    const char *to;
};

struct lifecycle {
    const char *noun; /* "ticket" */
    TABLE_OF(struct move) moves;
    const char *unasked; /* the move that the house makes by itself; NULL: there is none */
};

/* Where `by` leads from `state`; NULL where it leads nowhere. */
const char *lifecycle_next(const struct lifecycle *life, const char *state, const char *by);

/* The moves that may be asked for in `state`, each once; ends with NULL. */
const char **lifecycle_allowed(struct arena *arena, const struct lifecycle *life,
                               const char *state);

/* As a Mermaid state diagram. */
void lifecycle_print(FILE *to, const struct lifecycle *life);

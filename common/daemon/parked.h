/*
 * parked: the subjects whose events wait for somebody, as the writer has them in mind.
 *
 * What is on disk is read at a take-over and when a command touched it; an event that is put aside
 * is added here.  So thousands of parked subjects cost a batch nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct parked {
    struct arena *arena; /* its own */
    const char **places; /* by hash; NULL: free */
    size_t room;         /* a power of two; 0 before the first */
    size_t subjects;
    unsigned events;
};

void parked_forget(struct parked *parked);
void parked_add(struct parked *parked, const char *subject, unsigned events);
bool parked_has(const struct parked *parked, const char *subject);

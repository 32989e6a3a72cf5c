/*
 * told: one event as those outside see it, rendered once for all of them.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "envelope.pb-c.h"
#include "events/cursor.h"
#include "events/merge.h"

struct told_event {
    uint64_t id;
    struct offer offer;
    const char *type; /* "ticket.registered" */
    const char *subject;
    const char *branch;
    const char *provider_id;
    const char *json; /* a CloudEvent, but for its cursor and the closing brace */
    size_t json_size;
};

/* One block of memory, freed with free; `scratch` is used on the way. */
struct told_event *told_event_new(struct arena *scratch, const Event *event);

/* The whole CloudEvent, with the cursor of whoever has seen it. */
void told_event_print(struct text *to, const struct told_event *told, const char *cursor);

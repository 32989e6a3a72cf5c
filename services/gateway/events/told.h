/*
 * told: one event as those outside see it, rendered once for all of them, when the first reads it.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
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
    struct bytes packed; /* the Event */
    char *json;          /* a CloudEvent, but for its cursor and the closing brace; NULL: not yet */
    size_t json_size;
};

/* `packed` is the whole event, and copied; `scratch` is used on the way, here and below. */
struct told_event *told_event_new(struct arena *scratch, const Event *event, struct bytes packed);
void told_event_free(struct told_event *told); /* NULL is fine */

/* The whole CloudEvent, with the cursor of whoever has seen it. */
void told_event_print(struct arena *scratch, struct text *to, struct told_event *told,
                      const char *cursor);

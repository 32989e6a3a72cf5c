#include "daemon/feed_held.h"

#include <stdlib.h>
#include <string.h>

void held_add(struct held_events *held, uint64_t id, struct bytes packed)
{
    if (held->count == FEED_HELD_MOST || held->bytes + packed.size > FEED_HELD_BYTES)
        return;
    if (held->count == 0)
        held->first = id;
    else if (id != held->first + held->count)
        return;

    uint8_t *copy = malloc(packed.size + 1);
    CHECK(copy);
    memcpy(copy, packed.at, packed.size);
    held->ring[(held->start + held->count++) % FEED_HELD_MOST] =
        (struct held_event){copy, packed.size};
    held->bytes += packed.size;
}

struct bytes held_first(const struct held_events *held)
{
    const struct held_event *event = &held->ring[held->start];

    return held->count ? (struct bytes){event->bytes, event->size} : (struct bytes){NULL, 0};
}

void held_drop(struct held_events *held)
{
    struct held_event *event = &held->ring[held->start];

    held->bytes -= event->size;
    free(event->bytes);
    held->start = (held->start + 1) % FEED_HELD_MOST;
    held->count--;
    held->first++;
}

void held_empty(struct held_events *held)
{
    while (held->count > 0)
        held_drop(held);
}

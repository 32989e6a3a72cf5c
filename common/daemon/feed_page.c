#include "daemon/feed_page.h"

#include <string.h>

static bool flawed(struct flaw *flaw, const char *field, const char *reason)
{
    *flaw = (struct flaw){.field = field, .reason = reason, .detail = ""};
    return false;
}

/* Ids are PostgreSQL's bigint. */
static bool page_holds(const EventPage *page, const char *source, struct flaw *flaw)
{
    if (strcmp(page->source, source) != 0)
        return flawed(flaw, "source", "another_source");
    if (page->upto < page->n_events || page->upto > INT64_MAX)
        return flawed(flaw, "upto", "out_of_range");
    return true;
}

const EventPage *page_read(struct arena *arena, const char *source, struct bytes packed,
                           struct flaw *flaw)
{
    const EventPage *page =
        (const EventPage *)message_unpack(arena, &event_page__descriptor, packed, flaw);

    return page && page_holds(page, source, flaw) ? page : NULL;
}

uint64_t page_first(const EventPage *page)
{
    return page->upto + 1 - page->n_events;
}

uint64_t page_next(const EventPage *page, uint64_t at)
{
    uint64_t first = page_first(page);

    return first > at ? first : at + 1;
}

struct bytes page_event(const EventPage *page, uint64_t id)
{
    const ProtobufCBinaryData *event = &page->events[id - page_first(page)];

    return (struct bytes){event->data, event->len};
}

bool heard_read(struct heard_event *heard, const char *source, uint64_t id, struct bytes packed,
                struct flaw *flaw)
{
    struct arena *arena = heard->arena;

    heard->packed = (struct bytes){arena_copy_bytes(arena, packed.at, packed.size), packed.size};
    const Event *event =
        (const Event *)message_unpack(arena, &event__descriptor, heard->packed, flaw);
    heard->event = event;
    if (!event)
        return false;
    if (strcmp(event->source, source) != 0)
        return flawed(flaw, "source", "another_source");
    return event->id == id || flawed(flaw, "id", "out_of_order");
}

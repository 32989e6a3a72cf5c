#include "events/own_page.h"

#include <stdlib.h>

#include "base/clock.h"
#include "daemon/ask.h"
#include "edge/message.h"
#include "events/subscriber.h"

struct own_page {
    struct tail *tail;
    int source;
    void (*came)(void *with);
    void *with;
    struct told_event *events[SUBSCRIBER_PAGE_EVENTS];
    size_t count;
    uint64_t wanted; /* the id that was asked for */
    int64_t again_ms;
    bool coming;
    bool lost;
    bool forgotten;
};

struct own_page *own_page_new(struct tail *tail, int source, void (*came)(void *with), void *with)
{
    struct own_page *page = calloc(1, sizeof *page);
    CHECK(page);
    page->tail = tail;
    page->source = source;
    page->came = came;
    page->with = with;
    return page;
}

static void forget_events(struct own_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        told_event_free(page->events[i]);
    page->count = 0;
}

void own_page_free(struct own_page *page)
{
    if (!page)
        return;
    page->forgotten = true;
    if (page->coming)
        return;
    forget_events(page);
    free(page);
}

static void read_page(struct own_page *page, const EventPage *events)
{
    struct tail *tail = page->tail;
    struct ring *ring = &tail->rings[page->source];
    ring->oldest = events->oldest;
    page->lost = events->oldest > page->wanted;
    for (size_t i = 0; i < events->n_events && i < SUBSCRIBER_PAGE_EVENTS; i++) {
        struct bytes packed = {events->events[i].data, events->events[i].len};
        struct flaw flaw;
        const Event *event =
            (const Event *)message_unpack(tail->scratch, &event__descriptor, packed, &flaw);
        if (!event || event->id != page->wanted + i)
            return;
        page->events[page->count++] = told_event_new(tail->scratch, event, packed);
    }
}

static void page_told(void *with, const AnswerHeader *header, struct bytes body)
{
    struct own_page *page = with;
    page->coming = false;
    if (page->forgotten) {
        own_page_free(page);
        return;
    }
    struct flaw flaw;
    const EventPage *events = NULL;
    if (header->kind == OK)
        events = (const EventPage *)message_unpack(page->tail->scratch, &event_page__descriptor,
                                                   body, &flaw);
    if (events)
        read_page(page, events);
    arena_reset(page->tail->scratch);
    if (page->count == 0)
        page->again_ms = clock_monotonic_ms() + SUBSCRIBER_AGAIN_MS;
    page->came(page->with);
}

static void ask_page(struct own_page *page, uint64_t id)
{
    forget_events(page);
    page->wanted = id;
    page->coming = true;
    struct arena *arena = arena_new();
    ReadEvents order = READ_EVENTS__INIT;
    order.after = id - 1;
    order.limit = SUBSCRIBER_PAGE_EVENTS;
    order.bytes = SUBSCRIBER_PAGE_BYTES;
    struct question question = {
        .service = sources[page->source],
        .message = read_events__descriptor.name,
        .caller = {"service/gateway", SERVICE, "", ""},
        .deadline_ms = (uint32_t)answer_ms,
        .body = message_pack(arena, &order.base),
    };
    ask(page->tail->border->daemon, &question, page_told, page);
    arena_free(arena);
}

enum own_page_state own_page_find(struct own_page *page, uint64_t id, struct told_event **told)
{
    if (page->coming)
        return OWN_PAGE_COMING;
    uint64_t first = page->count ? page->events[0]->id : 0;
    if (page->count && id >= first && id < first + page->count) {
        *told = page->events[id - first];
        return OWN_PAGE_HERE;
    }
    if (page->lost)
        return OWN_PAGE_LOST;
    if (clock_monotonic_ms() < page->again_ms)
        return OWN_PAGE_AWAY;
    ask_page(page, id);
    return page->coming ? OWN_PAGE_COMING : OWN_PAGE_AWAY;
}

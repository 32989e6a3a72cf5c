#include "events/own_page.h"

#include <stdlib.h>

#include "base/clock.h"
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
    struct own_page *before; /* among those that wait */
    struct own_page *after;
    bool waiting;
    bool coming; /* waiting or asked for */
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

static struct ring *ring_of(const struct own_page *page)
{
    return &page->tail->rings[page->source];
}

static void wait_for_turn(struct own_page *page)
{
    struct ring *ring = ring_of(page);
    page->waiting = true;
    page->before = ring->last_waiting;
    page->after = NULL;
    *(page->before ? &page->before->after : &ring->first_waiting) = page;
    ring->last_waiting = page;
}

static void stop_waiting(struct own_page *page)
{
    struct ring *ring = ring_of(page);
    page->waiting = false;
    *(page->before ? &page->before->after : &ring->first_waiting) = page->after;
    *(page->after ? &page->after->before : &ring->last_waiting) = page->before;
}

void own_page_free(struct own_page *page)
{
    if (!page)
        return;
    page->forgotten = true;
    if (page->waiting)
        stop_waiting(page);
    else if (page->coming)
        return;
    forget_events(page);
    free(page);
}

static void read_page(struct own_page *page, const EventPage *events)
{
    struct tail *tail = page->tail;
    ring_of(page)->oldest = events->oldest;
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

static void stay_away(struct own_page *page)
{
    page->coming = false;
    page->again_ms = clock_monotonic_ms() + SUBSCRIBER_AGAIN_MS;
    page->came(page->with);
}

/* A service that does not answer one answers none: nobody waits for their turn to learn that. */
static void turn_away(struct ring *ring)
{
    while (ring->first_waiting) {
        struct own_page *page = ring->first_waiting;
        stop_waiting(page);
        stay_away(page);
    }
}

static void ask_in_turn(struct ring *ring);

static void page_told(void *with, const AnswerHeader *header, struct bytes body)
{
    struct own_page *page = with;
    struct ring *ring = ring_of(page);
    page->coming = false;
    ring->pages_asked--;
    if (header->kind == OK)
        ask_in_turn(ring);
    else
        turn_away(ring);
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
    if (page->count)
        page->came(page->with);
    else
        stay_away(page);
}

static void ask_page(struct own_page *page)
{
    ReadEvents order = READ_EVENTS__INIT;
    order.after = page->wanted - 1;
    order.limit = SUBSCRIBER_PAGE_EVENTS;
    order.bytes = SUBSCRIBER_PAGE_BYTES;
    ring_ask(ring_of(page), &order, page_told, page);
}

/* A question may be answered while it is asked: then this loop goes on, and none inside it. */
static void ask_in_turn(struct ring *ring)
{
    if (ring->pages_turning)
        return;
    ring->pages_turning = true;
    while (ring->first_waiting && ring->pages_asked < OWN_PAGES_MOST / SOURCES) {
        struct own_page *next = ring->first_waiting;
        stop_waiting(next);
        ring->pages_asked++;
        ask_page(next);
    }
    ring->pages_turning = false;
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
    forget_events(page);
    page->wanted = id;
    page->coming = true;
    wait_for_turn(page);
    ask_in_turn(ring_of(page));
    return page->coming ? OWN_PAGE_COMING : OWN_PAGE_AWAY;
}

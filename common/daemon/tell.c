#include "daemon/tell.h"

#include "base/fail.h"
#include "daemon/metrics.h"

/* A page being filled. */
struct telling {
    struct daemon *daemon;
    EventPage page;
    size_t size;
};

static bool was_told(const struct work *work, const struct emitted *emitted)
{
    return !work->recorded && emitted->told.size > 0;
}

static size_t count_told(const struct work *works)
{
    size_t count = 0;

    for (const struct work *work = works; work; work = work->next)
        for (const struct emitted *at = work->emitted; at; at = at->next)
            count += was_told(work, at);
    return count;
}

static void send(struct daemon *daemon, const EventPage *page)
{
    FAIL_POINT("loop.before_tell");
    if (daemon->teller)
        teller_send(daemon->teller, message_pack(daemon->arena, &page->base));
    FAIL_POINT("loop.told");
}

/* Sends what is in the page, if anything is, and begins another. */
static void turn_over(struct telling *telling)
{
    EventPage *page = &telling->page;

    if (page->n_events == 0)
        return;
    send(telling->daemon, page);
    metric_add(METRIC_EVENTS_TOLD, (int64_t)page->n_events);
    page->events += page->n_events;
    page->n_events = 0;
    telling->size = 0;
}

static void add(struct telling *telling, const struct emitted *emitted)
{
    EventPage *page = &telling->page;
    struct bytes told = emitted->told;

    if (telling->size + told.size > TOLD_PAGE_MOST)
        turn_over(telling);
    page->upto = page->head = emitted->event.id;
    if (told.size > TOLD_PAGE_MOST) {
        send(telling->daemon, page);
        return;
    }
    page->events[page->n_events++] = (ProtobufCBinaryData){told.size, (uint8_t *)told.at};
    telling->size += told.size;
}

void tell(struct daemon *daemon, const struct work *works)
{
    struct telling telling = {.daemon = daemon, .page = EVENT_PAGE__INIT};
    size_t count = count_told(works);

    if (count == 0)
        return;
    arena_reset(daemon->arena);
    telling.page.source = daemon->service->name;
    telling.page.events = arena_take(daemon->arena, count * sizeof *telling.page.events);
    for (const struct work *work = works; work; work = work->next)
        for (const struct emitted *at = work->emitted; at; at = at->next)
            if (was_told(work, at))
                add(&telling, at);
    turn_over(&telling);

    if (!daemon->service->told)
        return;
    for (const struct work *work = works; work; work = work->next)
        for (const struct emitted *at = work->emitted; at; at = at->next)
            if (was_told(work, at))
                daemon->service->told(daemon, &at->event);
}

void tell_head(struct daemon *daemon, uint64_t head)
{
    EventPage page = EVENT_PAGE__INIT;

    page.source = daemon->service->name;
    page.upto = page.head = head;
    arena_reset(daemon->arena);
    if (daemon->teller)
        teller_send(daemon->teller, message_pack(daemon->arena, &page.base));
}

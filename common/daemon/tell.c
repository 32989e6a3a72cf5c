#include "daemon/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "daemon/metrics.h"

enum { EVENTS_AT_FIRST = 64 };

/* A page being filled. */
struct filling {
    struct teller *teller;
    enum told_topic topic;
    struct arena *arena; /* of its events, and of what is sent */
    EventPage page;
    size_t size, room;
};

struct telling {
    struct teller *teller;
    struct filling at_once, gathered;
    struct alarm_clock *alarm;
    bool gathering; /* the alarm is set */
};

/* ---- one page ---- */

static void filling_open(struct filling *filling, struct teller *teller, enum told_topic topic,
                         const char *source)
{
    *filling = (struct filling){teller, topic, arena_new(), EVENT_PAGE__INIT, 0, 0};
    filling->page.source = source;
}

static void filling_send(struct filling *filling)
{
    EventPage *page = &filling->page;

    teller_send(filling->teller, filling->topic, message_pack(filling->arena, &page->base));
    arena_reset(filling->arena);
    page->events = NULL;
    page->n_events = filling->size = filling->room = 0;
}

/* Sends what is in the page, if anything is, and begins another. */
static void turn_over(struct filling *filling)
{
    if (filling->page.n_events > 0)
        filling_send(filling);
}

static void make_room(struct filling *filling)
{
    EventPage *page = &filling->page;
    size_t room = filling->room ? filling->room * 2 : EVENTS_AT_FIRST;
    ProtobufCBinaryData *events = arena_take(filling->arena, room * sizeof *events);

    if (page->n_events)
        memcpy(events, page->events, page->n_events * sizeof *events);
    page->events = events;
    filling->room = room;
}

static void fill_with(struct filling *filling, const struct emitted *emitted)
{
    EventPage *page = &filling->page;
    struct bytes told = emitted->told;

    if (filling->size + told.size > TOLD_PAGE_MOST)
        turn_over(filling);
    page->upto = page->head = emitted->event.id;
    if (told.size > TOLD_PAGE_MOST) {
        filling_send(filling);
        return;
    }
    if (page->n_events == filling->room)
        make_room(filling);
    uint8_t *copy = arena_copy_bytes(filling->arena, told.at, told.size);
    page->events[page->n_events++] = (ProtobufCBinaryData){told.size, copy};
    filling->size += told.size;
}

/* ---- both pages ---- */

static void on_gathered(void *with)
{
    struct telling *telling = with;

    telling->gathering = telling->gathered.page.n_events > 0;
    turn_over(&telling->gathered);
    if (telling->gathering)
        alarm_set(telling->alarm, TELL_GATHER_MS, 0);
}

static void fill_both(void *with, const struct emitted *emitted)
{
    struct telling *telling = with;

    fill_with(&telling->at_once, emitted);
    fill_with(&telling->gathered, emitted);
}

static void turn_over_both(struct telling *telling)
{
    turn_over(&telling->at_once);
    if (!telling->gathering)
        on_gathered(telling);
}

/* ---- the events of a batch ---- */

static void call_back(void *with, const struct emitted *emitted)
{
    struct daemon *daemon = with;

    daemon->service->told(daemon, &emitted->event);
}

/* How many there were.  What was answered from the record was told before. */
static size_t each_emitted(const struct work *works, void (*use)(void *, const struct emitted *),
                           void *with)
{
    size_t count = 0;

    for (const struct work *work = works; work; work = work->next)
        for (const struct emitted *at = work->emitted; at && !work->recorded; at = at->next)
            if (at->told.size > 0) {
                use(with, at);
                count++;
            }
    return count;
}

void tell(struct daemon *daemon, const struct work *works)
{
    struct telling *telling = daemon->telling;
    size_t count = telling ? each_emitted(works, fill_both, telling) : 0;

    if (count > 0) {
        FAIL_POINT("loop.before_tell");
        turn_over_both(telling);
        FAIL_POINT("loop.told");
        metric_add(METRIC_EVENTS_TOLD, (int64_t)count);
    }
    if (daemon->service->told)
        each_emitted(works, call_back, daemon);
}

void tell_head(struct daemon *daemon, uint64_t head)
{
    if (!daemon->telling)
        return;
    struct filling *gathered = &daemon->telling->gathered;

    turn_over(gathered);
    gathered->page.upto = gathered->page.head = head;
    filling_send(gathered);
}

/* ---- from the beginning to the end ---- */

void tell_open(struct daemon *daemon, const char *endpoint)
{
    const char *why = "";

    if (!endpoint)
        return;
    struct telling *telling = calloc(1, sizeof *telling);
    CHECK(telling);
    telling->teller = teller_new(daemon->bus, endpoint, &why);
    if (!telling->teller)
        die("%s: can't tell from there: %s", endpoint, why);
    filling_open(&telling->at_once, telling->teller, TOLD_AT_ONCE, daemon->service->name);
    filling_open(&telling->gathered, telling->teller, TOLD_GATHERED, daemon->service->name);
    telling->alarm = alarm_new(daemon->loop, on_gathered, telling);
    daemon->telling = telling;
}

void tell_close(struct daemon *daemon)
{
    struct telling *telling = daemon->telling;

    if (!telling)
        return;
    turn_over(&telling->gathered);
    alarm_free(telling->alarm);
    arena_free(telling->at_once.arena);
    arena_free(telling->gathered.arena);
    teller_free(telling->teller);
    free(telling);
    daemon->telling = NULL;
}

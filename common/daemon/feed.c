#include "daemon/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/ask.h"
#include "daemon/feed_held.h"
#include "daemon/feed_page.h"
#include "daemon/hear.h"
#include "daemon/metrics.h"

enum { FEED_SILENT_MOST = 3 }; /* in FEED_HEAD_MS; then the head is asked for */

/* A page asked for.  The follower may begin anew, or go, before it comes. */
struct page_wish {
    struct follower *follower;
    uint64_t after;
};

struct follower {
    struct daemon *daemon;
    const char *source;
    char *name; /* on whose behalf it asks: "service/intake" */
    take_event *take;
    on_run_over *over;
    void *with;
    struct hearing *hearing;
    struct alarm_clock *alarm;
    struct arena *scratch;
    struct arena *spare; /* for the next event; NULL where the last one's was taken */
    struct held_events held;
    struct page_wish *wish; /* NULL while no page is in flight */
    uint64_t at;
    uint64_t head;
    unsigned long begun; /* how often it was started, stopped or freed */
    unsigned silent;     /* FEED_HEAD_MS since anything was heard */
    unsigned inside;     /* calls of ours that are under way */
    bool started;
    bool full;
    bool ahead; /* the source ends before what was taken of it */
    bool freed;
};

/* ---- calls may nest: `take` may stop, start, resume and free the follower ---- */

static void follower_bury(struct follower *follower)
{
    arena_free(follower->scratch);
    arena_free(follower->spare);
    free(follower->name);
    free(follower);
}

static void step_in(struct follower *follower)
{
    follower->inside++;
}

static void step_out(struct follower *follower)
{
    if (follower->inside == 1 && follower->over)
        follower->over(follower->with);
    if (--follower->inside > 0)
        return;
    if (follower->freed)
        follower_bury(follower);
    else
        arena_reset(follower->scratch);
}

/* ---- handing over ---- */

/* False: full, or no longer wanted.  The place moves before the call, so that what `take` does to
 * the follower stands. */
static bool hand_over_read(struct follower *follower, struct heard_event *heard)
{
    unsigned long begun = follower->begun;
    uint64_t before = follower->at;

    follower->at = heard->event->id;
    bool took = follower->take(follower->with, heard);
    if (begun != follower->begun)
        return false;
    if (!took) {
        follower->at = before;
        follower->full = true;
    }
    return took;
}

/* False also where it can't be read: then nothing behind it can be handed over either. */
static bool hand_over(struct follower *follower, uint64_t id, struct bytes packed)
{
    struct heard_event heard = {.arena = follower->spare ? follower->spare : arena_new()};
    struct flaw flaw = {0};
    bool took = false;

    follower->spare = NULL; /* calls may nest */
    if (heard_read(&heard, follower->source, id, packed, &flaw)) {
        took = hand_over_read(follower, &heard);
    } else {
        log_error("did=follow source=%s event=%llu said=unreadable field=%s reason=%s",
                  follower->source, (unsigned long long)id, flaw.field, flaw.reason);
        held_empty(&follower->held);
    }
    arena_free(follower->spare);
    follower->spare = heard.arena;
    if (heard.arena)
        arena_reset(heard.arena);
    return took;
}

static bool hand_over_first_held(struct follower *follower)
{
    struct held_events *held = &follower->held;
    bool took = held->first <= follower->at || hand_over(follower, held->first, held_first(held));

    if (took && held->count > 0)
        held_drop(held);
    return took;
}

static void hand_over_held(struct follower *follower)
{
    struct held_events *held = &follower->held;

    while (!follower->full && held->count > 0 && held->first <= follower->at + 1)
        if (!hand_over_first_held(follower))
            return;
}

/* ---- pages ---- */

static void page_arrived(void *with, const AnswerHeader *header, struct bytes body);

/* Everything up to here is in hand. */
static uint64_t follower_reach(const struct follower *follower)
{
    const struct held_events *held = &follower->held;
    bool joined = held->count > 0 && held->first <= follower->at + 1;

    return joined ? held->first + held->count - 1 : follower->at;
}

static void ask_page(struct follower *follower)
{
    ReadEvents body = READ_EVENTS__INIT;

    body.after = follower->at;
    body.limit = FEED_PAGE_EVENTS;
    body.bytes = FEED_PAGE_BYTES;
    struct question question = {
        .service = follower->source,
        .message = "house.ReadEvents",
        .caller = {.id = follower->name, .roles = SERVICE, .branch = "", .provider_id = ""},
        .body = message_pack(follower->scratch, &body.base),
    };
    follower->wish = calloc(1, sizeof *follower->wish);
    CHECK(follower->wish);
    *follower->wish = (struct page_wish){follower, follower->at};
    metric_add(METRIC_PAGES_ASKED, 1);
    ask(follower->daemon, &question, page_arrived, follower->wish);
}

static bool may_ask(const struct follower *follower)
{
    return follower->started && !follower->full && !follower->ahead && !follower->wish;
}

static void ask_page_if_behind(struct follower *follower)
{
    if (may_ask(follower) && follower_reach(follower) < follower->head)
        ask_page(follower);
}

static void hold_page(struct follower *follower, const EventPage *page)
{
    for (uint64_t id = page_next(page, follower->at); id <= page->upto; id++)
        held_add(&follower->held, id, page_event(page, id));
}

/* Hands over what is new.  The rest of a page that was too much comes before what was heard
 * meanwhile. */
static bool take_page(struct follower *follower, const EventPage *page)
{
    unsigned long begun = follower->begun;

    for (uint64_t id = page_next(page, follower->at); id <= page->upto;
         id = page_next(page, follower->at)) {
        if (hand_over(follower, id, page_event(page, id)))
            continue;
        if (begun == follower->begun && follower->full) {
            held_empty(&follower->held);
            hold_page(follower, page);
        }
        return false;
    }
    return true;
}

/* Who tells of a head behind us says nothing: the history itself is asked before that is believed.
 */
static void note_head(struct follower *follower, const EventPage *page)
{
    if (page->head >= follower->at)
        follower->silent = 0;
    if (page->head > follower->head)
        follower->head = page->head;
}

/* The source ends before the event asked behind.  Whoever answers has looked after it was asked,
 * and a spare leaves this answer to who writes (daemon/house): it is no matter of time. */
static bool is_ahead(struct follower *follower, const EventPage *page, uint64_t after)
{
    if (page->head >= after || follower->ahead)
        return follower->ahead;
    log_error("did=follow source=%s at=%llu head=%llu said=ahead_of_its_source", follower->source,
              (unsigned long long)after, (unsigned long long)page->head);
    metric_add(METRIC_AHEAD, 1);
    held_empty(&follower->held);
    return follower->ahead = true;
}

/* A page that brought nothing is not asked for again at once, but at the next tick. */
static void use_page(struct follower *follower, const EventPage *page)
{
    unsigned long begun = follower->begun;
    uint64_t before = follower->at;

    note_head(follower, page);
    if (page_first(page) > before + 1)
        log_error("did=follow source=%s after=%llu said=gap next=%llu oldest=%llu",
                  follower->source, (unsigned long long)before,
                  (unsigned long long)page_first(page), (unsigned long long)page->oldest);
    else if (take_page(follower, page))
        hand_over_held(follower);
    if (begun == follower->begun && follower->at > before)
        ask_page_if_behind(follower);
}

static void page_arrived(void *with, const AnswerHeader *header, struct bytes body)
{
    struct page_wish *wish = with;
    struct follower *follower = wish->follower;
    uint64_t after = wish->after;

    free(wish);
    if (!follower)
        return;
    follower->wish = NULL;
    if (header->kind != OK) {
        follower->silent = FEED_SILENT_MOST; /* the next tick asks again */
        if (header->kind != UNAVAILABLE)
            log_error("did=follow source=%s after=%llu said=refused reason=%s", follower->source,
                      (unsigned long long)follower->at, header->reason);
        return;
    }

    struct flaw flaw;
    step_in(follower);
    const EventPage *page = page_read(follower->scratch, follower->source, body, &flaw);
    if (page && !is_ahead(follower, page, after))
        use_page(follower, page);
    else if (!page)
        log_error("did=follow source=%s after=%llu said=unreadable_page field=%s reason=%s",
                  follower->source, (unsigned long long)follower->at, flaw.field, flaw.reason);
    step_out(follower);
}

/* ---- what is told ---- */

static void hear_page(struct follower *follower, const EventPage *page)
{
    bool next = page_first(page) <= follower->at + 1;

    if (page->upto <= follower->at || page->n_events == 0)
        return;
    if (!next && follower->held.count == 0)
        metric_add(METRIC_GAPS, 1);
    if (next && !follower->full && !follower->wish && follower->held.count == 0)
        take_page(follower, page);
    else
        hold_page(follower, page);
}

static void hear(void *with, const EventPage *page)
{
    struct follower *follower = with;
    unsigned long begun = follower->begun;

    step_in(follower);
    note_head(follower, page);
    if (follower->started && !follower->ahead)
        hear_page(follower, page);
    if (begun == follower->begun)
        ask_page_if_behind(follower);
    step_out(follower);
}

/* Asks again where a page failed, and for the head where nobody tells it. */
static void tick(void *with)
{
    struct follower *follower = with;

    if (!follower->started)
        return;
    step_in(follower);
    if (++follower->silent > FEED_SILENT_MOST && may_ask(follower))
        ask_page(follower);
    else
        ask_page_if_behind(follower);
    step_out(follower);
}

/* ---- the follower ---- */

struct follower *follower_new(struct daemon *daemon, const char *source, take_event *take,
                              on_run_over *over, void *with)
{
    struct follower *follower = calloc(1, sizeof *follower);

    CHECK(follower);
    follower->daemon = daemon;
    follower->source = source;
    CHECK(asprintf(&follower->name, "service/%s", daemon->service->name) > 0);
    follower->take = take;
    follower->over = over;
    follower->with = with;
    follower->scratch = arena_new();
    follower->alarm = alarm_new(daemon->loop, tick, follower);
    follower->hearing = hearing_join(daemon, source, hear, follower);
    return follower;
}

void follower_start(struct follower *follower, uint64_t after)
{
    follower_stop(follower);
    follower->started = true;
    follower->at = after;
    alarm_set(follower->alarm, FEED_HEAD_MS, FEED_HEAD_MS);
    step_in(follower);
    ask_page(follower);
    step_out(follower);
}

void follower_stop(struct follower *follower)
{
    follower->begun++;
    follower->started = false;
    follower->full = false;
    metric_add(METRIC_AHEAD, -follower->ahead);
    follower->ahead = false;
    follower->silent = 0;
    held_empty(&follower->held);
    alarm_stop(follower->alarm);
    if (follower->wish)
        follower->wish->follower = NULL;
    follower->wish = NULL;
}

void follower_resume(struct follower *follower)
{
    if (!follower->started || !follower->full)
        return;
    follower->full = false;
    step_in(follower);
    unsigned long begun = follower->begun;
    hand_over_held(follower);
    if (begun == follower->begun)
        ask_page_if_behind(follower);
    step_out(follower);
}

void follower_hurry(struct follower *follower)
{
    hearing_hurry(follower->hearing);
}

uint64_t follower_at(const struct follower *follower)
{
    return follower->at;
}

uint64_t follower_head(const struct follower *follower)
{
    return follower->head;
}

void follower_free(struct follower *follower)
{
    if (!follower)
        return;
    follower_stop(follower);
    hearing_leave(follower->hearing);
    alarm_free(follower->alarm);
    follower->freed = true;
    step_in(follower);
    step_out(follower);
}

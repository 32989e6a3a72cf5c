#include "events/tail.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/ask.h"
#include "edge/message.h"
#include "events/subscriber.h"
#include "intake.pb-c.h"

/* ---- rings ---- */

struct told_event *ring_event(const struct ring *ring, uint64_t id)
{
    return id >= ring->first && id <= ring->last ? ring->events[id % ring->room] : NULL;
}

uint64_t ring_head(const struct ring *ring)
{
    return ring->head > ring->last ? ring->head : ring->last;
}

static void ring_begin(struct ring *ring, uint64_t after)
{
    for (uint64_t id = ring->first; id <= ring->last; id++)
        told_event_free(ring->events[id % ring->room]);
    ring->first = after + 1;
    ring->last = after;
}

static void ring_add(struct ring *ring, struct told_event *told)
{
    if (ring->last + 1 - ring->first == ring->room)
        told_event_free(ring->events[ring->first++ % ring->room]);
    ring->events[++ring->last % ring->room] = told;
}

static void learn_branch_told(struct tail *tail, const struct heard_event *heard)
{
    const Event *event = heard->event;
    if (strcmp(event->type, branch_opened__descriptor.name) != 0)
        return;
    struct flaw flaw;
    const BranchOpened *opened = (const BranchOpened *)message_unpack(
        heard->arena, &branch_opened__descriptor, (struct bytes){event->body.data, event->body.len},
        &flaw);
    if (opened)
        tree_learn(tail->tree, opened->branch, opened->parent);
}

static bool take(void *with, struct heard_event *heard)
{
    struct ring *ring = with;
    struct tail *tail = ring->tail;
    const Event *event = heard->event;
    if (event->id <= ring->last)
        return true;
    if (event->id != ring->last + 1)
        ring_begin(ring, event->id - 1);
    learn_branch_told(tail, heard);
    ring_add(ring, told_event_new(heard->arena, event, heard->packed));
    tail_stir(tail);
    return true;
}

/* ---- the beginning ---- */

void ring_ask(struct ring *ring, const ReadEvents *order, on_answered *answered, void *with)
{
    struct arena *arena = arena_new();
    struct question question = {
        .service = sources[ring->source],
        .message = order->base.descriptor->name,
        .caller = {"service/gateway", SERVICE, "", ""},
        .deadline_ms = (uint32_t)answer_ms,
        .body = message_pack(arena, &order->base),
    };
    ask(ring->tail->border->daemon, &question, answered, with);
    arena_free(arena);
}

/* Branches that were opened since the tree was known are heard of, however many events ago. */
static uint64_t beginning(const struct ring *ring)
{
    uint64_t after = ring->head > TAIL_PRELOADED ? ring->head - TAIL_PRELOADED : 0;
    if (ring->source == source_index("intake") && after > ring->tail->tree_upto)
        after = ring->tail->tree_upto;
    return ring->oldest && after < ring->oldest - 1 ? ring->oldest - 1 : after;
}

void ring_ask_head(struct ring *ring, on_answered *answered, void *with)
{
    ReadEvents order = READ_EVENTS__INIT;
    order.after = INT64_MAX;
    order.limit = 1;
    ring_ask(ring, &order, answered, with);
}

bool ring_learn_head(struct ring *ring, const AnswerHeader *header, struct bytes body)
{
    struct arena *scratch = ring->tail->scratch;
    struct flaw flaw;
    const EventPage *page = NULL;
    if (header->kind == OK)
        page = (const EventPage *)message_unpack(scratch, &event_page__descriptor, body, &flaw);
    if (page) {
        ring->head = page->head;
        ring->oldest = page->oldest;
    }
    arena_reset(scratch);
    return page != NULL;
}

static void head_told(void *with, const AnswerHeader *header, struct bytes body)
{
    struct ring *ring = with;
    ring->asked = false;
    ring->known = ring_learn_head(ring, header, body);
    ring->away = !ring->known;
    if (ring->away)
        return;
    uint64_t after = beginning(ring);
    ring_begin(ring, after);
    follower_start(ring->follower, after);
    subscribers_doubt(ring);
}

static void ask_head(struct ring *ring)
{
    if (ring->known || ring->asked)
        return;
    ring->asked = true;
    ring_ask_head(ring, head_told, ring);
}

static void ask_heads(struct tail *tail)
{
    for (int i = 0; i < SOURCES && tail->tree_known; i++)
        ask_head(&tail->rings[i]);
}

static void tree_told(void *with, const AnswerHeader *header, struct bytes body);

static void ask_branches(struct tail *tail, const char *after)
{
    ListScopes order = LIST_SCOPES__INIT;
    order.after = after;
    order.limit = TAIL_BRANCHES;
    Caller caller = CALLER__INIT;
    caller.id = "service/gateway";
    caller.roles = SERVICE;
    AskHeader header = ASK_HEADER__INIT;
    header.message = list_scopes__descriptor.name;
    header.caller = &caller;
    header.deadline_ms = (uint32_t)answer_ms;
    struct arena *arena = arena_new();
    daemon_ask_self(tail->border->daemon, &header, message_pack(arena, &order.base), tree_told,
                    tail);
    arena_free(arena);
}

/* The place told with the first page holds for all of them: the later ones know more. */
static void learn_branches(struct tail *tail, const Scopes *scopes)
{
    for (size_t i = 0; i < scopes->n_items; i++)
        tree_set(tail->tree, scopes->items[i]->branch, scopes->items[i]->path);
    if (tail->tree_pages++ == 0)
        tail->tree_upto = scopes->upto;
    tail->tree_known = scopes->n_items < TAIL_BRANCHES;
    if (!tail->tree_known)
        ask_branches(tail, scopes->items[scopes->n_items - 1]->branch);
}

static void tree_told(void *with, const AnswerHeader *header, struct bytes body)
{
    struct tail *tail = with;
    struct flaw flaw = {.reason = header->reason};
    const Scopes *scopes = NULL;
    if (header->kind == OK)
        scopes = (const Scopes *)message_unpack(tail->scratch, &scopes__descriptor, body, &flaw);
    if (scopes) {
        learn_branches(tail, scopes);
    } else {
        log_warn("did=learn_branches page=%u reason=%s", tail->tree_pages, flaw.reason);
        tail->tree_asked = false;
    }
    arena_reset(tail->scratch);
    ask_heads(tail);
}

static void ask_tree(struct tail *tail)
{
    if (tail->tree_asked)
        return;
    tail->tree_asked = true;
    tail->tree_pages = 0;
    ask_branches(tail, "");
}

/* ---- the beat ---- */

static void stirred(void *with)
{
    struct tail *tail = with;
    tail->stirring = false;
    subscribers_pump(tail);
}

static void sweep(void *with)
{
    struct tail *tail = with;
    ask_tree(tail);
    ask_heads(tail);
    subscribers_sweep(tail);
}

void tail_stir(struct tail *tail)
{
    if (tail->stirring || !tail->first)
        return;
    tail->stirring = true;
    alarm_set(tail->stirred, 0, 0);
}

struct tail *tail_new(struct border *border)
{
    struct tail *tail = calloc(1, sizeof *tail);
    CHECK(tail);
    tail->border = border;
    tail->tree = tree_new();
    tail->scratch = arena_new();
    for (int i = 0; i < SOURCES; i++) {
        struct ring *ring = &tail->rings[i];
        ring->tail = tail;
        ring->source = i;
        ring->room = (size_t)events_in_memory;
        ring->events = calloc(ring->room, sizeof(struct told_event *));
        CHECK(ring->events);
        ring->first = 1;
        ring->follower = follower_new(border->daemon, sources[i], take, NULL, ring);
        follower_hurry(ring->follower); /* a client may know already what was answered */
    }
    tail->stirred = alarm_new(border->daemon->loop, stirred, tail);
    tail->sweep = alarm_new(border->daemon->loop, sweep, tail);
    alarm_set(tail->sweep, 0, TAIL_SWEEP_MS);
    return tail;
}

void tail_free(struct tail *tail)
{
    for (int i = 0; i < SOURCES; i++) {
        follower_free(tail->rings[i].follower);
        ring_begin(&tail->rings[i], 0);
        free(tail->rings[i].events);
    }
    alarm_free(tail->stirred);
    alarm_free(tail->sweep);
    arena_free(tail->scratch);
    tree_free(tail->tree);
    free(tail);
}

bool tail_ready(const struct tail *tail, bool placed)
{
    for (int i = 0; i < SOURCES; i++)
        if (!tail->rings[i].known && !(placed && tail->rings[i].away))
            return false;
    return tail->tree_known;
}

void tail_now(const struct tail *tail, struct cursor *cursor)
{
    for (int i = 0; i < SOURCES; i++)
        cursor->at[i] = ring_head(&tail->rings[i]);
}

void tail_oldest(const struct tail *tail, struct cursor *cursor)
{
    for (int i = 0; i < SOURCES; i++)
        cursor->at[i] = tail->rings[i].oldest ? tail->rings[i].oldest - 1 : 0;
}

#include "api/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "edge/message.h"
#include "gateway.h"

enum { COLLECTIONS_MOST = 16 };

struct neighbour {
    struct neighbours *all;
    const struct peer *peer;
    struct asker *asker; /* NULL: this process itself */
    bool active;
    int64_t heard_ms;
};

/* One page of metrics under way. */
struct collection {
    metrics_collected *collected;
    void *with;
    uint64_t number; /* of the question; 0: not in use */
    int64_t until_ms;
    struct arena *arena;
    const char **pages;
    size_t count;
    size_t awaited;
};

struct neighbours {
    struct daemon *daemon;
    struct alarm_clock *alarm;
    struct arena *scratch;
    struct neighbour *rows;
    size_t count;
    uint64_t asked; /* numbers of questions so far */
    struct collection collections[COLLECTIONS_MOST];
};

/* ---- what they say ---- */

static void finish(struct collection *collection)
{
    collection->number = 0;
    collection->collected(collection->with, collection->pages, collection->count);
    arena_free(collection->arena);
}

static void keep_page(struct neighbours *all, uint64_t number, const Metrics *metrics)
{
    for (size_t i = 0; i < COLLECTIONS_MOST; i++) {
        struct collection *collection = &all->collections[i];
        if (collection->number != number)
            continue;
        if (metrics)
            collection->pages[collection->count++] = arena_copy(collection->arena, metrics->text);
        if (--collection->awaited == 0)
            finish(collection);
        return;
    }
}

static void answered(void *with, const AnswerHeader *header, struct bytes body)
{
    struct neighbour *neighbour = with;
    struct neighbours *all = neighbour->all;
    struct flaw flaw;
    const ProtobufCMessageDescriptor *type = NULL;
    if (header->kind == OK && strcmp(header->message, status__descriptor.name) == 0)
        type = &status__descriptor;
    else if (header->kind == OK && strcmp(header->message, metrics__descriptor.name) == 0)
        type = &metrics__descriptor;

    ProtobufCMessage *said = type ? message_unpack(all->scratch, type, body, &flaw) : NULL;
    if (said && type == &status__descriptor) {
        neighbour->active = ((const Status *)said)->active;
        neighbour->heard_ms = clock_monotonic_ms();
    } else {
        keep_page(all, header->number, (const Metrics *)said);
    }
}

static void bus_answered(void *with, struct bytes packed, struct bytes body)
{
    struct neighbour *neighbour = with;
    struct neighbours *all = neighbour->all;
    struct flaw flaw;
    const AnswerHeader *header = (const AnswerHeader *)message_unpack(
        all->scratch, &answer_header__descriptor, packed, &flaw);
    if (header)
        answered(neighbour, header, body);
    arena_reset(all->scratch);
}

static void lost(void *with)
{
    struct neighbour *neighbour = with;
    neighbour->active = false;
}

/* ---- what they are asked ---- */

static void ask_one(struct neighbour *neighbour, const ProtobufCMessage *message, uint64_t number)
{
    struct arena *arena = arena_new();
    Caller caller = CALLER__INIT;
    caller.id = "service/gateway";
    caller.roles = SERVICE;
    AskHeader header = ASK_HEADER__INIT;
    header.number = number;
    header.message = message->descriptor->name;
    header.caller = &caller;
    header.deadline_ms = NEIGHBOURS_PAGE_MS;
    struct bytes body = message_pack(arena, message);
    if (neighbour->asker)
        asker_send(neighbour->asker, message_pack(arena, &header.base), body);
    else
        daemon_ask_self(neighbour->all->daemon, &header, body, answered, neighbour);
    arena_free(arena);
}

static void beat(void *with)
{
    struct neighbours *all = with;
    int64_t now_ms = clock_monotonic_ms();
    ReadStatus order = READ_STATUS__INIT;
    order.any = true;
    for (size_t i = 0; i < all->count; i++)
        ask_one(&all->rows[i], &order.base, ++all->asked);
    for (size_t i = 0; i < COLLECTIONS_MOST; i++)
        if (all->collections[i].number && now_ms >= all->collections[i].until_ms)
            finish(&all->collections[i]);
}

struct neighbours *neighbours_new(struct daemon *daemon)
{
    struct neighbours *all = calloc(1, sizeof *all);
    CHECK(all);
    all->daemon = daemon;
    all->scratch = arena_new();
    all->rows = calloc(daemon->peers.count, sizeof *all->rows);
    CHECK(all->rows);
    for (size_t i = 0; i < daemon->peers.count; i++) {
        const struct peer *peer = &daemon->peers.rows[i];
        if (!peer->ask)
            continue;
        struct neighbour *neighbour = &all->rows[all->count++];
        neighbour->all = all;
        neighbour->peer = peer;
        if (strcmp(peer->name, daemon->instance) != 0)
            neighbour->asker = asker_new(daemon->bus, peer, bus_answered, lost, neighbour);
    }
    all->alarm = alarm_new(daemon->loop, beat, all);
    alarm_set(all->alarm, 0, NEIGHBOURS_ASK_MS);
    return all;
}

void neighbours_free(struct neighbours *neighbours)
{
    for (size_t i = 0; i < neighbours->count; i++)
        asker_free(neighbours->rows[i].asker);
    for (size_t i = 0; i < COLLECTIONS_MOST; i++)
        if (neighbours->collections[i].number)
            finish(&neighbours->collections[i]);
    alarm_free(neighbours->alarm);
    arena_free(neighbours->scratch);
    free(neighbours->rows);
    free(neighbours);
}

static bool has_writer(const struct neighbours *all, const char *service)
{
    int64_t since_ms = clock_monotonic_ms() - NEIGHBOURS_SILENT_MS;
    for (size_t i = 0; i < all->count; i++) {
        const struct neighbour *row = &all->rows[i];
        if (row->active && row->heard_ms > since_ms && strcmp(row->peer->service, service) == 0)
            return true;
    }
    return false;
}

const char *neighbours_missing(const struct neighbours *neighbours)
{
    for (size_t i = 0; i < SERVICES; i++)
        if (!has_writer(neighbours, services[i]))
            return services[i];
    return NULL;
}

void neighbours_metrics(struct neighbours *neighbours, metrics_collected *collected, void *with)
{
    struct collection *free_one = NULL;
    for (size_t i = 0; i < COLLECTIONS_MOST && !free_one; i++)
        if (!neighbours->collections[i].number)
            free_one = &neighbours->collections[i];
    if (!free_one) {
        collected(with, NULL, 0);
        return;
    }
    struct arena *arena = arena_new();
    *free_one = (struct collection){
        .collected = collected,
        .with = with,
        .number = ++neighbours->asked,
        .until_ms = clock_monotonic_ms() + NEIGHBOURS_PAGE_MS,
        .arena = arena,
        .pages = arena_take(arena, (neighbours->count + 1) * sizeof(char *)),
        .awaited = neighbours->count,
    };
    uint64_t number = free_one->number;
    ReadMetrics order = READ_METRICS__INIT;
    for (size_t i = 0; i < neighbours->count; i++)
        ask_one(&neighbours->rows[i], &order.base, number);
}

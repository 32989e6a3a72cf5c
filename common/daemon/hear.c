#include "daemon/hear.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/feed_page.h"

/* One follower's share in a source. */
struct hearing {
    struct hearing *next;
    struct source_heard *source;
    on_page_told *heard; /* NULL: has left */
    void *with;
};

struct source_heard {
    struct source_heard *next;
    struct daemon *daemon;
    const char *name;
    struct hearing *hearings;
    struct hearer **hearers;
    size_t hearer_count;
    bool hurried;
    struct arena *scratch;
    bool telling;
};

static void source_forget(struct source_heard *source)
{
    struct source_heard **at = &source->daemon->sources_heard;

    while (*at != source)
        at = &(*at)->next;
    *at = source->next;
    for (size_t i = 0; i < source->hearer_count; i++)
        hearer_free(source->hearers[i]);
    free(source->hearers);
    arena_free(source->scratch);
    free(source);
}

/* Forgets who has left, and the source with the last of them. */
static void sweep(struct source_heard *source)
{
    struct hearing **at = &source->hearings;

    while (*at) {
        struct hearing *hearing = *at;
        if (hearing->heard) {
            at = &hearing->next;
            continue;
        }
        *at = hearing->next;
        free(hearing);
    }
    if (!source->hearings)
        source_forget(source);
}

/* What is told and can't be read is as good as lost: there will be a gap. */
static void hear(void *with, struct bytes told)
{
    struct source_heard *source = with;
    struct flaw flaw;
    const EventPage *page = page_read(source->scratch, source->name, told, &flaw);

    source->telling = true;
    for (struct hearing *at = source->hearings; page && at; at = at->next)
        if (at->heard)
            at->heard(at->with, page);
    source->telling = false;
    arena_reset(source->scratch);
    sweep(source);
}

static struct source_heard *source_new(struct daemon *daemon, const char *name)
{
    const struct peers *peers = &daemon->peers;
    struct source_heard *source = calloc(1, sizeof *source);
    CHECK(source);

    source->daemon = daemon;
    source->name = name;
    source->scratch = arena_new();
    source->hearers = calloc(peers->count + 1, sizeof(struct hearer *));
    CHECK(source->hearers);
    for (size_t i = 0; i < peers->count; i++) {
        const struct peer *peer = &peers->rows[i];
        if (peer->tell && strcmp(peer->service, name) == 0)
            source->hearers[source->hearer_count++] = hearer_new(daemon->bus, peer, hear, source);
    }
    source->next = daemon->sources_heard;
    daemon->sources_heard = source;
    return source;
}

struct hearing *hearing_join(struct daemon *daemon, const char *name, on_page_told *heard,
                             void *with)
{
    struct source_heard *source = daemon->sources_heard;

    while (source && strcmp(source->name, name) != 0)
        source = source->next;
    if (!source)
        source = source_new(daemon, name);

    struct hearing *hearing = calloc(1, sizeof *hearing);
    CHECK(hearing);
    *hearing = (struct hearing){source->hearings, source, heard, with};
    source->hearings = hearing;
    return hearing;
}

void hearing_hurry(struct hearing *hearing)
{
    struct source_heard *source = hearing->source;

    for (size_t i = 0; i < source->hearer_count && !source->hurried; i++)
        hearer_hurry(source->hearers[i]);
    source->hurried = true;
}

void hearing_leave(struct hearing *hearing)
{
    struct source_heard *source = hearing->source;

    hearing->heard = NULL;
    if (!source->telling)
        sweep(source);
}

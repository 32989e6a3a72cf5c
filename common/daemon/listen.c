#include "daemon/listen.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/feed.h"
#include "daemon/metrics.h"
#include "daemon/workers.h"

enum { SOURCES_MOST = 16 };

struct ear {
    struct listening *listening;
    const char *source;
    struct follower *follower;
    uint64_t handed; /* to the writer's queue, up to here */
};

struct listening {
    struct daemon *daemon;
    struct ear ears[SOURCES_MOST];
    size_t count;
    bool resuming;
};

static struct ear *find_ear(struct listening *listening, const char *source)
{
    for (size_t i = 0; i < listening->count; i++)
        if (strcmp(listening->ears[i].source, source) == 0)
            return &listening->ears[i];
    return NULL;
}

static void resume_all(struct listening *listening)
{
    if (listening->resuming)
        return; /* a follower that goes on may free another: that one is tried in this same round */
    listening->resuming = true;
    for (size_t i = 0; i < listening->count; i++)
        follower_resume(listening->ears[i].follower);
    listening->resuming = false;
}

static void on_applied(struct work *work, void *with)
{
    struct ear *ear = with;

    work_free(work);
    resume_all(ear->listening);
}

static bool take(void *with, const Event *event, struct bytes packed)
{
    struct ear *ear = with;
    struct listening *listening = ear->listening;
    struct flaw flaw = {0};

    struct ear *cause =
        text_empty(event->cause_source) ? NULL : find_ear(listening, event->cause_source);
    if (cause && cause->handed < event->cause_id)
        return false;
    if (!workers_room_for_events(listening->daemon))
        return false;

    struct work *work = work_new(WORK_EVENT);
    work->packed =
        (struct bytes){arena_copy_bytes(work->arena, packed.at, packed.size), packed.size};
    work->event =
        (const Event *)message_unpack(work->arena, &event__descriptor, work->packed, &flaw);
    CHECK(work->event);
    work->done = on_applied;
    work->with = ear;
    ear->handed = event->id;
    workers_submit(listening->daemon, work);
    return true;
}

void listening_open(struct daemon *daemon)
{
    struct listening *listening = calloc(1, sizeof *listening);
    const struct service *service = daemon->service;
    CHECK(listening);

    listening->daemon = daemon;
    daemon->listening = listening;
    for (size_t i = 0; i < service->reactions.count; i++) {
        const char *source = service->reactions.rows[i].source;
        if (find_ear(listening, source))
            continue;
        CHECK(listening->count < SOURCES_MOST);
        struct ear *ear = &listening->ears[listening->count++];
        ear->listening = listening;
        ear->source = source;
        ear->follower = follower_new(daemon, source, take, ear);
    }
}

void listening_close(struct daemon *daemon)
{
    struct listening *listening = daemon->listening;

    for (size_t i = 0; i < listening->count; i++)
        follower_free(listening->ears[i].follower);
    free(listening);
    daemon->listening = NULL;
}

void listening_tenure(struct daemon *daemon, bool active, const struct place *places, size_t count)
{
    struct listening *listening = daemon->listening;

    for (size_t i = 0; i < listening->count; i++)
        follower_stop(listening->ears[i].follower);
    for (size_t i = 0; active && i < count; i++) {
        struct ear *ear = find_ear(listening, places[i].source);
        CHECK(ear);
        ear->handed = places[i].at;
    }
    for (size_t i = 0; active && i < listening->count; i++)
        follower_start(listening->ears[i].follower, listening->ears[i].handed);
}

uint64_t listening_head(const struct daemon *daemon, const char *source)
{
    const struct ear *ear = find_ear(daemon->listening, source);

    return ear ? follower_head(ear->follower) : 0;
}

#include "daemon/listen.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/feed.h"
#include "daemon/overhear.h"
#include "daemon/workers.h"

enum {
    SOURCES_MOST = 16,
    PASS_MS = 250, /* until the writer learns of events that concern nobody here */
};

struct ear {
    struct listening *listening;
    const char *source;
    struct follower *follower;
    uint64_t heard;  /* looked at, up to here */
    uint64_t handed; /* to the writer's queue; what was heard since concerns nobody here */
};

struct listening {
    struct daemon *daemon;
    struct ear ears[SOURCES_MOST];
    size_t count;
    struct work_queue run; /* taken, and not yet submitted */
    size_t room;           /* for so many there was, when the run began */
    struct alarm_clock *pass;
    bool passing; /* the alarm is set */
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

static bool has_room(struct listening *listening)
{
    if (listening->run.count == 0)
        listening->room = workers_room_for_events(listening->daemon);
    return listening->run.count < listening->room;
}

static void pass_over(struct ear *ear, uint64_t id)
{
    struct listening *listening = ear->listening;

    ear->heard = id;
    if (!listening->passing)
        alarm_set(listening->pass, PASS_MS, 0);
    listening->passing = true;
}

static void hand_over(struct ear *ear, struct work *work)
{
    work->done = on_applied;
    work->with = ear;
    work->follows = ear->handed;
    ear->heard = ear->handed = work->event->id;
    work_push(&ear->listening->run, work);
}

static void submit_run(struct listening *listening)
{
    if (listening->run.count > 0)
        workers_submit_events(listening->daemon, &listening->run);
}

static void run_over(void *with)
{
    submit_run(((struct ear *)with)->listening);
}

/* The event's arena becomes the work's. */
static bool take(void *with, struct heard_event *heard)
{
    struct ear *ear = with;
    struct listening *listening = ear->listening;
    const Event *event = heard->event;

    struct ear *cause =
        text_empty(event->cause_source) ? NULL : find_ear(listening, event->cause_source);
    if (cause && cause->heard < event->cause_id)
        return false;
    if (!overhear_concerns(heard->arena, listening->daemon->service, event)) {
        pass_over(ear, event->id);
        return true;
    }
    if (!has_room(listening))
        return false;

    struct work *work = work_new_in(heard->arena, WORK_EVENT);
    heard->arena = NULL;
    work->event = event;
    work->packed = heard->packed;
    hand_over(ear, work);
    return true;
}

/*
 * What nobody here is concerned with is not worth a transaction of its own.  The place moves over
 * it with the next event that matters, or after a while by one that says nothing.
 */
static void on_pass(void *with)
{
    struct listening *listening = with;

    listening->passing = false;
    for (size_t i = 0; i < listening->count; i++) {
        struct ear *ear = &listening->ears[i];
        if (ear->heard == ear->handed)
            continue;
        struct work *work = work_new(WORK_EVENT);
        Event *nothing = arena_take(work->arena, sizeof *nothing);
        event__init(nothing);
        nothing->source = (char *)ear->source;
        nothing->id = ear->heard;
        work->event = nothing;
        hand_over(ear, work);
    }
    submit_run(listening);
}

void listening_open(struct daemon *daemon)
{
    struct listening *listening = calloc(1, sizeof *listening);
    const struct service *service = daemon->service;
    CHECK(listening);

    listening->daemon = daemon;
    listening->pass = alarm_new(daemon->loop, on_pass, listening);
    daemon->listening = listening;
    work_queue_init(&listening->run);
    for (size_t i = 0; i < service->reactions.count; i++) {
        const char *source = service->reactions.rows[i].source;
        if (find_ear(listening, source))
            continue;
        CHECK(listening->count < SOURCES_MOST);
        struct ear *ear = &listening->ears[listening->count++];
        ear->listening = listening;
        ear->source = source;
        ear->follower = follower_new(daemon, source, take, run_over, ear);
    }
}

void listening_close(struct daemon *daemon)
{
    struct listening *listening = daemon->listening;

    for (size_t i = 0; i < listening->count; i++)
        follower_free(listening->ears[i].follower);
    alarm_free(listening->pass);
    free(listening);
    daemon->listening = NULL;
}

void listening_tenure(struct daemon *daemon, bool active, const struct place *places, size_t count)
{
    struct listening *listening = daemon->listening;

    for (size_t i = 0; i < listening->count; i++)
        follower_stop(listening->ears[i].follower);
    alarm_stop(listening->pass);
    listening->passing = false;
    for (size_t i = 0; active && i < count; i++) {
        struct ear *ear = find_ear(listening, places[i].source);
        CHECK(ear);
        ear->heard = ear->handed = places[i].at;
    }
    for (size_t i = 0; active && i < listening->count; i++)
        follower_start(listening->ears[i].follower, listening->ears[i].handed);
}

uint64_t listening_head(const struct daemon *daemon, const char *source)
{
    const struct ear *ear = find_ear(daemon->listening, source);

    return ear ? follower_head(ear->follower) : 0;
}

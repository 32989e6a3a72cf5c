#include "edge/loop_inside.h"

/*
 * While `awake`, the descriptor's owner may have work that no edge will announce.  The poll notes
 * that there was an edge, the check drains, and the idle handle, on while the prepare finds the
 * watch awake, keeps the loop from sleeping.
 */
struct watch {
    struct resident resident;
    uv_poll_t poll;
    uv_check_t check;
    uv_prepare_t prepare;
    uv_idle_t idle;
    bool (*ready)(void *with);
    bool (*drain)(void *with);
    void (*settle)(void *with); /* NULL: nothing was gathered in this turn */
    void *with;
    bool awake;
};

static void watch_leave(struct resident *resident)
{
    struct watch *watch = (struct watch *)resident;

    resident_close(&watch->poll);
    resident_close(&watch->check);
    resident_close(&watch->prepare);
    resident_close(&watch->idle);
}

static void watch_polled(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;

    watch->awake = true;
}

static void watch_checked(uv_check_t *check)
{
    struct watch *watch = check->data;

    if (watch->awake)
        watch->awake = watch->drain(watch->with);
}

static void watch_idled(uv_idle_t *idle)
{
}

static void settle(struct watch *watch)
{
    void (*settle_it)(void *with) = watch->settle;

    watch->settle = NULL;
    if (settle_it)
        settle_it(watch->with);
}

/* Settling may touch the watch, so it comes first. */
static void watch_prepared(uv_prepare_t *prepare)
{
    struct watch *watch = prepare->data;

    settle(watch);
    if (watch->awake)
        watch->awake = watch->ready(watch->with);
    if (watch->awake)
        uv_idle_start(&watch->idle, watch_idled);
    else
        uv_idle_stop(&watch->idle);
}

struct watch *watch_new(struct loop *loop, int descriptor, bool (*ready)(void *with),
                        bool (*drain)(void *with), void *with)
{
    struct watch *watch = resident_new(sizeof *watch, watch_leave);

    watch->ready = ready;
    watch->drain = drain;
    watch->with = with;
    watch->awake = true;
    CHECK(uv_poll_init(&loop->uv, &watch->poll, descriptor) == 0);
    CHECK(uv_check_init(&loop->uv, &watch->check) == 0);
    CHECK(uv_prepare_init(&loop->uv, &watch->prepare) == 0);
    CHECK(uv_idle_init(&loop->uv, &watch->idle) == 0);
    resident_own(&watch->resident, &watch->poll);
    resident_own(&watch->resident, &watch->check);
    resident_own(&watch->resident, &watch->prepare);
    resident_own(&watch->resident, &watch->idle);
    CHECK(uv_poll_start(&watch->poll, UV_READABLE, watch_polled) == 0);
    CHECK(uv_check_start(&watch->check, watch_checked) == 0);
    CHECK(uv_prepare_start(&watch->prepare, watch_prepared) == 0);
    return watch;
}

void watch_touch(struct watch *watch)
{
    watch->awake = true;
}

void watch_settle(struct watch *watch, void (*settle_it)(void *with))
{
    watch->settle = settle_it;
}

void watch_free(struct watch *watch)
{
    if (watch)
        watch_leave(&watch->resident);
}

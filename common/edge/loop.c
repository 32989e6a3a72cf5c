#include <signal.h>

#include "base/clock.h"
#include "edge/loop_inside.h"

void *resident_new(size_t size, void (*leave)(struct resident *resident))
{
    struct resident *resident = calloc(1, size);

    CHECK(resident);
    resident->leave = leave;
    return resident;
}

void resident_own(struct resident *resident, void *handle)
{
    uv_handle_set_data(handle, resident);
    resident->handles++;
}

static void handle_closed(uv_handle_t *handle)
{
    struct resident *resident = handle->data;

    if (--resident->handles)
        return;
    if (resident->gone)
        resident->gone(resident);
    free(resident);
}

void resident_close(void *handle)
{
    uv_close(handle, handle_closed);
}

/* ---- the loop ---- */

static void nothing_rung(uv_async_t *keeper)
{
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);

    CHECK(loop);
    loop_limit_streams(loop, SIZE_MAX, MINUTE_MS);
    signal(SIGPIPE, SIG_IGN);
    CHECK(uv_loop_init(&loop->uv) == 0);
    CHECK(uv_async_init(&loop->uv, &loop->keeper, nothing_rung) == 0);
    return loop;
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

static void close_what_is_open(uv_handle_t *handle, void *with)
{
    struct resident *resident = handle->data;

    if (resident && !uv_is_closing(handle))
        resident->leave(resident);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    uv_walk(&loop->uv, close_what_is_open, NULL);
    uv_close((uv_handle_t *)&loop->keeper, NULL);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT))
        ;
    CHECK(uv_loop_close(&loop->uv) == 0);
    free(loop);
}

/* ---- time ---- */

struct alarm_clock {
    struct resident resident;
    uv_timer_t timer;
    void (*ring)(void *with);
    void *with;
};

static void alarm_leave(struct resident *resident)
{
    resident_close(&((struct alarm_clock *)resident)->timer);
}

static void alarm_rang(uv_timer_t *timer)
{
    struct alarm_clock *alarm = timer->data;

    alarm->ring(alarm->with);
}

struct alarm_clock *alarm_new(struct loop *loop, void (*ring)(void *with), void *with)
{
    struct alarm_clock *alarm = resident_new(sizeof *alarm, alarm_leave);

    alarm->ring = ring;
    alarm->with = with;
    uv_timer_init(&loop->uv, &alarm->timer);
    resident_own(&alarm->resident, &alarm->timer);
    return alarm;
}

void alarm_set(struct alarm_clock *alarm, long after_ms, long every_ms)
{
    CHECK(after_ms >= 0 && every_ms >= 0);
    uv_update_time(alarm->timer.loop); /* or a long turn would make it ring early */
    uv_timer_start(&alarm->timer, alarm_rang, (uint64_t)after_ms, (uint64_t)every_ms);
}

void alarm_stop(struct alarm_clock *alarm)
{
    uv_timer_stop(&alarm->timer);
}

void alarm_free(struct alarm_clock *alarm)
{
    if (alarm)
        alarm_leave(&alarm->resident);
}

/* ---- signals ---- */

struct signal_wait {
    struct resident resident;
    uv_signal_t handle;
    void (*got)(void *with, int signal);
    void *with;
};

static void signal_leave(struct resident *resident)
{
    resident_close(&((struct signal_wait *)resident)->handle);
}

static void signal_came(uv_signal_t *handle, int number)
{
    struct signal_wait *wait = handle->data;

    wait->got(wait->with, number);
}

void loop_on_signal(struct loop *loop, int signal, void (*got)(void *with, int signal), void *with)
{
    struct signal_wait *wait = resident_new(sizeof *wait, signal_leave);

    wait->got = got;
    wait->with = with;
    CHECK(uv_signal_init(&loop->uv, &wait->handle) == 0);
    resident_own(&wait->resident, &wait->handle);
    CHECK(uv_signal_start(&wait->handle, signal_came, signal) == 0);
}

/* ---- a doorbell ---- */

struct doorbell {
    struct resident resident;
    uv_async_t handle;
    void (*rung)(void *with);
    void *with;
};

static void doorbell_leave(struct resident *resident)
{
    resident_close(&((struct doorbell *)resident)->handle);
}

static void doorbell_rung(uv_async_t *handle)
{
    struct doorbell *doorbell = handle->data;

    doorbell->rung(doorbell->with);
}

struct doorbell *doorbell_new(struct loop *loop, void (*rung)(void *with), void *with)
{
    struct doorbell *doorbell = resident_new(sizeof *doorbell, doorbell_leave);

    doorbell->rung = rung;
    doorbell->with = with;
    CHECK(uv_async_init(&loop->uv, &doorbell->handle, doorbell_rung) == 0);
    resident_own(&doorbell->resident, &doorbell->handle);
    return doorbell;
}

void doorbell_ring(struct doorbell *doorbell)
{
    uv_async_send(&doorbell->handle);
}

void doorbell_free(struct doorbell *doorbell)
{
    if (doorbell)
        doorbell_leave(&doorbell->resident);
}

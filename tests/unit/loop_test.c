#include "bus_room.h"

#include <pthread.h>
#include <signal.h>

#include "edge/loop.h"

static struct loop *loop;
static unsigned rings;

static int open_loop(void **state)
{
    loop = loop_new();
    rings = 0;
    return 0;
}

static int close_loop(void **state)
{
    loop_free(loop);
    return 0;
}

/* ---- time, signals, doorbells ---- */

static void ring(void *with)
{
    rings++;
}

static void an_alarm_rings_once(void **state)
{
    unsigned never = 0;
    struct alarm_clock *alarm = alarm_new(loop, ring, NULL);
    alarm_set(alarm, 1, 0);

    assert_true(comes(loop, &rings, 1));
    comes_within(loop, &never, 1, 20);

    assert_int_equal(rings, 1);
}

static void an_alarm_rings_again_until_stopped(void **state)
{
    unsigned never = 0;
    struct alarm_clock *alarm = alarm_new(loop, ring, NULL);
    alarm_set(alarm, 1, 1);
    assert_true(comes(loop, &rings, 3));

    alarm_stop(alarm);
    unsigned before = rings;
    comes_within(loop, &never, 1, 20);

    assert_int_equal(rings, before);
}

static struct alarm_clock *brief;

static void ring_and_go(void *with)
{
    rings++;
    alarm_free(brief);
}

static void an_alarm_may_be_freed_while_it_rings(void **state)
{
    unsigned never = 0;
    brief = alarm_new(loop, ring_and_go, NULL);
    alarm_set(brief, 1, 1);

    assert_true(comes(loop, &rings, 1));
    comes_within(loop, &never, 1, 20);

    assert_int_equal(rings, 1);
}

static void got_signal(void *with, int signal)
{
    assert_int_equal(signal, SIGUSR1);
    rings++;
}

static void a_signal_is_heard(void **state)
{
    loop_on_signal(loop, SIGUSR1, got_signal, NULL);

    raise(SIGUSR1);

    assert_true(comes(loop, &rings, 1));
}

static void *ring_from_afar(void *doorbell)
{
    doorbell_ring(doorbell);
    return NULL;
}

static void another_thread_wakes_the_loop(void **state)
{
    pthread_t thread;
    struct doorbell *doorbell = doorbell_new(loop, ring, NULL);

    pthread_create(&thread, NULL, ring_from_afar, doorbell);

    assert_true(comes(loop, &rings, 1));
    pthread_join(thread, NULL);
    doorbell_free(doorbell);
}

/* ---- a watched descriptor ---- */

static unsigned drained;
static unsigned left;

static bool is_left(void *with)
{
    return left > 0;
}

static bool drain_one(void *with)
{
    if (left == 0)
        return false;
    left--;
    drained++;
    return left > 0;
}

static void work_without_an_edge_keeps_the_loop_awake(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    drained = 0;
    left = 1000;
    struct watch *watch = watch_new(loop, ends[0], is_left, drain_one, NULL);

    assert_true(comes(loop, &drained, 1000));
    left = 1;
    watch_touch(watch);
    assert_true(comes(loop, &drained, 1001));
    left = 1;
    assert_int_equal(write(ends[1], "!", 1), 1);
    assert_true(comes(loop, &drained, 1002));

    watch_free(watch);
    close(ends[0]);
    close(ends[1]);
}

static struct watch *watched;
static unsigned settled;

static void settle(void *with)
{
    settled++;
}

static bool is_unread(void *with)
{
    return drained == 0;
}

/* With the answer that it found nothing left, and yet something to send. */
static bool gather(void *with)
{
    drained++;
    watch_settle(watched, settle);
    watch_settle(watched, settle);
    return false;
}

static void what_a_turn_gathered_is_settled_once_before_the_loop_sleeps(void **state)
{
    int ends[2];
    unsigned never = 0;
    assert_int_equal(pipe(ends), 0);
    drained = settled = 0;
    watched = watch_new(loop, ends[0], is_unread, gather, NULL);

    assert_true(comes(loop, &settled, 1));
    comes_within(loop, &never, 1, 20);

    assert_int_equal(drained, 1);
    assert_int_equal(settled, 1);
    watch_settle(watched, settle);
    watch_free(watched);
    comes_within(loop, &never, 1, 20);
    assert_int_equal(settled, 1);
    close(ends[0]);
    close(ends[1]);
}

#define ON_LOOP(test) cmocka_unit_test_setup_teardown(test, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LOOP(an_alarm_rings_once),
        ON_LOOP(an_alarm_rings_again_until_stopped),
        ON_LOOP(an_alarm_may_be_freed_while_it_rings),
        ON_LOOP(a_signal_is_heard),
        ON_LOOP(another_thread_wakes_the_loop),
        ON_LOOP(work_without_an_edge_keeps_the_loop_awake),
        ON_LOOP(what_a_turn_gathered_is_settled_once_before_the_loop_sleeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "bus_room.h"
#include "daemon/metrics.h"
#include "daemon/tell.h"

/* A service that tells, and somebody who listens, on real sockets. */

enum { PAGES_MOST = 256 };

static struct room room;
static struct daemon house;
static unsigned heads;
static unsigned announced;

/* The pages with events in them. */
static struct {
    uint64_t first, upto, head;
    size_t size;
} pages[PAGES_MOST];
static unsigned page_count, event_count;

static uint64_t called_back[PAGES_MOST];
static unsigned callbacks;

static void hear(void *with, struct bytes told)
{
    struct flaw flaw;
    const EventPage *page =
        (const EventPage *)message_unpack(room.arena, &event_page__descriptor, told, &flaw);

    assert_non_null(page);
    assert_string_equal(page->source, "small");
    heads++;
    if (page->n_events == 0) {
        announced = (unsigned)page->head;
        return;
    }
    pages[page_count].first = page->upto + 1 - page->n_events;
    pages[page_count].upto = page->upto;
    pages[page_count].head = page->head;
    for (size_t i = 0; i < page->n_events; i++)
        pages[page_count].size += page->events[i].len;
    page_count++;
    event_count += page->n_events;
}

static void call_back(struct daemon *daemon, const Event *event)
{
    called_back[callbacks++] = event->id;
}

static const struct service small = {.name = "small", .told = call_back};

/* A work that emitted these events, of so many bytes each. */
static struct work *work_of(uint64_t first, unsigned count, size_t size, struct work *next)
{
    struct work *work = arena_take(room.arena, sizeof *work);
    struct emitted **end = &work->emitted;

    for (unsigned i = 0; i < count; i++) {
        struct emitted *emitted = arena_take(room.arena, sizeof *emitted);
        event__init(&emitted->event);
        emitted->event.id = first + i;
        emitted->told = (struct bytes){arena_take(room.arena, size), size};
        *end = emitted;
        end = &emitted->next;
    }
    work->next = next;
    return work;
}

static void batches_become_one_page(void **state)
{
    tell(&house, work_of(1, 2, 100, work_of(3, 0, 0, work_of(3, 3, 100, NULL))));

    assert_true(comes(room.loop, &event_count, 5));
    assert_int_equal(page_count, 1);
    assert_int_equal(pages[0].first, 1);
    assert_int_equal(pages[0].upto, 5);
    assert_int_equal(pages[0].head, 5);
    assert_int_equal(metric_value(METRIC_EVENTS_TOLD), 5);
    assert_int_equal(callbacks, 5);
    for (unsigned i = 0; i < callbacks; i++)
        assert_int_equal(called_back[i], i + 1);
}

static void what_fills_a_page_is_one_page(void **state)
{
    tell(&house, work_of(1, 2, TOLD_PAGE_MOST / 2, NULL));

    assert_true(comes(room.loop, &event_count, 2));
    assert_int_equal(page_count, 1);
    assert_int_equal(pages[0].size, TOLD_PAGE_MOST);
}

static void what_is_more_is_told_in_two(void **state)
{
    tell(&house, work_of(1, 2, TOLD_PAGE_MOST / 2, work_of(3, 1, 1, NULL)));

    assert_true(comes(room.loop, &event_count, 3));
    assert_int_equal(page_count, 2);
    assert_int_equal(pages[0].upto, 2);
    assert_int_equal(pages[0].head, 2); /* or the second would be asked for */
    assert_int_equal(pages[1].first, 3);
    assert_int_equal(pages[1].upto, 3);
}

static void the_biggest_event_is_told(void **state)
{
    tell(&house, work_of(1, 1, 1, work_of(2, 1, TOLD_PAGE_MOST, work_of(3, 1, 1, NULL))));

    assert_true(comes(room.loop, &event_count, 3));
    assert_int_equal(page_count, 3);
}

static void a_bigger_one_is_announced(void **state)
{
    tell(&house, work_of(1, 1, 1, work_of(2, 1, TOLD_PAGE_MOST + 1, work_of(3, 1, 1, NULL))));

    assert_true(comes(room.loop, &event_count, 2));
    assert_int_equal(page_count, 2);
    assert_int_equal(announced, 2);
    assert_int_equal(pages[0].upto, 1);
    assert_int_equal(pages[1].first, 3);
    assert_int_equal(callbacks, 3);
}

static void what_was_told_before_is_not_told_again(void **state)
{
    struct work *replayed = work_of(1, 1, 100, work_of(2, 1, 100, NULL));

    replayed->recorded = true;
    tell(&house, replayed);

    assert_true(comes(room.loop, &event_count, 1));
    assert_int_equal(pages[0].first, 2);
    assert_int_equal(callbacks, 1);
}

/* ---- who is not in a hurry ---- */

static void what_follows_the_first_is_gathered(void **state)
{
    tell(&house, work_of(1, 1, 100, NULL));
    tell(&house, work_of(2, 1, 100, NULL));
    tell(&house, work_of(3, 2, 100, NULL));

    assert_true(comes(room.loop, &event_count, 4));
    assert_int_equal(page_count, 2);
    assert_int_equal(pages[0].upto, 1);
    assert_int_equal(pages[1].first, 2);
    assert_int_equal(pages[1].upto, 4);
}

static void what_is_gathered_is_told_before_it_is_too_much(void **state)
{
    tell(&house, work_of(1, 1, 100, NULL));
    tell(&house, work_of(2, 1, TOLD_PAGE_MOST, NULL));
    tell(&house, work_of(3, 1, 1, NULL));

    assert_true(comes(room.loop, &event_count, 3));
    assert_int_equal(page_count, 3);
}

static void a_head_comes_after_what_was_gathered(void **state)
{
    tell(&house, work_of(1, 1, 100, NULL));
    tell(&house, work_of(2, 1, 100, NULL));
    tell_head(&house, 2);

    assert_true(comes(room.loop, &announced, 2));
    assert_int_equal(event_count, 2);
}

static unsigned hurried_events;

static void hear_hurried(void *with, struct bytes told)
{
    struct flaw flaw;
    const EventPage *page =
        (const EventPage *)message_unpack(room.arena, &event_page__descriptor, told, &flaw);

    hurried_events += page->n_events;
}

static void tell_next(void *with)
{
    uint64_t *last = with;

    tell(&house, work_of(++*last, 1, 100, NULL));
}

static void who_is_in_a_hurry_hears_all_at_once_and_then_once_more(void **state)
{
    uint64_t last = 0;
    struct hearer *hurried = hearer_new(room.bus, &room.peers[0], hear_hurried, NULL);
    struct alarm_clock *alarm = alarm_new(room.loop, tell_next, &last);
    hearer_hurry(hurried);
    alarm_set(alarm, 1, 1);
    while (hurried_events <= event_count) /* until the teller knows of the hurry */
        assert_true(comes(room.loop, &hurried_events, hurried_events + 1));
    alarm_stop(alarm);
    assert_true(comes(room.loop, &event_count, (unsigned)last));
    unsigned before = hurried_events;

    tell_next(&last);
    tell_next(&last);

    assert_true(comes(room.loop, &hurried_events, before + 4));
    assert_int_equal(event_count, last);
    alarm_free(alarm);
}

static void tell_the_head(void *with)
{
    tell_head(&house, 0);
}

static int open_room(void **state)
{
    room = (struct room){0};
    memset(pages, 0, sizeof pages);
    page_count = event_count = callbacks = heads = announced = hurried_events = 0;
    metric_set(METRIC_EVENTS_TOLD, 0);
    room_make_key(&room);
    room_peer(&room, "small.0", "small");
    room_open_bus(&room);
    house = (struct daemon){
        .service = &small,
        .loop = room.loop,
        .bus = room.bus,
    };
    tell_open(&house, room.peers[0].tell);
    hearer_new(room.bus, &room.peers[0], hear, NULL);
    struct alarm_clock *alarm = alarm_new(room.loop, tell_the_head, NULL);
    alarm_set(alarm, 1, 1);
    assert_true(comes(room.loop, &heads, 1));
    alarm_free(alarm);
    return 0;
}

static int close_room(void **state)
{
    tell_close(&house);
    room_close(&room);
    return 0;
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(batches_become_one_page),
        IN_ROOM(what_fills_a_page_is_one_page),
        IN_ROOM(what_is_more_is_told_in_two),
        IN_ROOM(the_biggest_event_is_told),
        IN_ROOM(a_bigger_one_is_announced),
        IN_ROOM(what_was_told_before_is_not_told_again),
        IN_ROOM(what_follows_the_first_is_gathered),
        IN_ROOM(what_is_gathered_is_told_before_it_is_too_much),
        IN_ROOM(a_head_comes_after_what_was_gathered),
        IN_ROOM(who_is_in_a_hurry_hears_all_at_once_and_then_once_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

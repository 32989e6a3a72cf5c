#include "daemon/feed.h"
#include "daemon/metrics.h"
#include "far_history.h"

static const struct service near = {.name = "near"};
static struct daemon house;
static struct follower *follower;

static unsigned taken;
static uint64_t last_taken;
static unsigned full_after; /* so many are taken, then no more */
static unsigned in_run;     /* taken since the last run was over */
static unsigned runs;

void daemon_ask_self(struct daemon *daemon, const AskHeader *header, struct bytes body,
                     on_answered *on, void *with)
{
    fail();
}

/* Exactly the next, once, whole. */
static bool take(void *with, struct heard_event *heard)
{
    struct flaw flaw;
    const Event *same =
        (const Event *)message_unpack(room.arena, &event__descriptor, heard->packed, &flaw);

    assert_int_equal(heard->event->id, last_taken + 1);
    assert_non_null(same);
    assert_int_equal(same->id, heard->event->id);
    if (taken == full_after)
        return false;
    taken++;
    in_run++;
    last_taken = heard->event->id;
    return true;
}

static void over(void *with)
{
    runs += in_run > 0;
    in_run = 0;
}

static void follow(uint64_t after)
{
    last_taken = after;
    follower_start(follower, after);
}

static void let_time_pass(int ms)
{
    unsigned never = 0;

    comes_within(room.loop, &never, 1, ms);
}

/* Both instances tell the head until it is heard: then the hearers are joined. */
static void tell_heads(void *with)
{
    tell_head(0, history_head);
    tell_head(1, history_head);
}

static void be_live_at(uint64_t head)
{
    struct alarm_clock *alarm = alarm_new(room.loop, tell_heads, NULL);

    history_head = head;
    follow(0);
    alarm_set(alarm, 1, 1);
    assert_true(comes(room.loop, &taken, (unsigned)head));
    let_time_pass(100);
    alarm_free(alarm);
    let_time_pass(20);
    pages = runs = 0;
}

static void happen(unsigned instance, uint64_t id)
{
    history_head = id;
    tell(instance, id, id);
}

static void a_history_is_read_page_by_page(void **state)
{
    history_head = 1001;

    follow(0);
    assert_true(comes(room.loop, &taken, 1001));

    assert_int_equal(pages, 6);
    assert_int_equal(follower_at(follower), 1001);
    assert_int_equal(follower_head(follower), 1001);
    assert_string_equal(page_caller, "service/near");
}

static void it_may_begin_in_the_middle(void **state)
{
    history_head = 100;

    follow(90);

    assert_true(comes(room.loop, &taken, 10));
    assert_int_equal(follower_at(follower), 100);
}

static void what_is_told_needs_no_page(void **state)
{
    be_live_at(3);

    for (uint64_t id = 4; id <= 50; id++)
        happen(0, id);
    assert_true(comes(room.loop, &taken, 50));

    assert_int_equal(pages, 0);
}

static void what_a_batch_told_is_one_run(void **state)
{
    be_live_at(3);

    history_head = 203;
    tell(0, 4, 203);
    assert_true(comes(room.loop, &taken, 203));

    assert_int_equal(runs, 1);
    assert_int_equal(pages, 0);
}

static void a_page_half_known_brings_its_other_half(void **state)
{
    be_live_at(3);

    history_head = 9;
    tell(0, 4, 7);
    tell(0, 2, 9);
    assert_true(comes(room.loop, &taken, 9));

    assert_int_equal(pages, 0);
}

static void a_batch_told_is_taken_as_far_as_there_is_room(void **state)
{
    be_live_at(3);
    full_after = 5;

    history_head = 12;
    tell(0, 4, 8);
    assert_true(comes(room.loop, &taken, 5));
    tell(0, 9, 12);
    let_time_pass(50);
    assert_int_equal(follower_at(follower), 5);
    full_after = UINT32_MAX;
    follower_resume(follower);

    assert_int_equal(taken, 12);
    assert_int_equal(pages, 0);
}

static void what_both_instances_tell_is_taken_once(void **state)
{
    be_live_at(3);

    for (uint64_t id = 4; id <= 50; id++) {
        happen(0, id);
        happen(1, id);
    }
    assert_true(comes(room.loop, &taken, 50));
    let_time_pass(50);

    assert_int_equal(taken, 50);
}

static void a_gap_is_read_from_the_history(void **state)
{
    be_live_at(3);

    history_head = 20;
    happen(0, 21);
    assert_true(comes(room.loop, &taken, 21));

    assert_int_equal(pages, 1);
}

static void a_lost_last_event_is_noticed_by_the_head(void **state)
{
    be_live_at(3);
    history_head = 4;

    tell_head(0, 4);

    assert_true(comes_within(room.loop, &taken, 4, FEED_HEAD_MS / 2));
}

static void a_teller_that_fell_silent_is_asked(void **state)
{
    be_live_at(3);

    history_head = 4;

    assert_true(comes(room.loop, &taken, 4));
}

static void what_is_told_meanwhile_is_held(void **state)
{
    be_live_at(3);
    hold_pages = true;
    happen(0, 5);
    assert_true(comes(room.loop, &pages, 1));
    for (uint64_t id = 6; id <= 100; id++)
        tell(0, id, id);
    let_time_pass(50);
    assert_int_equal(taken, 3);

    let_pages_go();

    assert_true(comes(room.loop, &taken, 100));
    assert_int_equal(pages, 1);
}

static void more_than_can_be_held_is_read_again(void **state)
{
    be_live_at(3);
    hold_pages = true;
    happen(0, 5);
    assert_true(comes(room.loop, &pages, 1));
    for (uint64_t id = 6; id <= FEED_HELD_MOST + 100; id++) {
        happen(0, id);
        if (id % 100 == 0)
            let_time_pass(5);
    }
    let_time_pass(50);

    let_pages_go();

    assert_true(comes(room.loop, &taken, FEED_HELD_MOST + 100));
    assert_true(pages >= 2);
}

static void who_is_full_goes_on_where_it_stopped(void **state)
{
    history_head = 500;
    full_after = 150;
    follow(0);
    assert_true(comes(room.loop, &taken, 150));
    let_time_pass(50);
    assert_int_equal(follower_at(follower), 150);
    assert_int_equal(pages, 1);

    for (unsigned i = 0; i < 10; i++) {
        full_after += 5;
        follower_resume(follower);
        assert_int_equal(taken, full_after);
    }
    assert_int_equal(pages, 1); /* the rest of the page was not read again */
    full_after = UINT32_MAX;
    follower_resume(follower);

    assert_true(comes(room.loop, &taken, 500));
}

static void a_refused_page_is_asked_for_again(void **state)
{
    history_head = 10;
    refuse_pages = 1;

    follow(0);

    assert_true(comes(room.loop, &taken, 10));
    assert_int_equal(pages, 2);
}

static void who_begins_anew_ignores_the_page_of_before(void **state)
{
    history_head = 10;
    hold_pages = true;
    follow(0);
    assert_true(comes(room.loop, &pages, 1));
    struct reply_to old_reply_to = held_reply_to;
    uint64_t old_number = held_number;

    hold_pages = false;
    follow(8);
    send_page(&old_reply_to, old_number, 0);

    assert_true(comes(room.loop, &taken, 2));
    assert_int_equal(follower_at(follower), 10);
}

/* ---- a source that was set back ---- */

static void a_source_that_ends_before_us_is_left_alone(void **state)
{
    history_head = 90;
    follow(100);
    assert_true(comes(room.loop, &pages, 1));
    let_time_pass(20);
    assert_int_equal(metric_value(METRIC_AHEAD), 1);

    history_head = 100;
    happen(0, 101); /* which is another than the one that was to come */
    let_time_pass(FEED_HEAD_MS + 100);
    assert_int_equal(taken, 0);
    assert_int_equal(follower_at(follower), 100);
    assert_int_equal(pages, 1);

    follow(90);
    assert_int_equal(metric_value(METRIC_AHEAD), 0);
    assert_true(comes(room.loop, &taken, 11));
}

static void a_source_set_back_meanwhile_is_noticed_by_its_head(void **state)
{
    be_live_at(3);
    history_head = 2;

    for (int i = 0; i < 3 * FEED_HEAD_MS / 100 + 20 && pages == 0; i++) {
        tell_head(0, 2);
        let_time_pass(100);
    }

    assert_int_equal(pages, 1);
    let_time_pass(20);
    assert_int_equal(metric_value(METRIC_AHEAD), 1);
}

static void a_head_of_before_is_no_alarm(void **state)
{
    be_live_at(3);

    tell_head(1, 2);
    hold_pages = true;
    happen(0, 5);
    assert_true(comes(room.loop, &pages, 1));
    tell_head(1, 2);
    history_head = 4; /* as the page will say it, while the next events are told */
    let_pages_go();
    history_head = 6;
    tell(0, 5, 6);
    assert_true(comes(room.loop, &taken, 6));

    assert_int_equal(metric_value(METRIC_AHEAD), 0);
}

static void who_stops_hears_no_more(void **state)
{
    be_live_at(3);
    follower_stop(follower);

    happen(0, 4);
    let_time_pass(50);

    assert_int_equal(taken, 3);
    assert_int_equal(follower_head(follower), 4);
}

/* ---- pages that nobody of the house would tell ---- */

/* Event 5 follows, which brings 4 by way of the history whatever the page before it was. */
static void is_as_good_as_lost(const EventPage *page)
{
    tell_page(0, page);
    let_time_pass(20);
    assert_int_equal(taken, 3);

    happen(0, 5);
    assert_true(comes(room.loop, &taken, 5));
    assert_int_equal(follower_at(follower), 5);
    assert_true(pages <= 2);
}

static void a_page_of_another_source_is_nothing(void **state)
{
    be_live_at(3);
    EventPage page = page_of(3, 1);

    page.source = "near";
    is_as_good_as_lost(&page);
}

static void an_event_of_another_source_is_not_taken(void **state)
{
    be_live_at(3);
    EventPage page = page_of(3, 0);
    Event event = event_of(4);

    event.source = "near";
    page_add(&page, message_pack(room.arena, &event.base));
    page.upto = 4;
    is_as_good_as_lost(&page);
}

static void an_unreadable_event_is_not_taken(void **state)
{
    be_live_at(3);
    EventPage page = page_of(3, 0);

    page_add(&page, bytes_of("\xff\xff"));
    page.upto = 4;
    is_as_good_as_lost(&page);
}

static void events_out_of_order_are_not_taken(void **state)
{
    be_live_at(3);
    EventPage page = page_of(3, 2);
    ProtobufCBinaryData first = page.events[0];

    page.events[0] = page.events[1];
    page.events[1] = first;
    page.head = 3;
    is_as_good_as_lost(&page);
}

static void a_page_that_ends_before_it_begins_is_nothing(void **state)
{
    be_live_at(3);
    EventPage page = page_of(3, 1);

    page.upto = 0;
    is_as_good_as_lost(&page);
}

static void a_page_at_the_end_of_all_numbers_is_nothing(void **state)
{
    be_live_at(3);
    EventPage page = page_of(3, 1);

    page.upto = UINT64_MAX;
    is_as_good_as_lost(&page);
}

static void what_is_no_page_is_nothing(void **state)
{
    be_live_at(3);

    teller_send(tellers[0], TOLD_GATHERED, bytes_of("\x0a\xff"));
    teller_send(tellers[0], TOLD_GATHERED, bytes_of(""));
    happen(0, 4);

    assert_true(comes(room.loop, &taken, 4));
    assert_int_equal(pages, 0);
}

/* Held while a page is awaited, and only read when its turn comes. */
static void an_unreadable_event_that_was_held_is_read_from_the_history(void **state)
{
    be_live_at(3);
    hold_pages = true;
    happen(0, 5);
    assert_true(comes(room.loop, &pages, 1));
    EventPage page = page_of(5, 0);
    page_add(&page, bytes_of("\xff\xff"));
    page.upto = page.head = 6;
    tell_page(0, &page);
    let_time_pass(20);

    let_pages_go();
    history_head = 6;

    assert_true(comes(room.loop, &taken, 6));
}

static bool take_and_go(void *with, struct heard_event *heard)
{
    taken++;
    follower_free(follower);
    follower = NULL;
    return true;
}

static void a_follower_may_be_freed_by_what_it_takes(void **state)
{
    follower_free(follower);
    follower = follower_new(&house, "far", take_and_go, NULL, NULL);
    history_head = 10;

    follower_start(follower, 0);

    assert_true(comes(room.loop, &taken, 1));
    let_time_pass(20);
    assert_int_equal(taken, 1);
}

static struct follower *second;
static unsigned second_taken;

static bool second_takes(void *with, struct heard_event *heard)
{
    second_taken++;
    return true;
}

/* Leaves with the first event, and takes the other follower along. */
static bool take_and_go_together(void *with, struct heard_event *heard)
{
    second_taken++;
    follower_free(second);
    follower_free(follower);
    second = follower = NULL;
    return true;
}

static void two_who_follow_the_same_both_hear_it(void **state)
{
    second = follower_new(&house, "far", second_takes, NULL, NULL);
    follower_start(second, 0);
    be_live_at(3);
    assert_true(comes(room.loop, &second_taken, 3));
    pages = 0;

    history_head = 9;
    tell(0, 4, 9);
    assert_true(comes(room.loop, &taken, 9));
    assert_int_equal(second_taken, 9);
    assert_int_equal(pages, 0);

    follower_free(second);
    happen(0, 10);
    assert_true(comes(room.loop, &taken, 10));
    assert_int_equal(second_taken, 9);
}

static void all_may_leave_while_they_are_told(void **state)
{
    second = follower_new(&house, "far", take_and_go_together, NULL, NULL);
    be_live_at(3);
    follower_start(second, 3);
    assert_int_equal(second_taken, 0);

    happen(0, 4);
    assert_true(comes(room.loop, &second_taken, 1));

    assert_null(house.sources_heard);
    happen(0, 5);
    let_time_pass(20);
    assert_int_equal(second_taken, 1);
}

static int open_room(void **state)
{
    const char *why = NULL;

    room = (struct room){0};
    history_head = last_taken = 0;
    pages = taken = second_taken = refuse_pages = in_run = runs = 0;
    hold_pages = false;
    full_after = UINT32_MAX;
    room_make_key(&room);
    room_peer(&room, "far.0", "far");
    room_peer(&room, "far.1", "far");
    room_open_bus(&room);
    house = (struct daemon){
        .service = &near,
        .instance = "near.0",
        .loop = room.loop,
        .bus = room.bus,
        .peers = {room.peers, room.peer_count},
    };
    asks_open(&house);
    answerer = answerer_new(room.bus, room.peers[0].ask, on_asked, NULL, &why);
    tellers[0] = teller_new(room.bus, room.peers[0].tell, &why);
    tellers[1] = teller_new(room.bus, room.peers[1].tell, &why);
    follower = follower_new(&house, "far", take, over, NULL);
    return 0;
}

static int close_room(void **state)
{
    follower_free(follower);
    asks_close(&house);
    room_close(&room);
    return 0;
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_history_is_read_page_by_page),
        IN_ROOM(it_may_begin_in_the_middle),
        IN_ROOM(what_is_told_needs_no_page),
        IN_ROOM(what_a_batch_told_is_one_run),
        IN_ROOM(a_page_half_known_brings_its_other_half),
        IN_ROOM(a_batch_told_is_taken_as_far_as_there_is_room),
        IN_ROOM(what_both_instances_tell_is_taken_once),
        IN_ROOM(a_gap_is_read_from_the_history),
        IN_ROOM(a_lost_last_event_is_noticed_by_the_head),
        IN_ROOM(a_teller_that_fell_silent_is_asked),
        IN_ROOM(what_is_told_meanwhile_is_held),
        IN_ROOM(more_than_can_be_held_is_read_again),
        IN_ROOM(who_is_full_goes_on_where_it_stopped),
        IN_ROOM(a_refused_page_is_asked_for_again),
        IN_ROOM(who_begins_anew_ignores_the_page_of_before),
        IN_ROOM(a_source_that_ends_before_us_is_left_alone),
        IN_ROOM(a_source_set_back_meanwhile_is_noticed_by_its_head),
        IN_ROOM(a_head_of_before_is_no_alarm),
        IN_ROOM(who_stops_hears_no_more),
        IN_ROOM(a_page_of_another_source_is_nothing),
        IN_ROOM(an_event_of_another_source_is_not_taken),
        IN_ROOM(an_unreadable_event_is_not_taken),
        IN_ROOM(events_out_of_order_are_not_taken),
        IN_ROOM(a_page_that_ends_before_it_begins_is_nothing),
        IN_ROOM(a_page_at_the_end_of_all_numbers_is_nothing),
        IN_ROOM(what_is_no_page_is_nothing),
        IN_ROOM(an_unreadable_event_that_was_held_is_read_from_the_history),
        IN_ROOM(two_who_follow_the_same_both_hear_it),
        IN_ROOM(all_may_leave_while_they_are_told),
        IN_ROOM(a_follower_may_be_freed_by_what_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "bus_raw.h"

enum { SMALL = 8, LARGE = 30 * 1024, MANY = 10 };

static struct room room;
static struct answerer *answerer;
static struct asker *asker;

static unsigned asked;
static unsigned answered;
static unsigned lost;
static char questions[32]; /* the first letter of each body */
static char answers[32];
static struct bytes answer_with;

static void note(char letters[32], struct bytes body)
{
    size_t length = strlen(letters);

    if (body.size > 0 && length < 31)
        letters[length] = (char)body.at[0];
}

static void on_asked(void *with, const char *peer, const struct reply_to *reply_to,
                     struct bytes header, struct bytes body)
{
    asked++;
    note(questions, body);
    answerer_send(answerer, reply_to, header, answer_with.at ? answer_with : body);
}

static void on_answered_by(void *with, struct bytes header, struct bytes body)
{
    answered++;
    note(answers, body);
}

static void on_lost_connection(void *with)
{
    lost++;
}

static void listen_to(on_question *heard)
{
    const char *why = NULL;

    answerer = answerer_new(room.bus, room.peers[0].ask, heard, NULL, &why);
    assert_non_null(answerer);
}

/* An asker whose connection stands, which is seen by its first question. */
static void connect_asker(on_answer *heard)
{
    asker = asker_new(room.bus, &room.peers[0], heard, on_lost_connection, NULL);
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("?")));
}

static void connect_and_be_answered(void)
{
    listen_to(on_asked);
    connect_asker(on_answered_by);
    assert_true(comes(room.loop, &answered, 1));
    asked = answered = 0;
    memset(questions, 0, sizeof questions);
    memset(answers, 0, sizeof answers);
}

static void wait_a_little(void)
{
    unsigned never = 0;

    comes_within(room.loop, &never, 1, 30);
}

static struct bytes letters(char letter, size_t size)
{
    char *at = arena_take(room.arena, size);

    memset(at, letter, size);
    return (struct bytes){(const uint8_t *)at, size};
}

/* Questions "a", "b", "c" and so on. */
static struct bytes bundle_of(unsigned count)
{
    struct bundle *bundle = arena_take(room.arena, sizeof *bundle);

    for (unsigned i = 0; i < count; i++)
        bundle_add(bundle, bytes_of("header"), letters((char)('a' + i), 1));
    return (struct bytes){bundle->packed, bundle->size};
}

/* ---- what is asked ---- */

static void what_is_asked_in_one_turn_is_one_message(void **state)
{
    struct raw *far = raw_router(&room);
    connect_asker(on_answered_by);
    assert_true(comes(room.loop, &far->heard_count, 1));

    for (char letter = 'a'; letter <= 'c'; letter++)
        assert_true(asker_send(asker, bytes_of("header"), letters(letter, 1)));
    assert_true(comes(room.loop, &far->heard_count, 2));
    wait_a_little();

    struct bytes expected = bundle_of(3);
    assert_int_equal(far->heard_count, 2);
    assert_int_equal(far->heard[1].frames, 2);
    assert_int_equal(far->heard[1].last.size, expected.size);
    assert_memory_equal(far->heard[1].last.at, expected.at, expected.size);
}

static void they_arrive_once_each_and_in_order(void **state)
{
    connect_and_be_answered();

    for (unsigned i = 0; i < MANY; i++)
        assert_true(asker_send(asker, bytes_of("header"), letters((char)('a' + i), SMALL)));
    assert_true(comes(room.loop, &answered, MANY));
    wait_a_little();

    assert_int_equal(asked, MANY);
    assert_int_equal(answered, MANY);
    assert_string_equal(questions, "abcdefghij");
    assert_string_equal(answers, "abcdefghij");
}

static void what_is_too_much_for_one_message_goes_in_several(void **state)
{
    struct raw *far = raw_router(&room);
    connect_asker(on_answered_by);
    assert_true(comes(room.loop, &far->heard_count, 1));

    for (char letter = 'a'; letter <= 'c'; letter++)
        assert_true(asker_send(asker, bytes_of("header"), letters(letter, LARGE)));
    assert_true(comes(room.loop, &far->heard_count, 3));
    for (unsigned i = 0; i <= BUNDLE_COUNT_MOST; i++)
        assert_true(asker_send(asker, bytes_of("header"), bytes_of("one of many")));
    assert_true(comes(room.loop, &far->heard_count, 5));

    assert_int_equal(bundle_count(far->heard[1].last), 2);
    assert_int_equal(bundle_count(far->heard[2].last), 1);
    assert_int_equal(bundle_count(far->heard[3].last), BUNDLE_COUNT_MOST);
    assert_int_equal(bundle_count(far->heard[4].last), 1);
}

static void what_no_bundle_holds_goes_alone_and_in_its_turn(void **state)
{
    connect_and_be_answered();

    assert_true(asker_send(asker, bytes_of("header"), bytes_of("a")));
    assert_true(asker_send(asker, bytes_of("header"), letters('b', BUNDLE_MOST)));
    assert_true(asker_send(asker, bytes_of("header"), letters('c', BUS_FRAME_MOST)));
    assert_true(asker_send(asker, bytes_of("header"), bytes_of("d")));
    assert_true(comes(room.loop, &answered, 4));

    assert_int_equal(asked, 4);
    assert_string_equal(questions, "abcd");
}

static void a_full_queue_of_bundles_says_no(void **state)
{
    static const struct socket_plan plan = {ZMQ_ROUTER, 1, 1};
    const char *why = NULL;
    struct bus_socket *deaf = bus_socket_new(room.bus, sizeof *deaf, &plan);
    assert_true(bus_socket_bind(deaf, room.peers[0].ask, &why));
    connect_asker(on_answered_by);

    unsigned sent = 0;
    while (sent < 100000 && asker_send(asker, bytes_of("header"), letters('a', LARGE)))
        sent++;
    wait_a_little();

    assert_in_range(sent, BUS_QUESTIONS_MOST, BUS_QUESTIONS_MOST * 4);
    assert_false(asker_send(asker, bytes_of("header"), bytes_of("more")));
    assert_int_equal(lost, 0);
    bus_socket_free(deaf);
}

/* ---- who is not there any more ---- */

/* The connection breaks while the loop does not turn; that is told as lost, too.  The door takes
 * part in the end of a connection that it let in. */
static void leave(void)
{
    struct bus_socket *socket = (struct bus_socket *)asker;
    int64_t give_up_at = clock_monotonic_ms() + ROOM_PATIENCE_MS;

    answerer_free(answerer);
    while (bus_can_send(socket) && clock_monotonic_ms() < give_up_at) {
        bus_can_send(room.bus->door);
        usleep(1000);
    }
    assert_false(bus_can_send(socket));
}

static void a_bundle_that_finds_nobody_is_told_as_lost(void **state)
{
    connect_and_be_answered();

    assert_true(asker_send(asker, bytes_of("header"), bytes_of("a")));
    assert_true(asker_send(asker, bytes_of("header"), bytes_of("b")));
    leave();
    assert_true(comes(room.loop, &lost, 2));
    wait_a_little();

    assert_int_equal(lost, 2);
    assert_int_equal(asked, 0);
    assert_false(asker_send(asker, bytes_of("header"), bytes_of("c")));
}

static void nobody_is_called_while_asking(void **state)
{
    connect_and_be_answered();

    assert_true(asker_send(asker, bytes_of("header"), letters('a', LARGE * 2)));
    leave();
    assert_false(asker_send(asker, bytes_of("header"), letters('b', LARGE * 2)));
    assert_int_equal(lost, 0);
    assert_true(comes(room.loop, &lost, 2));

    assert_int_equal(asked, 0);
}

static void ask_again_at_once(void *with)
{
    lost++;
    asker_send(asker, bytes_of("header"), bytes_of("again"));
}

static void whoever_asks_again_at_once_is_not_told_for_ever(void **state)
{
    listen_to(on_asked);
    asker = asker_new(room.bus, &room.peers[0], on_answered_by, ask_again_at_once, NULL);
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("?")));
    assert_true(comes(room.loop, &answered, 1));

    assert_true(asker_send(asker, bytes_of("header"), bytes_of("a")));
    leave();
    assert_true(comes(room.loop, &lost, 2));
    wait_a_little();

    assert_int_equal(lost, 2);
}

static void answers_to_nobody_are_counted_each(void **state)
{
    const struct reply_to nobody = {.routing_id = "nobody", .size = 6, .bundled = true};
    listen_to(on_asked);

    answerer_send(answerer, &nobody, bytes_of("header"), bytes_of("a"));
    answerer_send(answerer, &nobody, bytes_of("header"), bytes_of("b"));
    answerer_send(answerer, &nobody, bytes_of("header"), letters('c', BUNDLE_MOST));
    answerer_flush(answerer);
    answerer_flush(answerer);

    assert_int_equal(bus_counts(room.bus).unroutable, 3);
}

static void hang_up_at_the_second(void *with, struct bytes header, struct bytes body)
{
    if (++answered == 3) /* the first was the one that connected us */
        asker_free(asker);
}

static void an_asker_may_be_freed_in_the_middle_of_a_bundle(void **state)
{
    listen_to(on_asked);
    connect_asker(hang_up_at_the_second);
    assert_true(comes(room.loop, &answered, 1));

    for (unsigned i = 0; i < MANY; i++)
        assert_true(asker_send(asker, bytes_of("header"), bytes_of("body")));
    assert_true(comes(room.loop, &answered, 3));
    wait_a_little();

    assert_int_equal(answered, 3);
    assert_int_equal(asked, 1 + MANY);
}

static void stop_at_the_second(void *with, const char *peer, const struct reply_to *reply_to,
                               struct bytes header, struct bytes body)
{
    answerer_send(answerer, reply_to, header, body);
    if (++asked == 2)
        answerer_free(answerer);
}

static void an_answerer_may_be_freed_in_the_middle_of_a_bundle(void **state)
{
    listen_to(stop_at_the_second);
    struct raw *raw = raw_neighbour(&room);

    raw_say(raw, bundle_of(MANY));
    assert_true(comes(room.loop, &asked, 2));
    wait_a_little();

    assert_int_equal(asked, 2);
}

/* ---- what is answered ---- */

static void whoever_asks_in_a_bundle_is_answered_in_one(void **state)
{
    listen_to(on_asked);
    struct raw *raw = raw_neighbour(&room);
    struct bytes bundle = bundle_of(3);

    raw_say(raw, bundle);
    assert_true(comes(room.loop, &raw->heard_count, 1));
    wait_a_little();

    assert_int_equal(raw->heard_count, 1);
    assert_int_equal(raw->heard[0].frames, 1);
    assert_int_equal(raw->heard[0].last.size, bundle.size);
    assert_memory_equal(raw->heard[0].last.at, bundle.at, bundle.size);
}

static void whoever_asks_in_two_frames_is_answered_in_two(void **state)
{
    listen_to(on_asked);
    struct raw *raw = raw_neighbour(&room);

    raw_say_two(raw, bytes_of("header"), bytes_of("one"));
    raw_say_two(raw, bytes_of("header"), bytes_of("two"));
    assert_true(comes(room.loop, &raw->heard_count, 2));

    assert_int_equal(raw->heard[0].frames, 2);
    assert_true(bytes_are(raw->heard[0].last, "one"));
    assert_int_equal(raw->heard[1].frames, 2);
    assert_true(bytes_are(raw->heard[1].last, "two"));
}

static void each_asker_has_bundles_of_its_own(void **state)
{
    enum { PEERS = 20 }; /* more than bundles are begun at once */
    struct raw *raws[PEERS];
    listen_to(on_asked);

    for (unsigned i = 0; i < PEERS; i++) {
        raws[i] = raw_neighbour(&room);
        raw_say(raws[i], bundle_of(1 + i));
    }
    for (unsigned i = 0; i < PEERS; i++)
        assert_true(comes(room.loop, &raws[i]->heard_count, 1));
    wait_a_little();

    for (unsigned i = 0; i < PEERS; i++) {
        assert_int_equal(raws[i]->heard_count, 1);
        assert_int_equal(bundle_count(raws[i]->heard[0].last), 1 + i);
    }
}

static void answers_that_are_too_much_for_one_go_in_several(void **state)
{
    listen_to(on_asked);
    struct raw *raw = raw_neighbour(&room);

    answer_with = letters('a', LARGE);
    raw_say(raw, bundle_of(3));
    assert_true(comes(room.loop, &raw->heard_count, 2));
    answer_with = letters('b', BUNDLE_MOST);
    raw_say(raw, bundle_of(1));
    assert_true(comes(room.loop, &raw->heard_count, 3));

    assert_int_equal(bundle_count(raw->heard[0].last), 2);
    assert_int_equal(bundle_count(raw->heard[1].last), 1);
    assert_int_equal(raw->heard[2].frames, 2);
    assert_int_equal(raw->heard[2].last.size, BUNDLE_MOST);
}

/* ---- what is no bundle ---- */

static void a_broken_bundle_is_dropped_whole_and_costs_no_neighbour(void **state)
{
    connect_and_be_answered();
    struct raw *raw = raw_neighbour(&room);
    struct bytes bundle = bundle_of(2);
    unsigned broken = 0;

    for (size_t size = 0; size < bundle.size; size++) {
        if (size == bundle.size / 2)
            continue; /* the first of two that are alike is a bundle */
        raw_say(raw, (struct bytes){bundle.at, size});
        broken++;
    }
    raw_say(raw, letters('\0', (BUNDLE_COUNT_MOST + 1) * BUNDLE_SIZES));
    raw_say(raw, letters('\xff', BUNDLE_SIZES));
    raw_say(raw, letters('\0', BUNDLE_MOST + 1));
    raw_say(raw, bundle);
    assert_true(asker_send(asker, bytes_of("header"), bytes_of("z")));
    assert_true(comes(room.loop, &asked, 3));
    assert_true(comes(room.loop, &answered, 1));
    assert_true(comes(room.loop, &raw->heard_count, 1));

    assert_int_equal(asked, 3);
    assert_int_equal(bundle_count(raw->heard[0].last), 2);
    assert_int_equal(bus_counts(room.bus).dropped, broken + 3);
}

static void a_broken_bundle_of_answers_is_dropped_whole(void **state)
{
    struct raw *far = raw_router(&room);
    connect_asker(on_answered_by);
    assert_true(comes(room.loop, &far->heard_count, 1));
    struct bytes who = far->heard[0].first;
    struct bytes bundle = bundle_of(3);

    raw_say_two(far, who, bytes_of(""));
    raw_say_two(far, who, (struct bytes){bundle.at, bundle.size - 1});
    raw_say_two(far, who, bundle);
    assert_true(comes(room.loop, &answered, 3));

    assert_string_equal(answers, "abc");
    assert_int_equal(bus_counts(room.bus).dropped, 2);
}

/* ---- fairness ---- */

static unsigned seen;
static unsigned most_in_a_turn;

/* Always awake, so once a turn. */
static bool always(void *with)
{
    return true;
}

static bool look_at_turn(void *with)
{
    if (asked - seen > most_in_a_turn)
        most_in_a_turn = asked - seen;
    seen = asked;
    return true;
}

static void a_turn_takes_so_many_and_then_others_have_theirs(void **state)
{
    enum { ROUNDS_MOST = 100, BUNDLES = 20, EACH = 40 };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    seen = most_in_a_turn = 0;
    listen_to(on_asked);
    struct raw *raw = raw_neighbour(&room);
    raw_say(raw, bundle_of(1));
    assert_true(comes(room.loop, &asked, 1));
    struct watch *turns = watch_new(room.loop, ends[0], always, look_at_turn, NULL);

    for (unsigned i = 0; i < ROUNDS_MOST && most_in_a_turn < BUS_TURN_MOST; i++) {
        for (unsigned j = 0; j < BUNDLES; j++)
            raw_say(raw, bundle_of(EACH));
        assert_true(comes(room.loop, &asked, 1 + (i + 1) * BUNDLES * EACH));
    }

    assert_in_range(most_in_a_turn, BUS_TURN_MOST, BUS_TURN_MOST + EACH - 1);
    watch_free(turns);
    close(ends[0]);
    close(ends[1]);
}

static int open_room(void **state)
{
    room = (struct room){0};
    asked = answered = lost = 0;
    memset(questions, 0, sizeof questions);
    memset(answers, 0, sizeof answers);
    answer_with = (struct bytes){NULL, 0};
    room_make_key(&room);
    room_peer(&room, "far.0", "far");
    room_open_bus(&room);
    return 0;
}

static int close_room(void **state)
{
    room_close(&room);
    return 0;
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_is_asked_in_one_turn_is_one_message),
        IN_ROOM(they_arrive_once_each_and_in_order),
        IN_ROOM(what_is_too_much_for_one_message_goes_in_several),
        IN_ROOM(what_no_bundle_holds_goes_alone_and_in_its_turn),
        IN_ROOM(a_full_queue_of_bundles_says_no),
        IN_ROOM(a_bundle_that_finds_nobody_is_told_as_lost),
        IN_ROOM(nobody_is_called_while_asking),
        IN_ROOM(whoever_asks_again_at_once_is_not_told_for_ever),
        IN_ROOM(answers_to_nobody_are_counted_each),
        IN_ROOM(an_asker_may_be_freed_in_the_middle_of_a_bundle),
        IN_ROOM(an_answerer_may_be_freed_in_the_middle_of_a_bundle),
        IN_ROOM(whoever_asks_in_a_bundle_is_answered_in_one),
        IN_ROOM(whoever_asks_in_two_frames_is_answered_in_two),
        IN_ROOM(each_asker_has_bundles_of_its_own),
        IN_ROOM(answers_that_are_too_much_for_one_go_in_several),
        IN_ROOM(a_broken_bundle_is_dropped_whole_and_costs_no_neighbour),
        IN_ROOM(a_broken_bundle_of_answers_is_dropped_whole),
        IN_ROOM(a_turn_takes_so_many_and_then_others_have_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

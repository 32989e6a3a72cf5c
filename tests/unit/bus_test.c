#include "bus_raw.h"

#include <sys/stat.h>
#include <sys/wait.h>

static struct room room;
static struct answerer *answerer;
static struct asker *asker;

static unsigned asked;
static unsigned answered;
static unsigned lost;
static unsigned told;
static char last_peer[32];
static size_t last_size;
static struct reply_to last_reply_to;
static bool answer_at_once;

static void on_asked(void *with, const char *peer, const struct reply_to *reply_to,
                     struct bytes header, struct bytes body)
{
    asked++;
    snprintf(last_peer, sizeof last_peer, "%s", peer);
    last_size = body.size;
    last_reply_to = *reply_to;
    if (answer_at_once)
        answerer_send(answerer, reply_to, header, body);
}

static void on_answered_by(void *with, struct bytes header, struct bytes body)
{
    answered++;
    last_size = body.size;
}

static void on_lost_connection(void *with)
{
    lost++;
}

static void on_told_by(void *with, struct bytes bytes)
{
    assert_true(bytes_are(bytes, "it happened"));
    told++;
}

static void listen_and_ask(void)
{
    const char *why = NULL;

    answerer = answerer_new(room.bus, room.peers[0].ask, on_asked, NULL, &why);
    assert_non_null(answerer);
    asker = asker_new(room.bus, &room.peers[0], on_answered_by, on_lost_connection, NULL);
}

static void a_question_is_answered(void **state)
{
    listen_and_ask();

    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("how are you?")));
    assert_true(comes(room.loop, &answered, 1));

    assert_int_equal(asked, 1);
    assert_int_equal(last_size, strlen("how are you?"));
    assert_string_equal(last_peer, "far.0");
}

static void an_answer_may_come_much_later(void **state)
{
    answer_at_once = false;
    listen_and_ask();
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("")));
    assert_true(comes(room.loop, &asked, 1));
    struct reply_to kept = last_reply_to;

    answerer_send(answerer, &kept, bytes_of("header"), bytes_of("at last"));

    assert_true(comes(room.loop, &answered, 1));
    assert_int_equal(last_size, strlen("at last"));
}

static bool refused_one(void)
{
    unsigned refused = 0;

    for (int i = 0; i < 1000 && refused == 0; i++) {
        unsigned never = 0;
        comes_within(room.loop, &never, 1, 5);
        refused = (unsigned)bus_counts(room.bus).refused;
    }
    return refused > 0;
}

static void a_stranger_is_not_let_in(void **state)
{
    char public_key[41], secret_key[41];
    zmq_curve_keypair(public_key, secret_key);
    listen_and_ask();
    struct raw *stranger = raw_dealer(&room, public_key, secret_key);

    raw_say_two(stranger, bytes_of("header"), bytes_of("let me in"));
    assert_true(refused_one());
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("me")));
    assert_true(comes(room.loop, &answered, 1));

    assert_int_equal(asked, 1);
    assert_int_equal(last_size, strlen("me"));
    raw_free(stranger);
}

static void a_message_has_two_frames_and_not_three(void **state)
{
    listen_and_ask();
    struct raw *raw = raw_neighbour(&room);

    bus_send(&raw->socket, bytes_of("one"), true);
    raw_say_two(raw, bytes_of("two"), bytes_of("three"));
    raw_say_two(raw, bytes_of("header"), bytes_of("good"));
    assert_true(comes(room.loop, &asked, 1));

    assert_int_equal(last_size, strlen("good"));
    assert_int_equal(bus_counts(room.bus).dropped, 1);
    raw_free(raw);
}

static void a_frame_has_a_limit(void **state)
{
    struct bytes most = {calloc(1, BUS_FRAME_MOST + 1), BUS_FRAME_MOST};
    listen_and_ask();
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("first")));
    assert_true(comes(room.loop, &answered, 1));

    assert_true(asker_send(asker, bytes_of("header"), most));
    assert_true(comes(room.loop, &answered, 2));
    assert_int_equal(last_size, BUS_FRAME_MOST);

    struct bytes more = {most.at, BUS_FRAME_MOST + 1};
    assert_false(asker_send(asker, bytes_of("header"), more));
    assert_false(asker_send(asker, more, bytes_of("body")));
    answerer_send(answerer, &last_reply_to, bytes_of("header"), more);
    assert_int_equal(bus_counts(room.bus).unroutable, 1);
    assert_int_equal(lost, 0);
    free((void *)(uintptr_t)most.at);
}

static void an_answer_to_nobody_is_known_to_be_lost(void **state)
{
    const struct reply_to nobody = {.routing_id = "nobody", .size = 6};
    listen_and_ask();

    answerer_send(answerer, &nobody, bytes_of("header"), bytes_of("body"));

    assert_int_equal(bus_counts(room.bus).unroutable, 1);
}

static void nothing_is_sent_to_who_is_away(void **state)
{
    asker = asker_new(room.bus, &room.peers[1], on_answered_by, on_lost_connection, NULL);
    unsigned never = 0;
    comes_within(room.loop, &never, 1, 50);

    assert_false(asker_send(asker, bytes_of("header"), bytes_of("body")));
}

static void a_full_queue_says_no(void **state)
{
    static const struct socket_plan plan = {ZMQ_ROUTER, 1, 1};
    const char *why = NULL;
    struct bus_socket *deaf = bus_socket_new(room.bus, sizeof *deaf, &plan);
    assert_true(bus_socket_bind(deaf, room.peers[0].ask, &why));
    asker = asker_new(room.bus, &room.peers[0], on_answered_by, on_lost_connection, NULL);
    struct bytes large = {calloc(1, 100000), 100000};
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), large));

    unsigned sent = 0;
    while (sent < 100000 && asker_send(asker, bytes_of("header"), large))
        sent++;

    assert_in_range(sent, BUS_QUESTIONS_MOST / 2, BUS_QUESTIONS_MOST * 2);
    free((void *)(uintptr_t)large.at);
    bus_socket_free(deaf);
}

static void a_broken_connection_is_told(void **state)
{
    listen_and_ask();
    assert_true(
        send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("are you there?")));
    assert_true(comes(room.loop, &answered, 1));

    answerer_free(answerer);

    /* libzmq tells of it a moment before it takes the connection away. */
    assert_true(comes(room.loop, &lost, 1));
    unsigned never = 0;
    int64_t until_ms = clock_monotonic_ms() + ROOM_PATIENCE_MS;
    while (asker_send(asker, bytes_of("header"), bytes_of("still?"))) {
        assert_true(clock_monotonic_ms() < until_ms);
        comes_within(room.loop, &never, 1, 1);
    }
}

static void hang_up(void *with, struct bytes header, struct bytes body)
{
    answered++;
    asker_free(asker);
}

static void an_asker_may_be_freed_by_what_it_hears(void **state)
{
    const char *why = NULL;
    answerer = answerer_new(room.bus, room.peers[0].ask, on_asked, NULL, &why);
    asker = asker_new(room.bus, &room.peers[0], hang_up, on_lost_connection, NULL);
    assert_true(send_when_possible(room.loop, asker, bytes_of("header"), bytes_of("1")));
    unsigned never = 0;

    assert_true(comes(room.loop, &answered, 1));
    comes_within(room.loop, &never, 1, 20);

    assert_int_equal(answered, 1);
}

enum { FLOOD = 20000 };

static void pour(void *with)
{
    unsigned *sent = with;

    while (*sent < FLOOD && asker_send(asker, bytes_of("header"), bytes_of("drop")))
        ++*sent;
}

static void a_flood_is_answered_to_the_last_drop(void **state)
{
    unsigned sent = 0;
    listen_and_ask();
    struct alarm_clock *alarm = alarm_new(room.loop, pour, &sent);
    alarm_set(alarm, 0, 1);

    assert_true(comes(room.loop, &answered, FLOOD));

    assert_int_equal(asked, FLOOD);
    alarm_free(alarm);
}

static void tell_it(void *with)
{
    teller_send(with, TOLD_GATHERED, bytes_of("it happened"));
}

static void what_is_told_is_heard(void **state)
{
    const char *why = NULL;
    struct teller *teller = teller_new(room.bus, room.peers[0].tell, &why);
    hearer_new(room.bus, &room.peers[0], on_told_by, NULL);
    struct alarm_clock *alarm = alarm_new(room.loop, tell_it, teller);
    alarm_set(alarm, 1, 1);

    assert_true(comes(room.loop, &told, 10));

    alarm_free(alarm);
}

static void an_endpoint_that_cannot_be_is_refused_with_a_reason(void **state)
{
    const char *why = NULL;

    assert_null(answerer_new(room.bus, "ipc:///nowhere/at/all", on_asked, NULL, &why));

    assert_non_null(why);
}

static void a_secret_is_written_once_for_its_owner_alone(void **state)
{
    char *file = arena_print(room.arena, "%s/another", room.folder);
    char public_key[41];
    const char *why = NULL;
    struct stat about;

    assert_true(bus_make_key(file, public_key, &why));
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0400);
    assert_int_equal(strlen(public_key), 40);
    assert_false(bus_make_key(file, public_key, &why));
    unlink(file);
}

static void a_secret_that_others_may_read_is_refused(void **state)
{
    char *file = arena_print(room.arena, "%s/shown", room.folder);
    char public_key[41];
    const char *why = NULL;
    assert_true(bus_make_key(file, public_key, &why));
    assert_int_equal(chmod(file, 0440), 0);

    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        bus_open(room.loop, &(struct peers){0}, file);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);

    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    unlink(file);
}

static int open_room(void **state)
{
    room = (struct room){0};
    answerer = NULL;
    asker = NULL;
    asked = answered = lost = told = 0;
    answer_at_once = true;
    room_make_key(&room);
    room_peer(&room, "far.0", "far");
    room_peer(&room, "far.1", "far");
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
        IN_ROOM(a_question_is_answered),
        IN_ROOM(an_answer_may_come_much_later),
        IN_ROOM(a_stranger_is_not_let_in),
        IN_ROOM(a_message_has_two_frames_and_not_three),
        IN_ROOM(a_frame_has_a_limit),
        IN_ROOM(an_answer_to_nobody_is_known_to_be_lost),
        IN_ROOM(nothing_is_sent_to_who_is_away),
        IN_ROOM(a_full_queue_says_no),
        IN_ROOM(a_broken_connection_is_told),
        IN_ROOM(an_asker_may_be_freed_by_what_it_hears),
        IN_ROOM(a_flood_is_answered_to_the_last_drop),
        IN_ROOM(what_is_told_is_heard),
        IN_ROOM(an_endpoint_that_cannot_be_is_refused_with_a_reason),
        IN_ROOM(a_secret_is_written_once_for_its_owner_alone),
        IN_ROOM(a_secret_that_others_may_read_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "bus_room.h"

#include "daemon/ask.h"

enum manner { ANSWERS, DECLINES, KEEPS_SILENT };

/* An instance of the service "far", on a real socket. */
struct instance {
    struct answerer *answerer;
    enum manner manner;
    unsigned loses; /* so many of the next questions */
    unsigned asked;
    char last_key[64];
    char last_message[64];
    char last_caller[64];
    uint32_t last_deadline_ms;
    struct reply_to last_reply_to;
    uint64_t last_number;
};

static struct room room;
static struct instance far[2];
static const struct service near = {.name = "near"};
static struct daemon house;

static enum manner own_manner;
static unsigned own_asked;

static unsigned answered;
static uint32_t last_kind;
static char last_reason[64];
static char last_body[64];

static void answer_from(struct instance *instance, const struct reply_to *to, uint64_t number)
{
    AnswerHeader header = ANSWER_HEADER__INIT;

    header.number = number;
    header.kind = instance->manner == DECLINES ? NOT_ACTIVE : OK;
    struct bytes packed = message_pack(room.arena, &header.base);
    const char *name = instance == &far[0] ? "from far.0" : "from far.1";
    answerer_send(instance->answerer, to, packed, bytes_of(name));
}

static void on_asked(void *with, const char *peer, const struct reply_to *reply_to,
                     struct bytes packed, struct bytes body)
{
    struct instance *instance = with;
    struct flaw flaw;
    const AskHeader *header =
        (const AskHeader *)message_unpack(room.arena, &ask_header__descriptor, packed, &flaw);

    assert_non_null(header);
    instance->asked++;
    if (instance->loses > 0) {
        instance->loses--;
        return;
    }
    snprintf(instance->last_key, sizeof instance->last_key, "%s", header->key);
    snprintf(instance->last_message, sizeof instance->last_message, "%s", header->message);
    snprintf(instance->last_caller, sizeof instance->last_caller, "%s", header->caller->id);
    instance->last_deadline_ms = header->deadline_ms;
    instance->last_reply_to = *reply_to;
    instance->last_number = header->number;
    if (instance->manner != KEEPS_SILENT)
        answer_from(instance, reply_to, header->number);
}

void daemon_ask_self(struct daemon *daemon, const AskHeader *header, struct bytes body,
                     on_answered *on, void *with)
{
    AnswerHeader answer = ANSWER_HEADER__INIT;

    own_asked++;
    answer.number = header->number;
    answer.kind = own_manner == DECLINES ? NOT_ACTIVE : OK;
    if (own_manner != KEEPS_SILENT)
        on(with, &answer, bytes_of("from ourselves"));
}

static void note_answer(void *with, const AnswerHeader *header, struct bytes body)
{
    answered++;
    last_kind = header->kind;
    snprintf(last_reason, sizeof last_reason, "%s", header->reason);
    snprintf(last_body, sizeof last_body, "%.*s", (int)body.size, (const char *)body.at);
}

static void arise(int which)
{
    const char *why = NULL;

    far[which].answerer =
        answerer_new(room.bus, room.peers[which].ask, on_asked, &far[which], &why);
    assert_non_null(far[which].answerer);
}

static struct question question(const char *service)
{
    return (struct question){
        .service = service,
        .message = "far.DoIt",
        .key = "key-1",
        .caller = {.id = "key/me",            .roles = AGENT},
        .body = {(const uint8_t *)"please", 6             },
    };
}

static void ask_far(uint32_t deadline_ms)
{
    struct question asked = question("far");

    asked.deadline_ms = deadline_ms;
    ask(&house, &asked, note_answer, NULL);
}

static void a_question_finds_its_answer(void **state)
{
    arise(0);

    ask_far(5000);
    assert_int_equal(answered, 0);
    assert_true(comes(room.loop, &answered, 1));

    assert_int_equal(last_kind, OK);
    assert_string_equal(last_body, "from far.0");
    assert_string_equal(far[0].last_key, "key-1");
    assert_string_equal(far[0].last_message, "far.DoIt");
    assert_string_equal(far[0].last_caller, "key/me");
    assert_in_range(far[0].last_deadline_ms, 1, 5000);
}

static void who_is_not_active_is_left_for_the_next_with_the_same_key(void **state)
{
    arise(0);
    arise(1);
    far[0].manner = DECLINES;
    ask_far(0);
    assert_true(comes(room.loop, &answered, 1));
    unsigned declined = far[0].asked; /* as often as it took the other to be connected */

    for (unsigned i = 2; i <= 5; i++) {
        ask_far(0);
        assert_true(comes(room.loop, &answered, i));
        assert_string_equal(last_body, "from far.1");
        assert_string_equal(far[1].last_key, "key-1");
    }

    assert_int_equal(far[1].asked, 5);
    assert_int_equal(far[0].asked, declined); /* later questions go to who answered last */
}

static void who_says_nothing_is_left_for_the_next(void **state)
{
    arise(0);
    far[0].manner = KEEPS_SILENT;
    ask_far(0);
    assert_true(comes(room.loop, &far[0].asked, 1));
    int64_t asked_at = clock_monotonic_ms();
    arise(1);

    assert_true(comes(room.loop, &answered, 1));

    assert_string_equal(last_body, "from far.1");
    assert_true(clock_monotonic_ms() - asked_at >= ASK_SILENCE_MS - 100);
    ask_far(0);
    assert_true(comes_within(room.loop, &answered, 2, ASK_SILENCE_MS / 2));
    assert_int_equal(far[0].asked, 1);
}

static void who_is_killed_is_left_at_once(void **state)
{
    arise(0);
    far[0].manner = KEEPS_SILENT;
    ask_far(0);
    assert_true(comes(room.loop, &far[0].asked, 1));
    arise(1);

    answerer_free(far[0].answerer);

    assert_true(comes_within(room.loop, &answered, 1, ASK_SILENCE_MS * 3 / 4));
    assert_string_equal(last_body, "from far.1");
}

static void who_comes_back_is_asked_again(void **state)
{
    arise(0);
    far[0].manner = KEEPS_SILENT;
    ask_far(0);
    assert_true(comes(room.loop, &far[0].asked, 1));
    answerer_free(far[0].answerer);
    far[0].manner = ANSWERS;
    unsigned never = 0;
    comes_within(room.loop, &never, 1, 200);

    arise(0);

    assert_true(comes(room.loop, &answered, 1));
    assert_string_equal(last_body, "from far.0");
}

static void nobody_answers_until_the_deadline(void **state)
{
    int64_t asked_at = clock_monotonic_ms();

    ask_far(200);
    assert_true(comes(room.loop, &answered, 1));

    assert_int_equal(last_kind, UNAVAILABLE);
    assert_string_equal(last_reason, "no_answer");
    assert_in_range(clock_monotonic_ms() - asked_at, 200, 1000);
}

static void all_are_asked_again_until_one_is_active(void **state)
{
    arise(0);
    arise(1);
    far[0].manner = far[1].manner = DECLINES;
    ask_far(0);
    assert_true(comes(room.loop, &far[1].asked, 3));
    assert_int_equal(answered, 0);

    far[1].manner = ANSWERS;

    assert_true(comes(room.loop, &answered, 1));
    assert_string_equal(last_body, "from far.1");
}

static void who_says_nothing_is_not_waited_for_again_while_another_declines(void **state)
{
    arise(0);
    arise(1);
    far[0].manner = KEEPS_SILENT;
    far[1].manner = DECLINES;

    ask_far(0);
    assert_true(comes(room.loop, &far[1].asked, 5));
    assert_int_equal(far[0].asked, 1);
    far[1].manner = ANSWERS;
    assert_true(comes_within(room.loop, &answered, 1, ASK_SILENCE_MS / 2));

    assert_string_equal(last_body, "from far.1");
    assert_int_equal(far[0].asked, 1);
}

static void who_was_silent_may_still_answer(void **state)
{
    arise(0);
    arise(1);
    far[0].manner = KEEPS_SILENT;
    far[1].manner = DECLINES;

    ask_far(0);
    assert_true(comes(room.loop, &far[1].asked, 2));
    answer_from(&far[0], &far[0].last_reply_to, far[0].last_number);
    assert_true(comes(room.loop, &answered, 1));

    assert_string_equal(last_body, "from far.0");
}

static void what_got_lost_with_a_connection_is_missed_although_others_are_answered(void **state)
{
    unsigned asked = 1;
    arise(0);
    ask_far(0);
    assert_true(comes(room.loop, &answered, asked));

    answerer_free(far[0].answerer);
    far[0].loses = 1;
    arise(0);
    for (int64_t over = clock_monotonic_ms() + 3 * ASK_SILENCE_MS; clock_monotonic_ms() < over;) {
        ask_far(0);
        comes_within(room.loop, &answered, ++asked, ASK_SILENCE_MS / 4);
    }

    assert_int_equal(far[0].loses, 0);
    assert_int_equal(answered, asked);
}

static void a_late_answer_is_nobodys(void **state)
{
    arise(0);
    far[0].manner = KEEPS_SILENT;
    ask_far(300);
    assert_true(comes(room.loop, &answered, 1));
    assert_int_equal(far[0].asked, 1);

    far[0].manner = ANSWERS;
    answer_from(&far[0], &far[0].last_reply_to, far[0].last_number);
    answer_from(&far[0], &far[0].last_reply_to, 0);
    ask_far(0);
    assert_true(comes(room.loop, &answered, 2));
    answer_from(&far[0], &far[0].last_reply_to, far[0].last_number);
    unsigned never = 0;
    comes_within(room.loop, &never, 1, 50);

    assert_int_equal(answered, 2);
}

static void an_unknown_service_is_said_at_once(void **state)
{
    struct question asked = question("nowhere");

    ask(&house, &asked, note_answer, NULL);

    assert_int_equal(answered, 1);
    assert_int_equal(last_kind, UNAVAILABLE);
    assert_string_equal(last_reason, "no_such_service");
}

static void so_many_are_open_and_not_one_more(void **state)
{
    for (unsigned i = 0; i < ASK_OPEN_MOST; i++)
        ask_far(0);
    assert_int_equal(answered, 0);

    ask_far(0);

    assert_int_equal(answered, 1);
    assert_string_equal(last_reason, "too_many_open");
    arise(0);
    assert_true(comes(room.loop, &answered, ASK_OPEN_MOST + 1));
    assert_int_equal(last_kind, OK);
    ask_far(0);
    assert_true(comes(room.loop, &answered, ASK_OPEN_MOST + 2));
}

static void so_many_bytes_are_open_and_not_one_more(void **state)
{
    enum { MIB = 1024 * 1024 };
    uint8_t *mib = calloc(1, MIB);
    struct question asked = question("far");
    asked.body = (struct bytes){mib, MIB};
    asked.deadline_ms = 100;
    for (unsigned i = 0; i < ASK_BYTES_MOST / MIB; i++)
        ask(&house, &asked, note_answer, NULL);
    assert_int_equal(answered, 0);

    asked.body.size = 1;
    ask(&house, &asked, note_answer, NULL);

    assert_int_equal(answered, 1);
    assert_string_equal(last_reason, "too_many_open");
    assert_true(comes(room.loop, &answered, ASK_BYTES_MOST / MIB + 1));
    ask(&house, &asked, note_answer, NULL);
    assert_int_equal(answered, ASK_BYTES_MOST / MIB + 1);
    free(mib);
}

static void ourselves_we_ask_in_the_process(void **state)
{
    struct question asked = question("near");

    ask(&house, &asked, note_answer, NULL);

    assert_int_equal(answered, 1);
    assert_int_equal(own_asked, 1);
    assert_string_equal(last_body, "from ourselves");
}

static void where_we_are_a_spare_another_of_us_is_asked(void **state)
{
    const char *why = NULL;
    struct question asked = question("near");
    own_manner = DECLINES;
    far[0].answerer = answerer_new(room.bus, room.peers[2].ask, on_asked, &far[0], &why);
    assert_non_null(far[0].answerer);

    ask(&house, &asked, note_answer, NULL);

    assert_true(comes(room.loop, &answered, 1));
    assert_int_equal(last_kind, OK);
    assert_string_equal(far[0].last_key, "key-1");
}

static void whoever_stops_says_so_to_all_who_wait(void **state)
{
    ask_far(0);
    ask_far(0);

    asks_close(&house);

    assert_int_equal(answered, 2);
    assert_string_equal(last_reason, "stopping");
}

static int open_room(void **state)
{
    room = (struct room){0};
    memset(far, 0, sizeof far);
    own_manner = ANSWERS;
    own_asked = answered = 0;
    room_make_key(&room);
    room_peer(&room, "far.0", "far");
    room_peer(&room, "far.1", "far");
    room_peer(&room, "near.1", "near");
    room_peer(&room, "near.0", "near");
    room_open_bus(&room);
    house = (struct daemon){
        .service = &near,
        .instance = "near.0",
        .loop = room.loop,
        .bus = room.bus,
        .peers = {room.peers, room.peer_count},
    };
    asks_open(&house);
    return 0;
}

static int close_room(void **state)
{
    asks_close(&house);
    room_close(&room);
    return 0;
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_question_finds_its_answer),
        IN_ROOM(who_is_not_active_is_left_for_the_next_with_the_same_key),
        IN_ROOM(who_says_nothing_is_left_for_the_next),
        IN_ROOM(who_is_killed_is_left_at_once),
        IN_ROOM(who_comes_back_is_asked_again),
        IN_ROOM(nobody_answers_until_the_deadline),
        IN_ROOM(all_are_asked_again_until_one_is_active),
        IN_ROOM(who_says_nothing_is_not_waited_for_again_while_another_declines),
        IN_ROOM(who_was_silent_may_still_answer),
        IN_ROOM(what_got_lost_with_a_connection_is_missed_although_others_are_answered),
        IN_ROOM(a_late_answer_is_nobodys),
        IN_ROOM(an_unknown_service_is_said_at_once),
        IN_ROOM(so_many_are_open_and_not_one_more),
        IN_ROOM(so_many_bytes_are_open_and_not_one_more),
        IN_ROOM(ourselves_we_ask_in_the_process),
        IN_ROOM(where_we_are_a_spare_another_of_us_is_asked),
        IN_ROOM(whoever_stops_says_so_to_all_who_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

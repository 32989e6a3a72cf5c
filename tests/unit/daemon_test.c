#include "bus_room.h"
#include "writer_room.h"

#include "daemon/ask.h"
#include "daemon/desk.h"
#include "daemon/listen.h"
#include "daemon/tell.h"
#include "daemon/workers.h"

/*
 * A small daemon, whole: loop, bus, desk, followers, writer, readers, a real PostgreSQL.
 * "gateway.0" asks it; "elsewhere" and "beyond" are played by the test.
 */

/* ---- the service ---- */

static bool find_ticket(struct request *req)
{
    TicketNoted found = TICKET_NOTED__INIT;

    found.text = "seen";
    disclose(req, "somebody", "phone");
    return reply(req, &found.base);
}

static const struct command queries[] = {
    {MESSAGE(find_ticket), find_ticket, AGENT},
};

static bool overhear_registration(struct request *req)
{
    const TicketRegistered *event = request_body(req, ticket_registered);
    const char *number = db_number(req->arena, next_number(req, 'T'));

    return db_run(req->db, statements[ADD_THING], number, event->kind);
}

static const char *const kinds_here[] = {"repair", NULL};

static const struct reaction overheard_of_two[] = {
    {"elsewhere", MESSAGE(ticket_noted),      overhear_note,         ANY_KIND  },
    {"beyond",    MESSAGE(ticket_noted),      overhear_note,         ANY_KIND  },
    {"beyond",    MESSAGE(ticket_registered), overhear_registration, kinds_here},
};

static const struct service small = {
    .name = "writer_test",
    .schema = &schema,
    .commands = {TABLE(commands)},
    .queries = {TABLE(queries)},
    .reactions = {TABLE(overheard_of_two)},
    .timers = {TABLE(timers)},
    .counters = {TABLE(counters)},
    .pictures = {TABLE(pictures)},
};

/* ---- the others ---- */

enum { HISTORY_MOST = 64 };

struct other {
    const char *name;
    struct answerer *answerer;
    struct teller *teller;
    Event events[HISTORY_MOST];
    size_t count;
    unsigned beginnings; /* pages asked for from the first event on */
};

static struct room room;
static struct other others[] = {{.name = "elsewhere"}, {.name = "beyond"}};

static struct bytes page_behind(const struct other *other, uint64_t after)
{
    EventPage page = EVENT_PAGE__INIT;
    ProtobufCBinaryData rows[HISTORY_MOST];

    for (size_t i = after; i < other->count; i++) {
        struct bytes packed = message_pack(room.arena, &other->events[i].base);
        rows[page.n_events++] = (ProtobufCBinaryData){packed.size, (uint8_t *)packed.at};
    }
    page.events = rows;
    page.source = other->name;
    page.upto = page.head = other->count;
    return message_pack(room.arena, &page.base);
}

static void on_asked(void *with, const char *peer, const struct reply_to *reply_to,
                     struct bytes packed, struct bytes body)
{
    struct other *other = with;
    struct flaw flaw;
    const AskHeader *asked =
        (const AskHeader *)message_unpack(room.arena, &ask_header__descriptor, packed, &flaw);
    const ReadEvents *wanted =
        (const ReadEvents *)message_unpack(room.arena, &read_events__descriptor, body, &flaw);
    AnswerHeader header = ANSWER_HEADER__INIT;

    other->beginnings += wanted->after == 0;
    header.number = asked->number;
    answerer_send(other->answerer, reply_to, message_pack(room.arena, &header.base),
                  page_behind(other, wanted->after));
}

/* The next event of another, with its cause where there is one. */
static void tells(struct other *other, const ProtobufCMessage *body, const char *subject,
                  const char *cause_source, uint64_t cause_id)
{
    Event *event = &other->events[other->count++];
    struct bytes packed = message_pack(room.arena, body);

    event__init(event);
    event->source = other->name;
    event->id = other->count;
    event->type = body->descriptor->name;
    event->subject = subject;
    event->cause_source = cause_source;
    event->cause_id = cause_id;
    event->body.data = (uint8_t *)packed.at;
    event->body.len = packed.size;
    teller_send(other->teller, TOLD_GATHERED, page_behind(other, other->count - 1));
}

static void happens(struct other *other, const char *text, const char *cause_source,
                    uint64_t cause_id)
{
    TicketNoted body = TICKET_NOTED__INIT;

    body.text = text;
    tells(other, &body.base, text, cause_source, cause_id);
}

static void is_registered(struct other *other, const char *kind, const char *cause_source,
                          uint64_t cause_id)
{
    TicketRegistered body = TICKET_REGISTERED__INIT;

    body.kind = kind;
    tells(other, &body.base, kind, cause_source, cause_id);
}

static void others_open(const struct peer *const *peers)
{
    const char *why = "";

    for (size_t i = 0; i < LENGTH(others); i++) {
        others[i] = (struct other){.name = others[i].name};
        others[i].answerer = answerer_new(room.bus, peers[i]->ask, on_asked, &others[i], &why);
        others[i].teller = teller_new(room.bus, peers[i]->tell, &why);
        assert_non_null(others[i].answerer);
        assert_non_null(others[i].teller);
    }
}

static void others_close(void)
{
    for (size_t i = 0; i < LENGTH(others); i++) {
        answerer_free(others[i].answerer);
        teller_free(others[i].teller);
    }
}

/* ---- an instance ---- */

struct instance_of {
    struct daemon daemon;
    struct asker *asker;
};

static struct test test;
static struct instance_of active, spare;

static struct answered {
    enum kind kind;
    char reason[32];
    bool replayed;
} answers[64];
static unsigned answered;

static void note_answer(const AnswerHeader *header)
{
    struct answered *answer = &answers[header->number];

    answer->kind = (enum kind)header->kind;
    snprintf(answer->reason, sizeof answer->reason, "%s", header->reason);
    answer->replayed = header->replayed;
    answered++;
}

static void on_bus_answer(void *with, struct bytes packed, struct bytes body)
{
    struct flaw flaw;

    note_answer((const AnswerHeader *)message_unpack(room.arena, &answer_header__descriptor, packed,
                                                     &flaw));
}

static void on_own_answer(void *with, const AnswerHeader *header, struct bytes body)
{
    note_answer(header);
}

static void on_bus_lost(void *with)
{
}

static void wait_a_little(int ms)
{
    unsigned never = 0;

    comes_within(room.loop, &never, 1, ms);
}

static void stand_up(struct instance_of *made, const struct peer *self, long batch_limit,
                     long queue_limit)
{
    struct worker_settings settings = {.conninfo = room_conninfo(),
                                       .batch_limit = batch_limit,
                                       .queue_limit = queue_limit,
                                       .statement_ms = 5000};
    struct daemon *daemon = &made->daemon;

    *made = (struct instance_of){0};
    daemon->service = &small;
    daemon->instance = self->name;
    daemon->loop = room.loop;
    daemon->bus = room.bus;
    daemon->peers = daemon->let_in = (struct peers){room.peers, room.peer_count};
    tell_open(daemon, self->tell);
    desk_open(daemon, self->ask);
    asks_open(daemon);
    listening_open(daemon);
    workers_start(daemon, &settings, listening_tenure);
    made->asker = asker_new(room.bus, self, on_bus_answer, on_bus_lost, NULL);
}

static void lie_down(struct instance_of *made)
{
    struct daemon *daemon = &made->daemon;

    if (daemon->workers) {
        listening_tenure(daemon, false, NULL, 0);
        workers_stop(daemon);
    }
    asker_free(made->asker);
    listening_close(daemon);
    asks_close(daemon);
    desk_close(daemon);
    tell_close(daemon);
}

/* ---- asking ---- */

static AskHeader header_of(uint64_t number, const char *key, const ProtobufCMessage *message)
{
    static Caller caller;
    AskHeader header = ASK_HEADER__INIT;

    caller__init(&caller);
    caller.id = "key/test";
    caller.roles = AGENT | ADMIN;
    header.number = number;
    header.key = key;
    header.message = message->descriptor->name;
    header.caller = &caller;
    header.deadline_ms = ROOM_PATIENCE_MS;
    return header;
}

static void ask_over_the_bus(struct instance_of *whom, const AskHeader *header,
                             const ProtobufCMessage *message)
{
    assert_true(send_when_possible(room.loop, whom->asker, message_pack(room.arena, &header->base),
                                   message_pack(room.arena, message)));
}

static void ask_note(uint64_t number, const char *key, const char *text, uint32_t deadline_ms)
{
    NoteTicket order = NOTE_TICKET__INIT;

    order.text = text;
    AskHeader header = header_of(number, key, &order.base);
    header.deadline_ms = deadline_ms;
    ask_over_the_bus(&active, &header, &order.base);
}

static void ask_find(struct instance_of *whom, uint64_t number)
{
    FindTicket order = FIND_TICKET__INIT;
    AskHeader header = header_of(number, "", &order.base);

    ask_over_the_bus(whom, &header, &order.base);
}

/* ---- the room ---- */

static void until(const char *statement, const char *expected)
{
    int64_t until_ms = clock_monotonic_ms() + ROOM_PATIENCE_MS;

    while (strcmp(value(&test, statement), expected) != 0 && clock_monotonic_ms() < until_ms)
        wait_a_little(10);
    assert_string_equal(value(&test, statement), expected);
}

static void until_active(void)
{
    int64_t until_ms = clock_monotonic_ms() + ROOM_PATIENCE_MS;

    while (!workers_view(&active.daemon).active && clock_monotonic_ms() < until_ms)
        wait_a_little(5);
    assert_true(workers_view(&active.daemon).active);
}

static const char things_said[] = "select string_agg(text, ' ' order by id) from writer_test.thing";

static int move_in(void **state)
{
    const char *why = "";
    const struct peer *played[LENGTH(others)];

    if (text_empty(getenv("AFTERLINE_TEST_DATABASE")))
        return 0;
    memset(&room, 0, sizeof room);
    memset(answers, 0, sizeof answers);
    answered = 0;
    test.arena = arena_new();
    room_script("drop schema if exists writer_test cascade; create schema writer_test");
    if (!schema_migrate(test.arena, room_conninfo(), &schema, &why))
        fail_msg("%s", why);
    room_make_key(&room);
    room_peer(&room, "gateway.0", "gateway");
    const struct peer *first = room_peer(&room, "writer_test.0", "writer_test");
    const struct peer *second = room_peer(&room, "writer_test.1", "writer_test");
    for (size_t i = 0; i < LENGTH(others); i++)
        played[i] =
            room_peer(&room, arena_print(room.arena, "%s.0", others[i].name), others[i].name);
    room_open_bus(&room);
    others_open(played);
    stand_up(&active, first, 1, 4);
    until_active();
    stand_up(&spare, second, 64, 64);
    return 0;
}

static int move_out(void **state)
{
    if (text_empty(getenv("AFTERLINE_TEST_DATABASE")))
        return 0;
    lie_down(&spare);
    lie_down(&active);
    others_close();
    room_close(&room);
    arena_free(test.arena);
    return 0;
}

/* ---- what must be true ---- */

static void one_key_twice_at_once_is_done_once(void **state)
{
    room_conninfo();
    ask_note(1, "k1", "once", ROOM_PATIENCE_MS);
    ask_note(2, "k1", "once", ROOM_PATIENCE_MS);

    assert_true(comes(room.loop, &answered, 2));
    assert_int_equal(answers[1].kind, OK);
    assert_int_equal(answers[2].kind, OK);
    assert_true(answers[1].replayed != answers[2].replayed);
    assert_string_equal(value(&test, things_said), "once");
}

static void a_spare_does_not_disclose(void **state)
{
    room_conninfo();
    ask_find(&spare, 1);
    assert_true(comes(room.loop, &answered, 1));
    assert_int_equal(answers[1].kind, NOT_ACTIVE);
    assert_string_equal(value(&test, "select count(*) from writer_test.disclosure"), "0");

    ask_find(&active, 2);
    assert_true(comes(room.loop, &answered, 2));
    assert_int_equal(answers[2].kind, OK);
    assert_string_equal(value(&test, "select subject from writer_test.disclosure"), "somebody");
}

static void an_event_waits_for_its_cause(void **state)
{
    room_conninfo();
    happens(&others[0], "a", "", 0);
    happens(&others[1], "effect", "elsewhere", 2);
    until(things_said, "a");
    wait_a_little(100);
    assert_string_equal(value(&test, things_said), "a");

    happens(&others[0], "cause", "", 0);
    until(things_said, "a cause effect");
}

static void what_concerns_nobody_only_moves_the_place(void **state)
{
    static const char place_of_beyond[] =
        "select at from writer_test.position where source = 'beyond'";
    BranchOpened opened = BRANCH_OPENED__INIT;

    room_conninfo();
    tells(&others[0], &opened.base, "", "", 0);
    is_registered(&others[1], "consult", "", 0);
    is_registered(&others[1], "consult", "elsewhere", 1); /* which was passed over */
    until("select at from writer_test.position where source = 'elsewhere'", "1");
    until(place_of_beyond, "2");
    assert_string_equal(value(&test, "select count(*) from writer_test.thing"), "0");

    is_registered(&others[1], "consult", "", 0);
    is_registered(&others[1], "repair", "", 0);
    until(things_said, "repair");
    assert_string_equal(value(&test, place_of_beyond), "4");
}

static void rebuild_begins_at_the_first_event(void **state)
{
    Rebuild order = REBUILD__INIT;

    room_conninfo();
    happens(&others[0], "a", "", 0);
    happens(&others[0], "b", "", 0);
    until(things_said, "a b");
    unsigned before = others[0].beginnings;
    AskHeader header = header_of(1, "r1", &order.base);
    ask_over_the_bus(&active, &header, &order.base);
    assert_true(comes(room.loop, &answered, 1));
    assert_int_equal(answers[1].kind, OK);

    assert_true(comes(room.loop, &others[0].beginnings, before + 1));
    until("select at from writer_test.position where source = 'elsewhere'", "2");
    assert_string_equal(value(&test, things_said), "a b");
    happens(&others[0], "c", "", 0);
    until(things_said, "a b c");
}

static void what_does_not_fit_the_queue_is_refused_at_once(void **state)
{
    room_conninfo();
    for (uint64_t i = 1; i <= 12; i++)
        ask_note(i, arena_print(room.arena, "k%d", (int)i), i == 1 ? "slow" : "quick",
                 ROOM_PATIENCE_MS);

    assert_true(comes(room.loop, &answered, 12));
    unsigned done = 0, busy = 0;
    for (size_t i = 1; i <= 12; i++) {
        done += answers[i].kind == OK;
        busy += answers[i].kind == UNAVAILABLE && strcmp(answers[i].reason, "busy") == 0;
    }
    assert_int_equal(done + busy, 12);
    assert_true(done >= 4 && done <= 6); /* those that fit, and those taken out before */
    assert_string_equal(value(&test, "select count(*) from writer_test.thing"),
                        arena_print(room.arena, "%u", done));
}

static void what_has_no_time_left_is_not_begun(void **state)
{
    room_conninfo();
    ask_note(1, "k1", "slow", ROOM_PATIENCE_MS);
    ask_note(2, "k2", "late", 100);

    assert_true(comes(room.loop, &answered, 2));
    assert_int_equal(answers[1].kind, OK);
    assert_int_equal(answers[2].kind, DEADLINE);
    assert_string_equal(value(&test, things_said), "slow");
}

static void what_is_in_hand_at_the_end_is_answered(void **state)
{
    NoteTicket order = NOTE_TICKET__INIT;
    FindTicket query = FIND_TICKET__INIT;

    room_conninfo();
    order.text = "last";
    AskHeader command = header_of(1, "k1", &order.base);
    AskHeader question = header_of(2, "", &query.base);
    daemon_ask_self(&active.daemon, &command, message_pack(room.arena, &order.base), on_own_answer,
                    NULL);
    for (int i = 0; i < 4; i++, question.number++)
        daemon_ask_self(&active.daemon, &question, message_pack(room.arena, &query.base),
                        on_own_answer, NULL);
    listening_tenure(&active.daemon, false, NULL, 0);
    workers_stop(&active.daemon);

    assert_int_equal(answered, 5);
    for (size_t i = 1; i <= 5; i++)
        assert_int_equal(answers[i].kind, OK);
    assert_string_equal(value(&test, "select count(*) from writer_test.disclosure"), "4");
    assert_string_equal(value(&test, things_said), "last");
}

static void ask_events(struct instance_of *whom, uint64_t number, uint64_t after)
{
    ReadEvents order = READ_EVENTS__INIT;
    AskHeader header = header_of(number, "", &order.base);

    header.caller->roles = SERVICE;
    order.after = after;
    ask_over_the_bus(whom, &header, &order.base);
}

static void only_who_writes_says_that_its_history_ends_before(void **state)
{
    room_conninfo();
    ask_note(1, "k1", "only", ROOM_PATIENCE_MS);
    assert_true(comes(room.loop, &answered, 1));
    ask_events(&spare, 2, 1);
    ask_events(&spare, 3, 2);
    ask_events(&active, 4, 2);

    assert_true(comes(room.loop, &answered, 4));
    assert_int_equal(answers[2].kind, OK);
    assert_int_equal(answers[3].kind, NOT_ACTIVE);
    assert_string_equal(answers[3].reason, "not_active");
    assert_int_equal(answers[4].kind, OK);
}

static bool spare_is_active(void)
{
    return workers_view(&spare.daemon).active;
}

static void active_leaves_to_spare(void)
{
    int64_t until_ms = clock_monotonic_ms() + 2000;

    listening_tenure(&active.daemon, false, NULL, 0);
    workers_stop(&active.daemon);
    while (!spare_is_active() && clock_monotonic_ms() < until_ms)
        wait_a_little(5);
    assert_true(spare_is_active());
}

static void a_spare_takes_over_and_knows_what_was_answered(void **state)
{
    NoteTicket order = NOTE_TICKET__INIT;

    room_conninfo();
    ask_note(1, "k1", "once", ROOM_PATIENCE_MS);
    assert_true(comes(room.loop, &answered, 1));
    active_leaves_to_spare();

    order.text = "once";
    AskHeader header = header_of(2, "k1", &order.base);
    ask_over_the_bus(&spare, &header, &order.base);
    assert_true(comes(room.loop, &answered, 2));
    assert_true(answers[2].replayed);
    assert_string_equal(value(&test, things_said), "once");
}

static void ask_spare_itself(uint64_t number, const char *text)
{
    NoteTicket order = NOTE_TICKET__INIT;

    order.text = text;
    AskHeader header = header_of(number, arena_print(room.arena, "k%d", (int)number), &order.base);
    daemon_ask_self(&spare.daemon, &header, message_pack(room.arena, &order.base), on_own_answer,
                    NULL);
}

/* Until the connection is closed, who adds a thing waits. */
static struct db *lock_things(void)
{
    struct db *db = room_open(NULL, (struct db_options){.schema = ""});

    assert_true(db_script(db, "begin; lock table writer_test.thing in exclusive mode"));
    return db;
}

static void a_batch_is_half_of_what_goes_round(void **state)
{
    room_conninfo();
    active_leaves_to_spare();
    struct db *locked = lock_things();
    ask_spare_itself(1, "first");
    until("select count(*) from pg_locks where not granted", "1");
    for (uint64_t i = 2; i <= 9; i++)
        ask_spare_itself(i, "behind it");
    db_close(locked);

    assert_true(comes(room.loop, &answered, 9));
    assert_string_equal(value(&test, "select string_agg(count, ' ' order by id)"
                                     "  from (select count(*)::text, min(id) as id"
                                     "          from writer_test.thing group by xmin) batch"),
                        "1 5 3");
}

static void happens_poisonously(struct other *other, const char *subject)
{
    TicketNoted body = TICKET_NOTED__INIT;

    body.text = "break";
    tells(other, &body.base, subject, "", 0);
}

static void who_asks_comes_before_poisonous_events(void **state)
{
    room_conninfo();
    active_leaves_to_spare();
    struct db *locked = lock_things();
    ask_spare_itself(1, "first");
    until("select count(*) from pg_locks where not granted", "1");
    for (int i = 0; i < 40; i++)
        happens_poisonously(&others[0], arena_print(room.arena, "T%d", i));
    wait_a_little(100);
    ask_spare_itself(2, "behind it");
    db_close(locked);

    assert_true(comes(room.loop, &answered, 2));
    assert_string_not_equal(value(&test, "select count(*) from writer_test.parked"), "40");
    assert_int_equal(answers[2].kind, OK);
    until("select count(*) from writer_test.parked", "40");
    assert_string_equal(value(&test, "select bool_and(id = place) from writer_test.parked"), "t");
}

#define WHOLE(name) cmocka_unit_test_setup_teardown(name, move_in, move_out)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE(one_key_twice_at_once_is_done_once),
        WHOLE(a_spare_does_not_disclose),
        WHOLE(an_event_waits_for_its_cause),
        WHOLE(what_concerns_nobody_only_moves_the_place),
        WHOLE(rebuild_begins_at_the_first_event),
        WHOLE(what_does_not_fit_the_queue_is_refused_at_once),
        WHOLE(what_has_no_time_left_is_not_begun),
        WHOLE(what_is_in_hand_at_the_end_is_answered),
        WHOLE(only_who_writes_says_that_its_history_ends_before),
        WHOLE(a_spare_takes_over_and_knows_what_was_answered),
        WHOLE(a_batch_is_half_of_what_goes_round),
        WHOLE(who_asks_comes_before_poisonous_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * writer_room: a small service of its own and the writer that writes it, before a real PostgreSQL.
 */
#pragma once

#include "db_room.h"

#include <string.h>
#include <unistd.h>

#include "daemon/chain.h"
#include "daemon/foresee.h"
#include "daemon/writer.h"
#include "house_sql.h"
#include "intake.pb-c.h"

/* ---- a small service of its own: things, and what is overheard about them ---- */

enum { ADD_THING, FIND_THING, COUNT_THINGS, DIE, DOZE };

static const struct statement statements[] = {
    {"add_thing",    "insert into writer_test.thing (id, text) values ($1, $2)" },
    {"find_thing",   "select id from writer_test.thing where text = $1"         },
    {"count_things",
     "select count(id) as count"
     " from unnest($1::writer_test.question[]) with ordinality as asked (text, number)"
     " left join writer_test.thing using (text) group by number order by number"},
    {"die",          "select pg_terminate_backend(pg_backend_pid()) as died"    },
    {"doze",         "select pg_sleep(0.3) is null as awake"                    },
};

static const struct migration migrations[] = {
    {"0001_thing", "create table writer_test.thing (id bigint primary key, text text not null,"
                   " constraint things_do_not_break check (text <> 'break'));"
                   "create type writer_test.question as (text text)"},
};

static const struct schema schema = {
    .name = "writer_test",
    .statements = {TABLE(statements)},
    .migrations = {TABLE(migrations)},
};

/* What breaks the connection, each time: "kill". */
static bool survive(struct request *req, const char *text)
{
    struct row row;

    return strcmp(text, "kill") != 0 || db_one(req->db, &row, statements[DIE]);
}

/* "refuse" and "later" are refused before a write, "regret" after one, "break" by the table itself.
 */
static bool note_ticket(struct request *req)
{
    const NoteTicket *order = request_body(req, note_ticket);
    TicketNoted event = TICKET_NOTED__INIT;
    struct row row;

    if (strcmp(order->text, "refuse") == 0)
        return refuse(req, CONFLICT, "refused", "as asked");
    if (strcmp(order->text, "later") == 0)
        return refuse(req, UNAVAILABLE, "later", "as asked");
    if (strcmp(order->text, "seek") == 0
        && !db_one(req->db, &row, statements[FIND_THING], "nowhere"))
        return false;
    if (strcmp(order->text, "slow") == 0 && !db_one(req->db, &row, statements[DOZE]))
        return false;
    const char *number = db_number(req->arena, next_number(req, 'T'));
    if (!survive(req, order->text) || !db_run(req->db, statements[ADD_THING], number, order->text))
        return false;
    if (strcmp(order->text, "regret") == 0)
        return refuse(req, CONFLICT, "regretted", "after a write");
    event.text = order->text;
    return emit(req, (struct told){.subject = order->text, .aggregate = number}, &event.base)
           && reply_made(req, 1, &event.base);
}

static bool overhear_note(struct request *req)
{
    const TicketNoted *event = request_body(req, ticket_noted);
    const char *number = db_number(req->arena, next_number(req, 'T'));

    return survive(req, event->text) && db_run(req->db, statements[ADD_THING], number, event->text);
}

/* "first" takes "second" back. */
static bool ring(struct request *req)
{
    const char *number = db_number(req->arena, next_number(req, 'T'));

    if (strcmp(timer_subject(req), "first") == 0 && !timer_cancel(req, "ring", "second"))
        return false;
    return survive(req, timer_subject(req))
           && db_run(req->db, statements[ADD_THING], number, timer_subject(req));
}

static bool start_ticket(struct request *req)
{
    const StartTicket *order = request_body(req, start_ticket);

    return timer_set(req, "ring", order->note, req->now_ms + 1000) && reply(req, req->body);
}

/* Answers how many things there are of the same reason, and adds one. */
static bool reopen_ticket(struct request *req)
{
    ReopenTicket answer = *(const ReopenTicket *)request_body(req, reopen_ticket);
    struct row row;

    if (!db_look(req->db, &row, statements[COUNT_THINGS], answer.reason))
        return false;
    const char *number = db_number(req->arena, next_number(req, 'T'));
    answer.ticket_id = arena_copy(req->arena, row_text(&row, "count"));
    return db_run(req->db, statements[ADD_THING], number, answer.reason)
           && reply(req, &answer.base);
}

static bool foresee_reopening(struct request *req)
{
    const ReopenTicket *order = request_body(req, reopen_ticket);

    return !first_to_touch(req, order->reason)
           || db_ahead(req->db, statements[COUNT_THINGS], order->reason);
}

static const struct command commands[] = {
    {MESSAGE(reopen_ticket), reopen_ticket, AGENT},
    {MESSAGE(note_ticket),   note_ticket,   AGENT},
    {MESSAGE(start_ticket),  start_ticket,  AGENT},
};

static const struct reaction reactions[] = {
    {"elsewhere", MESSAGE(ticket_noted), overhear_note},
    {"beside",    MESSAGE(ticket_noted), overhear_note},
};

static const struct timer timers[] = {
    {"ring", ring},
};

static const struct foresight foresights[] = {
    {MESSAGE(reopen_ticket), foresee_reopening},
};

static const struct counter counters[] = {
    {'T', "writer_test.thing", "id"},
};

static const struct limit limits[] = {
    {"text", 10},
};

static const struct service trial = {
    .name = "writer_test",
    .schema = &schema,
    .commands = {TABLE(commands)},
    .foresights = {TABLE(foresights)},
    .reactions = {TABLE(reactions)},
    .timers = {TABLE(timers)},
    .counters = {TABLE(counters)},
    .limits = {TABLE(limits)},
};

/* The same, where things are but a picture of what was overheard. */
static const char *const pictures[] = {"writer_test.thing"};

static const struct service picture = {
    .name = "writer_test",
    .schema = &schema,
    .reactions = {TABLE(reactions)},
    .timers = {TABLE(timers)},
    .counters = {TABLE(counters)},
    .pictures = {TABLE(pictures)},
};

/* ---- the room ---- */

struct test {
    struct arena *arena;
    struct writer *writer;
};

static inline struct writer *a_writer_of(const struct service *service, const char *instance)
{
    return writer_new(&(struct writer_options){.service = service,
                                               .instance = instance,
                                               .conninfo = room_conninfo(),
                                               .statement_ms = 2000,
                                               .answers_kept_days = 30,
                                               .events_kept_months = 1});
}

static inline struct writer *a_writer(const char *instance)
{
    return a_writer_of(&trial, instance);
}

enum { ACTIVE_WITHIN_MS = 5000 };

static inline void activate(struct writer *writer)
{
    int64_t until_ms = clock_monotonic_ms() + ACTIVE_WITHIN_MS;
    const char *why = "";

    while (!writer_take_over(writer, &why) && clock_monotonic_ms() < until_ms)
        ; /* the session of the one before may still be ending: each try is a round trip */
    if (!writer_active(writer))
        fail_msg("%s", why);
}

/* In the place of the one before. */
static inline void another_writer(struct test *test)
{
    writer_free(test->writer);
    test->writer = a_writer("trial.1");
    activate(test->writer);
}

static inline struct test *begin_test(void **state)
{
    struct test *test = *state;
    const char *why = "";

    room_script("drop schema if exists writer_test cascade; create schema writer_test");
    if (!schema_migrate(test->arena, room_conninfo(), &schema, &why))
        fail_msg("%s", why);
    test->writer = a_writer("trial.0");
    activate(test->writer);
    return test;
}

static inline int set_up(void **state)
{
    struct test *test = calloc(1, sizeof *test);

    test->arena = arena_new();
    *state = test;
    return 0;
}

static inline int tear_down(void **state)
{
    struct test *test = *state;

    clock_freeze(0);
    if (test->writer)
        writer_free(test->writer);
    arena_free(test->arena);
    free(test);
    return 0;
}

static inline struct work *asked(const char *key, const ProtobufCMessage *message, bool keyed)
{
    struct work *work = work_new(WORK_COMMAND);
    AskHeader *header = arena_take(work->arena, sizeof *header);
    Caller *caller = arena_take(work->arena, sizeof *caller);
    enum work_kind kind;

    ask_header__init(header);
    caller__init(caller);
    caller->id = "key/test";
    caller->roles = AGENT | ADMIN;
    header->message = message->descriptor->name;
    header->key = key;
    header->caller = caller;
    header->keyed = keyed;
    work->header = header;
    work->body = message_pack(work->arena, message);
    work->digest = chain_digest(work->arena, header->message, work->body,
                                (struct bytes){header->beside.data, header->beside.len});
    work->command = work_find(&trial, header->message, &kind);
    return work;
}

static inline struct work *note(const char *key, const char *text)
{
    NoteTicket order = NOTE_TICKET__INIT;

    order.text = text;
    return asked(key, &order.base, false);
}

static inline struct work *overheard(uint64_t id, const char *text)
{
    struct work *work = work_new(WORK_EVENT);
    TicketNoted body = TICKET_NOTED__INIT;
    Event *event = arena_take(work->arena, sizeof *event);

    body.text = text;
    struct bytes packed = message_pack(work->arena, &body.base);
    event__init(event);
    event->source = "elsewhere";
    event->id = id;
    event->type = ticket_noted__descriptor.name;
    event->subject = arena_print(work->arena, "%.1s", text);
    event->body.data = (uint8_t *)packed.at;
    event->body.len = packed.size;
    work->event = event;
    work->follows = id - 1;
    work->packed = message_pack(work->arena, &event->base);
    return work;
}

/* A signing key of a secret everybody knows. */
static inline struct seal *a_seal(void)
{
    char file[] = "/tmp/afterline-seal-XXXXXX";
    int descriptor = mkstemp(file);

    assert_int_equal(write(descriptor, "0123456789abcdef0123456789abcdef", 32), 32);
    close(descriptor);
    struct seal *seal = seal_open(file);
    unlink(file);
    return seal;
}

/* As the writer's thread does: events that were left have a batch of their own. */
static inline void run(struct test *test, struct work **works, size_t count)
{
    size_t done = 0;

    while (done < count) {
        writer_batch(test->writer, works + done, count - done);
        while (done < count && works[done]->outcome != OUTCOME_NONE)
            done++;
    }
}

static inline void free_works(struct work **works, size_t count)
{
    for (size_t i = 0; i < count; i++)
        work_free(works[i]);
}

/* The only value a statement gives, over a connection of its own. */
static inline const char *value(struct test *test, const char *text)
{
    const struct statement statement = {"value", text};
    const struct statement_table table = {&statement, 1};
    struct db *db = room_open(
        test->arena,
        (struct db_options){.schema = "writer_test", .statements = &table, .statement_tables = 1});
    struct row row;

    assert_true(db_one(db, &row, statement));
    db_close(db);
    return text_or_empty(row.values[0]);
}

#define things(test) value(test, "select string_agg(text, ' ' order by id) from writer_test.thing")

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

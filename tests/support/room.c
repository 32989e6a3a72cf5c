#include "room_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "house_sql.h"

enum { STATEMENT_MS = 5000, DUE_MOST = 64 };

static const int64_t first_now_ms = 1772442000000; /* 2026-03-02T09:00:00Z */

struct room room;

/* ---- the room itself ---- */

struct db *room_connect(struct db_options options, const char *conninfo)
{
    const char *why = "";

    options.conninfo = conninfo;
    options.schema = room.service->schema->name;
    options.name = "room";
    options.statement_ms = STATEMENT_MS;
    struct db *db = db_open(&options, &why);
    if (!db)
        fail_msg("%s", why);
    return db;
}

static void run_script(struct db *db, const char *sql)
{
    if (!db_script(db, sql))
        fail_msg("%s: %s", sql, db_sentence(db));
}

static void on_server(const char *sql)
{
    struct db *db = room_connect((struct db_options){0}, room.server);

    run_script(db, sql);
    db_close(db);
}

static void settle_in(void)
{
    struct statement_table statements[] = {house_schema.statements,
                                           room.service->schema->statements};
    const char *why = "";

    settings_usual(
        &(struct setting_table){room.service->settings.rows, room.service->settings.count}, 1);
    if (!schema_migrate(room.life, room.conninfo, room.service->schema, &why))
        fail_msg("%s", why);
    room.hand = room_connect((struct db_options){0}, room.conninfo);
    room.reader = room_connect((struct db_options){.read_only = true,
                                                   .statements = statements,
                                                   .statement_tables = LENGTH(statements)},
                               room.conninfo);
    room.writer = writer_new(&(struct writer_options){
        .service = room.service,
        .instance = "room.0",
        .conninfo = room.conninfo,
        .statement_ms = STATEMENT_MS,
    });
}

static int move_in(void **unused)
{
    clock_freeze(first_now_ms);
    room.life = arena_new();
    room.test = arena_new();
    room.database = arena_print(room.life, "afterline_%s_%d", room.service->name, (int)getpid());
    room.conninfo = arena_print(room.life, "%s dbname=%s", room.server, room.database);
    on_server(arena_print(room.life, "create database %s template template0", room.database));
    settle_in();
    return 0;
}

static void forget_last(void)
{
    if (room.last)
        work_free(room.last);
    room.last = NULL;
}

static int move_out(void **unused)
{
    forget_last();
    writer_free(room.writer);
    db_close(room.reader);
    db_close(room.hand);
    on_server(arena_print(room.life, "drop database %s with (force)", room.database));
    arena_free(room.test);
    arena_free(room.life);
    return 0;
}

/* Empties every table but those the writer has in mind. */
static int sweep(void **unused)
{
    room.now_ms = first_now_ms;
    clock_freeze(room.now_ms);
    forget_last();
    arena_reset(room.test);
    given(printed("set session_replication_role = replica;"
                  "do $$ declare name text; begin"
                  "  for name in select format('%%I.%%I', schemaname, tablename) from pg_tables"
                  "               where schemaname = '%s'"
                  "                 and tablename not in ('writer', 'position', 'migration')"
                  "  loop execute 'delete from ' || name; end loop;"
                  "end $$;"
                  "set session_replication_role = origin",
                  room.service->schema->name));
    return 0;
}

static void skipped(void **unused)
{
    skip();
}

int room_run(const struct service *service, const struct CMUnitTest *tests, size_t count)
{
    struct CMUnitTest *swept = calloc(count, sizeof *swept);

    room.service = service;
    room.server = getenv("AFTERLINE_TEST_DATABASE");
    for (size_t i = 0; i < count; i++) {
        swept[i] = tests[i];
        if (room.server)
            swept[i].setup_func = sweep;
        else
            swept[i].test_func = skipped;
    }
    int failed = _cmocka_run_group_tests(service->name, swept, count, room.server ? move_in : NULL,
                                         room.server ? move_out : NULL);
    free(swept);
    return failed;
}

/* ---- given ---- */

void given(const char *sql)
{
    run_script(room.hand, sql);
}

int64_t now_ms(void)
{
    return room.now_ms;
}

void later(int64_t ms)
{
    room.now_ms += ms;
    clock_freeze(room.now_ms);
}

/* ---- what happens ---- */

static void take_over(void)
{
    const char *why = "";

    if (!writer_active(room.writer) && !writer_take_over(room.writer, &why))
        fail_msg("%s", why);
}

/* A batch of one; a writer that was idle for too long has lost its session and takes over again. */
static void carry_out(struct work *work)
{
    for (int tries = 0; tries < 3; tries++) {
        take_over();
        writer_batch(room.writer, &work, 1);
        if (work->outcome == OUTCOME_SETTLED)
            return;
    }
    fail_msg("nothing was settled: %s", text_or_empty(work->failure));
}

/* Answers a query as a reader does; what it shows of personal data is noted by the writer. */
static void look_up(struct work *work)
{
    query_run(work, room.service, room.reader);
    if (!work->seen || work->answer.kind != OK)
        return;
    work->kind = WORK_NOTE;
    carry_out(work);
}

static uint32_t bits_of(const char *roles)
{
    char *words = arena_copy(room.test, roles), *rest = NULL;
    uint32_t bits = 0;

    for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        uint32_t bit = strcmp(word, "service") == 0 ? SERVICE : role_bit(word);
        assert_int_not_equal(bit, 0);
        bits |= bit;
    }
    return bits;
}

static AskHeader *header_of(struct work *work, struct voice voice, const char *message)
{
    AskHeader *header = arena_take(work->arena, sizeof *header);
    Caller *caller = arena_take(work->arena, sizeof *caller);

    caller__init(caller);
    caller->id = arena_print(work->arena, "key/%s", voice.roles);
    caller->roles = bits_of(voice.roles);
    caller->branch = text_or_empty(voice.branch);
    caller->provider_id = text_or_empty(voice.provider_id);
    ask_header__init(header);
    header->message = message;
    header->key = voice.key ? voice.key : arena_print(work->arena, "room-%lu", ++room.keys);
    header->caller = caller;
    header->expected_version = voice.version;
    header->keyed = voice.key != NULL;
    if (voice.known) {
        header->known = arena_copy_bytes(work->arena, &voice.known, sizeof voice.known);
        header->n_known = 1;
    }
    return header;
}

void ask_as(struct voice voice, const ProtobufCMessage *message)
{
    enum work_kind kind;
    const struct command *command = work_find(room.service, message->descriptor->name, &kind);

    assert_non_null(command);
    forget_last();
    struct work *work = room.last = work_new(kind);
    work->command = command;
    work->header = header_of(work, voice, message->descriptor->name);
    work->body = message_pack(work->arena, message);
    work->digest = work->body;
    if (kind == WORK_QUERY)
        look_up(work);
    else
        carry_out(work);
}

void ask(const char *roles, const ProtobufCMessage *message)
{
    ask_as((struct voice){.roles = roles}, message);
}

/* Where the writer has got to in a source. */
static uint64_t place_of(const char *source)
{
    struct writer_view view = writer_view(room.writer);

    for (size_t i = 0; i < view.place_count; i++)
        if (strcmp(view.places[i].source, source) == 0)
            return view.places[i].at;
    fail_msg("the plan has no reaction to %s", source);
    return 0;
}

void overhear(const char *source, const char *subject, const ProtobufCMessage *message)
{
    forget_last();
    take_over();
    struct work *work = room.last = work_new(WORK_EVENT);
    struct bytes body = message_pack(work->arena, message);
    Event *event = arena_take(work->arena, sizeof *event);

    event__init(event);
    event->source = source;
    work->follows = place_of(source);
    event->id = work->follows + 1;
    event->type = message->descriptor->name;
    event->subject = subject;
    event->occurred_at_ms = event->recorded_at_ms = room.now_ms;
    event->caller = arena_print(work->arena, "service/%s", source);
    event->body.data = (uint8_t *)body.at;
    event->body.len = body.size;
    work->event = event;
    work->packed = message_pack(work->arena, &event->base);
    carry_out(work);
}

size_t timers_fire(void)
{
    struct work *due[DUE_MOST];

    take_over();
    size_t count = writer_due(room.writer, room.now_ms, due, DUE_MOST);
    for (size_t i = 0; i < count; i++) {
        forget_last();
        room.last = due[i];
        carry_out(due[i]);
    }
    return count;
}

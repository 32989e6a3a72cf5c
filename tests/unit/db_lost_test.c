#include "db_room.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"

enum { ADD, ADD_LOUDLY, COUNT_THINGS, OWN_PID, IS_THERE, TERMINATE, SHOW, RENAME };

static const struct statement statements[] = {
    [ADD] = {"add_thing",      "insert into @.thing (id) values ($1)"           },
    [ADD_LOUDLY] = {"add_loudly",     "insert into @.loud (id) values ($1)"            },
    [COUNT_THINGS] = {"count_things",   "select count(*) as count from @.thing"          },
    [OWN_PID] = {"own_pid",        "select pg_backend_pid() as pid"                 },
    [IS_THERE] = {"is_there",       "select pid from pg_stat_activity where pid = $1"},
    [TERMINATE] = {"terminate",      "select pg_terminate_backend($1) as done"        },
    [SHOW] = {"show_setting",   "select current_setting($1) as value"            },
    [RENAME] = {"renumber_thing", "update @.thing set id = $2 where id = $1"       },
};
static const struct statement_table tables[] = {{TABLE(statements)}};

/* A warning at COMMIT, as of a primary that gives up waiting for its standby. */
static const char room[] =
    "drop schema if exists db_lost_test cascade;"
    "create schema db_lost_test;"
    "create table db_lost_test.thing (id bigint primary key);"
    "create table db_lost_test.loud (id bigint);"
    "create function db_lost_test.warn() returns trigger language plpgsql as"
    "    $$ begin raise warning 'perhaps not replicated'; return null; end $$;"
    "create constraint trigger loud after insert on db_lost_test.loud"
    "    deferrable initially deferred for each row execute function db_lost_test.warn();";

enum { SHORT_MS = 300, IDLE_MOST_MS = 2000, PATIENCE_MS = 10000 };

static struct arena *arena;
static struct db *watcher; /* another connection, to look on */
static struct db *db;      /* the one that gets lost */
static pid_t backend;
static bool frozen;

static struct db *open_as(struct db_options options)
{
    options.schema = "db_lost_test";
    options.statements = tables;
    options.statement_tables = LENGTH(tables);
    return room_open(arena, options);
}

static void open_both(struct db_options options)
{
    struct row row;

    room_conninfo();
    room_script(room);
    watcher = open_as((struct db_options){0});
    db = open_as(options);
    assert_true(db_one(db, &row, statements[OWN_PID]));
    backend = (pid_t)row_number(&row, "pid");
}

static int make(void **state)
{
    arena = arena_new();
    return 0;
}

static int forget(void **state)
{
    if (frozen)
        kill(backend, SIGCONT);
    frozen = false;
    db_close(db);
    db_close(watcher);
    db = watcher = NULL;
    arena_free(arena);
    return 0;
}

static void freeze_backend(void)
{
    frozen = true;
    assert_int_equal(kill(backend, SIGSTOP), 0);
}

static void thaw_backend(void)
{
    frozen = false;
    assert_int_equal(kill(backend, SIGCONT), 0);
}

/* Looks until the backend is gone; how long that took. */
static int64_t backend_ends_after_ms(void)
{
    int64_t start = clock_monotonic_ms();
    struct row row;

    do {
        assert_true(db_maybe(watcher, &row, statements[IS_THERE], db_number(arena, backend)));
        assert_true(clock_monotonic_ms() - start < PATIENCE_MS);
    } while (row.values);
    return clock_monotonic_ms() - start;
}

static void terminate_backend(void)
{
    struct row row;
    assert_true(db_one(watcher, &row, statements[TERMINATE], db_number(arena, backend)));
    backend_ends_after_ms();
}

static int64_t count_things(void)
{
    struct row row;
    assert_true(db_one(watcher, &row, statements[COUNT_THINGS]));
    return row_number(&row, "count");
}

static void a_frozen_server_is_given_up(void **state)
{
    open_both((struct db_options){.statement_ms = SHORT_MS});
    struct row row;
    freeze_backend();

    int64_t start = clock_monotonic_ms();
    assert_false(db_one(db, &row, statements[COUNT_THINGS]));

    int64_t took = clock_monotonic_ms() - start;
    assert_in_range(took, SHORT_MS - 1, SHORT_MS * 5);
    assert_int_equal(db_trouble(db), DB_LOST);
    assert_string_equal(db_sentence(db), "no answer within 300 ms");
    assert_false(db_usable(db));
}

static void what_was_begun_on_a_frozen_server_is_not_committed(void **state)
{
    open_both((struct db_options){.statement_ms = SHORT_MS});
    struct row row;
    freeze_backend();

    db_begin(db);
    assert_true(db_run(db, statements[ADD], "1"));
    assert_false(db_one(db, &row, statements[COUNT_THINGS]));
    assert_int_equal(db_trouble(db), DB_LOST);
    db_abandon(db);
    thaw_backend();
    backend_ends_after_ms();

    assert_int_equal(count_things(), 0);
}

/* The doubt is real: the server commits after we gave it up. */
static void a_commit_without_an_answer_is_in_doubt(void **state)
{
    open_both((struct db_options){.statement_ms = SHORT_MS});
    freeze_backend();

    db_begin(db);
    assert_true(db_run(db, statements[ADD], "1"));
    assert_false(db_commit(db));
    assert_int_equal(db_trouble(db), DB_DOUBT);
    assert_false(db_usable(db));
    db_abandon(db);
    assert_int_equal(db_trouble(db), DB_DOUBT);
    thaw_backend();
    backend_ends_after_ms();

    assert_int_equal(count_things(), 1);
}

static void an_expectation_unanswered_is_no_doubt(void **state)
{
    open_both((struct db_options){.statement_ms = SHORT_MS});
    freeze_backend();

    db_begin(db);
    assert_true(db_run(db, statements[ADD], "1"));
    assert_true(db_expect(db, 1, statements[RENAME], "1", "2"));
    assert_false(db_commit(db));
    assert_int_equal(db_trouble(db), DB_LOST);
    thaw_backend();
    backend_ends_after_ms();

    assert_int_equal(count_things(), 0);
}

static void a_session_ended_before_commit_is_lost(void **state)
{
    open_both((struct db_options){0});
    terminate_backend();

    db_begin(db);
    assert_true(db_run(db, statements[ADD], "1"));
    assert_false(db_commit(db));

    assert_int_equal(db_trouble(db), DB_LOST);
    assert_string_equal(db_sqlstate(db), "57P01");
    assert_false(db_usable(db));
    assert_int_equal(count_things(), 0);
}

static void a_session_ended_at_commit_is_in_doubt(void **state)
{
    open_both((struct db_options){0});
    struct row row;

    db_begin(db);
    assert_true(db_run(db, statements[ADD], "1"));
    assert_true(db_one(db, &row, statements[COUNT_THINGS]));
    terminate_backend();
    assert_false(db_commit(db));

    assert_int_equal(db_trouble(db), DB_DOUBT);
}

static void a_warning_on_commit_is_doubt(void **state)
{
    open_both((struct db_options){0});

    db_begin(db);
    assert_true(db_run(db, statements[ADD_LOUDLY], "1"));
    assert_false(db_commit(db));

    assert_int_equal(db_trouble(db), DB_DOUBT);
    assert_false(db_usable(db));
}

static void a_lost_connection_stays_lost_until_opened_again(void **state)
{
    open_both((struct db_options){0});
    struct row row;
    terminate_backend();
    assert_false(db_one(db, &row, statements[COUNT_THINGS]));

    db_begin(db);
    assert_false(db_run(db, statements[ADD], "1"));
    assert_false(db_commit(db));
    db_abandon(db);
    assert_int_equal(db_trouble(db), DB_LOST);
    db_close(db);

    db = open_as((struct db_options){0});
    assert_true(db_one(db, &row, statements[COUNT_THINGS]));
}

static void a_silent_writer_loses_its_session(void **state)
{
    open_both((struct db_options){.writer = true});
    assert_in_range(backend_ends_after_ms(), IDLE_MOST_MS / 2, IDLE_MOST_MS * 2);
    struct row row;

    assert_false(db_one(db, &row, statements[COUNT_THINGS]));

    assert_int_equal(db_trouble(db), DB_LOST);
    assert_string_equal(db_sqlstate(db), "57P05");
}

static void a_writer_silent_inside_loses_its_session(void **state)
{
    open_both((struct db_options){.writer = true});
    struct row row;
    db_begin(db);
    assert_true(db_one(db, &row, statements[COUNT_THINGS]));
    assert_in_range(backend_ends_after_ms(), IDLE_MOST_MS / 2, IDLE_MOST_MS * 2);

    assert_false(db_one(db, &row, statements[COUNT_THINGS]));

    assert_int_equal(db_trouble(db), DB_LOST);
    assert_string_equal(db_sqlstate(db), "25P03");
}

static void a_reader_cannot_write(void **state)
{
    open_both((struct db_options){.read_only = true});

    db_begin(db);
    assert_true(db_run(db, statements[ADD], "1"));
    assert_false(db_commit(db));

    assert_int_equal(db_trouble(db), DB_DEFECT);
    assert_string_equal(db_sqlstate(db), "25006");
    db_abandon(db);
    assert_true(db_usable(db));
}

static void the_session_is_as_the_rows_need_it(void **state)
{
    static const char *const wanted[][2] = {
        {"timezone",                            "UTC"     },
        {"datestyle",                           "ISO, MDY"},
        {"bytea_output",                        "hex"     },
        {"synchronous_commit",                  "on"      },
        {"idle_session_timeout",                "2s"      },
        {"idle_in_transaction_session_timeout", "2s"      },
        {"application_name",                    "test"    },
        {"client_encoding",                     "UTF8"    },
        {"default_transaction_read_only",       "off"     },
    };
    open_both((struct db_options){.writer = true});
    struct row row;

    for (size_t i = 0; i < LENGTH(wanted); i++) {
        assert_true(db_one(db, &row, statements[SHOW], wanted[i][0]));
        assert_string_equal(row_text(&row, "value"), wanted[i][1]);
    }
}

static void a_misspelled_column_stops_the_start(void **state)
{
    static const struct statement wrong[] = {
        {"find_return", "select custmer_id from (select 1 as customer_id) as given"}
    };
    const struct statement_table both[] = {{TABLE(statements)}, {TABLE(wrong)}};
    const char *why = "";
    open_both((struct db_options){0});

    struct db_options options = {.conninfo = room_conninfo(),
                                 .schema = "db_lost_test",
                                 .statement_ms = ROOM_STATEMENT_MS,
                                 .statements = both,
                                 .statement_tables = LENGTH(both)};
    assert_null(db_open(&options, &why));

    assert_string_equal(why, "find_return.sql: column \"custmer_id\" does not exist");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frozen_server_is_given_up),
        TEST(what_was_begun_on_a_frozen_server_is_not_committed),
        TEST(a_commit_without_an_answer_is_in_doubt),
        TEST(an_expectation_unanswered_is_no_doubt),
        TEST(a_session_ended_before_commit_is_lost),
        TEST(a_session_ended_at_commit_is_in_doubt),
        TEST(a_warning_on_commit_is_doubt),
        TEST(a_lost_connection_stays_lost_until_opened_again),
        TEST(a_silent_writer_loses_its_session),
        TEST(a_writer_silent_inside_loses_its_session),
        TEST(a_reader_cannot_write),
        TEST(the_session_is_as_the_rows_need_it),
        TEST(a_misspelled_column_stops_the_start),
    };
    return cmocka_run_group_tests_name("db_lost", tests, NULL, NULL);
}

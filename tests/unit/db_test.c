#include "db_room.h"

#include <string.h>

enum {
    ADD,
    ADD_QUICKLY,
    RENAME,
    FIND,
    COUNT_THINGS,
    LIST,
    ECHO_INSTANT,
    ECHO_MANY,
    ECHO_ARRAY,
    ECHO_BYTES,
    STATE_OF,
    RAISE,
    OWN_PID,
};

static const struct statement statements[] = {
    [ADD] = {"add_thing",    "insert into @.thing (id, name) values ($1, $2)"                        },
    [ADD_QUICKLY] = {"add_deferred", "insert into @.deferred (id) values ($1)"                               },
    [RENAME] = {"rename_thing", "update @.thing set name = $2 where id = $1"                            },
    [FIND] = {"find_thing",   "select id, name from @.thing where id = $1"                            },
    [COUNT_THINGS] = {"count_things", "select count(*) as count from @.thing"                                 },
    [LIST] = {"list_things",  "select id, name from @.thing order by id"                              },
    [ECHO_INSTANT] = {"echo_instant", "select $1::timestamptz as at"                                          },
    [ECHO_MANY] = {"echo_many",    "select $1::text as text, $2::bigint as number, $3::bool as yes,"
                                " $4::bytea as bytes, null::text as nothing"},
    [ECHO_ARRAY] = {"echo_array",   "select item from unnest($1::text[]) as item"                           },
    [ECHO_BYTES] =
        {"echo_bytes",
             "select convert_from(item, 'UTF8') as item from unnest($1::bytea[]) as item where $2"   },
    [STATE_OF] = {"state_of",     "select state from pg_stat_activity where pid = $1"                     },
    [RAISE] = {"raise",        "select @.raise($1)"                                                    },
    [OWN_PID] = {"own_pid",      "select pg_backend_pid() as pid"                                        },
};

static const struct statement_table tables[] = {{TABLE(statements)}};

static const char room[] =
    "drop schema if exists db_test cascade;"
    "create schema db_test;"
    "create table db_test.thing (id bigint primary key, name text not null);"
    "create table db_test.deferred (id bigint,"
    "    constraint only_once unique (id) deferrable initially deferred);"
    "create function db_test.raise(code text) returns void language plpgsql as"
    "    $$ begin raise exception 'as you wish' using errcode = code; end $$;";

struct test {
    struct arena *arena;
    struct db *db;
};

static struct test *begin_test(void **state)
{
    struct test *test = *state;
    room_conninfo();
    room_script(room);
    test->db = room_open(test->arena, (struct db_options){.schema = "db_test",
                                                          .statements = tables,
                                                          .statement_tables = LENGTH(tables)});
    return test;
}

static int make(void **state)
{
    struct test *test = calloc(1, sizeof *test);
    test->arena = arena_new();
    *state = test;
    return 0;
}

static int forget(void **state)
{
    struct test *test = *state;
    db_close(test->db);
    arena_free(test->arena);
    free(test);
    return 0;
}

static int64_t count_things(struct db *db)
{
    struct row row;
    assert_true(db_one(db, &row, statements[COUNT_THINGS]));
    return row_number(&row, "count");
}

static void columns_are_text(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    const uint8_t raw[] = {0, 0xff, 'a'};
    const char *bytes = db_bytes(test->arena, (struct bytes){raw, sizeof raw});
    assert_true(db_one(test->db, &row, statements[ECHO_MANY], "é", "-7", "true", bytes));

    assert_string_equal(row_text(&row, "text"), "é");
    assert_int_equal(row_number(&row, "number"), -7);
    assert_true(row_is(&row, "yes"));
    assert_true(row_null(&row, "nothing"));
    assert_false(row_null(&row, "text"));
    assert_string_equal(row_text(&row, "nothing"), "");
    struct bytes back = row_bytes(test->arena, &row, "bytes");
    assert_int_equal(back.size, sizeof raw);
    assert_memory_equal(back.at, raw, sizeof raw);
}

static void null_is_a_parameter(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    assert_true(db_one(test->db, &row, statements[ECHO_MANY], NULL, "1", NULL, NULL));

    assert_true(row_null(&row, "text"));
    assert_false(row_is(&row, "yes"));
    assert_int_equal(row_bytes(test->arena, &row, "bytes").size, 0);
}

static void instants_are_rfc_3339_in_utc(void **state)
{
    static const char *const pairs[][2] = {
        {"2026-11-23 01:02:03+00",        "2026-11-23T01:02:03Z"    },
        {"2026-11-23 01:02:03.004+00",    "2026-11-23T01:02:03.004Z"},
        {"2026-11-23 01:02:03.5+08",      "2026-11-22T17:02:03.500Z"},
        {"2026-11-23 01:02:03.45+00",     "2026-11-23T01:02:03.450Z"},
        {"2026-11-23 01:02:03.123999+00", "2026-11-23T01:02:03.123Z"},
        {"2026-11-23 01:02:03.000999+00", "2026-11-23T01:02:03Z"    },
        {"infinity",                      "infinity"                },
        {"-infinity",                     "-infinity"               },
    };
    struct test *test = begin_test(state);
    struct row row;

    for (size_t i = 0; i < LENGTH(pairs); i++) {
        assert_true(db_one(test->db, &row, statements[ECHO_INSTANT], pairs[i][0]));
        assert_string_equal(row_text(&row, "at"), pairs[i][1]);
    }
    assert_true(db_one(test->db, &row, statements[ECHO_INSTANT], db_instant(test->arena, 1)));
    assert_string_equal(row_text(&row, "at"), "1970-01-01T00:00:00.001Z");
}

static void an_array_keeps_its_items(void **state)
{
    static const char *const items[] = {"plain", "a \"b\" \\ c", "", "NULL", "{,}", NULL};
    struct test *test = begin_test(state);
    struct rows rows;

    const char *array = db_array(test->arena, items, LENGTH(items));
    assert_true(db_all(test->db, &rows, statements[ECHO_ARRAY], array));

    assert_int_equal(rows.count, LENGTH(items));
    for (size_t i = 0; i + 1 < rows.count; i++)
        assert_string_equal(row_text(&rows.rows[i], "item"), items[i]);
    assert_true(row_null(&rows.rows[LENGTH(items) - 1], "item"));
}

static void bytes_travel_as_they_are(void **state)
{
    static const char *const said[] = {"", "\"\\{},", "加热管"};
    struct test *test = begin_test(state);
    struct bytes items[LENGTH(said)];
    struct rows rows;

    for (size_t i = 0; i < LENGTH(said); i++)
        items[i] = (struct bytes){(const uint8_t *)said[i], strlen(said[i])};
    db_begin(test->db);
    const char *all = db_bytes_array(test->db, items, LENGTH(items));
    const char *none = db_bytes_array(test->db, items, 0);
    assert_true(db_all(test->db, &rows, statements[ECHO_BYTES], all, "true"));
    assert_int_equal(rows.count, LENGTH(said));
    for (size_t i = 0; i < LENGTH(said); i++)
        assert_string_equal(row_text(&rows.rows[i], "item"), said[i]);
    assert_true(db_all(test->db, &rows, statements[ECHO_BYTES], none, "true"));
    assert_int_equal(rows.count, 0);
    assert_true(db_commit(test->db));
}

static void a_transaction_shows_when_it_is_committed(void **state)
{
    enum { MANY = 2000 };
    struct test *test = begin_test(state);
    struct db *other = room_open(
        test->arena,
        (struct db_options){.schema = "db_test", .statements = tables, .statement_tables = 1});

    db_begin(test->db);
    for (int i = 0; i < MANY; i++)
        assert_true(db_run(test->db, statements[ADD], db_number(test->arena, i), "x"));
    assert_int_equal(count_things(test->db), MANY);
    assert_int_equal(count_things(other), 0);
    assert_int_equal(db_writes(test->db), MANY);
    assert_true(db_commit(test->db));

    assert_int_equal(count_things(other), MANY);
    db_close(other);
}

static void what_is_abandoned_never_was(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    db_abandon(test->db);

    assert_int_equal(db_trouble(test->db), DB_FINE);
    assert_int_equal(count_things(test->db), 0);
}

static void an_error_shows_at_the_next_read(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_run(test->db, statements[ADD], "1", "again"));
    assert_true(db_run(test->db, statements[ADD], "2", "y"));
    assert_false(db_one(test->db, &row, statements[FIND], "1"));

    assert_int_equal(db_trouble(test->db), DB_WRONG);
    assert_string_equal(db_sqlstate(test->db), "23505");
    assert_non_null(strstr(db_sentence(test->db), "add_thing.sql: duplicate key"));
    assert_false(db_run(test->db, statements[ADD], "3", "z"));
    assert_false(db_commit(test->db));
    db_abandon(test->db);
    assert_true(db_usable(test->db));
    assert_int_equal(count_things(test->db), 0);
}

static void an_error_shows_at_commit(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_run(test->db, statements[ADD], "1", "again"));
    assert_false(db_commit(test->db));
    assert_int_equal(db_trouble(test->db), DB_WRONG);
    db_abandon(test->db);

    db_begin(test->db);
    assert_int_equal(db_trouble(test->db), DB_FINE);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_commit(test->db));
    assert_int_equal(count_things(test->db), 1);
}

static void an_unread_error_does_not_harm_the_next_transaction(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_run(test->db, statements[RAISE], "23514"));
    db_abandon(test->db);
    assert_int_equal(db_trouble(test->db), DB_FINE);

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_commit(test->db));
}

static void commit_itself_may_be_refused(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD_QUICKLY], "1"));
    assert_true(db_run(test->db, statements[ADD_QUICKLY], "1"));
    assert_false(db_commit(test->db));

    assert_int_equal(db_trouble(test->db), DB_WRONG);
    assert_true(db_usable(test->db));
    db_abandon(test->db);
    assert_int_equal(count_things(test->db), 0);
}

static void no_row_may_be_forgiven(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_false(db_one(test->db, &row, statements[FIND], "2"));
    assert_int_equal(db_trouble(test->db), DB_NONE);
    db_forgive(test->db);
    assert_true(db_commit(test->db));

    assert_true(db_maybe(test->db, &row, statements[FIND], "2"));
    assert_null(row.values);
    assert_int_equal(count_things(test->db), 1);
}

static void two_rows_are_a_defect(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_run(test->db, statements[ADD], "2", "x"));
    assert_false(db_one(test->db, &row, statements[LIST]));

    assert_int_equal(db_trouble(test->db), DB_DEFECT);
    db_abandon(test->db);
}

static void a_missed_expectation_is_not_committed(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_expect(test->db, 1, statements[RENAME], "2", "y"));
    assert_false(db_commit(test->db));

    assert_int_equal(db_trouble(test->db), DB_MISSED);
    assert_string_equal(db_sentence(test->db), "rename_thing.sql: 0 rows instead of 1");
    db_abandon(test->db);
    assert_int_equal(count_things(test->db), 0);
}

static void a_met_expectation_is_committed(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_run(test->db, statements[ADD], "1", "x"));
    assert_true(db_expect(test->db, 1, statements[RENAME], "1", "y"));
    assert_true(db_commit(test->db));

    assert_true(db_one(test->db, &row, statements[FIND], "1"));
    assert_string_equal(row_text(&row, "name"), "y");
}

static void a_read_outside_leaves_no_transaction_open(void **state)
{
    struct test *test = begin_test(state);
    struct db *other = room_open(
        test->arena,
        (struct db_options){.schema = "db_test", .statements = tables, .statement_tables = 1});
    struct row row;

    assert_true(db_one(other, &row, statements[OWN_PID]));
    assert_true(db_one(test->db, &row, statements[STATE_OF], row_text(&row, "pid")));

    assert_string_equal(row_text(&row, "state"), "idle");
    db_close(other);
}

static void a_refused_read_outside_harms_nobody(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    assert_false(db_one(test->db, &row, statements[FIND], "seven"));
    assert_int_equal(db_trouble(test->db), DB_WRONG);
    assert_string_equal(db_sentence(test->db),
                        "find_thing.sql: invalid input syntax for type bigint");

    assert_int_equal(count_things(test->db), 0);
    assert_int_equal(db_trouble(test->db), DB_FINE);
}

static void each_sqlstate_is_a_kind_of_trouble(void **state)
{
    static const struct {
        const char *sqlstate;
        enum db_trouble trouble;
    } cases[] = {
        {"22001", DB_WRONG },
        {"23514", DB_WRONG },
        {"40001", DB_AGAIN },
        {"40P01", DB_AGAIN },
        {"53100", DB_FULL  },
        {"53300", DB_FULL  },
        {"55P03", DB_LATE  },
        {"57014", DB_LATE  },
        {"58030", DB_FULL  },
        {"42703", DB_DEFECT},
        {"08P01", DB_DEFECT},
        {"P0001", DB_DEFECT},
        {"57P01", DB_LOST  },
        {"57P02", DB_LOST  },
        {"57P03", DB_LOST  },
        {"08006", DB_LOST  },
        {"25006", DB_LOST  },
        {"26000", DB_LOST  },
        {"0A000", DB_LOST  },
    };
    struct test *test = begin_test(state);

    for (size_t i = 0; i < LENGTH(cases); i++) {
        db_begin(test->db);
        assert_true(db_run(test->db, statements[RAISE], cases[i].sqlstate));
        assert_false(db_commit(test->db));
        assert_int_equal(db_trouble(test->db), cases[i].trouble);
        assert_string_equal(db_sqlstate(test->db), cases[i].sqlstate);
        assert_int_equal(db_usable(test->db), cases[i].trouble != DB_LOST);
        db_abandon(test->db);
        if (db_usable(test->db))
            continue;
        db_close(test->db);
        begin_test(state);
    }
}

static void a_wrong_number_of_parameters_is_a_defect(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    assert_false(db_one(test->db, &row, statements[FIND]));

    assert_int_equal(db_trouble(test->db), DB_DEFECT);
    assert_true(db_usable(test->db));
}

/* Quotes and comments may speak of anything. */
static void the_schema_is_put_where_it_is_meant(void **state)
{
    static const char *const pairs[][2] = {
        {"select a from @.event e, @.answer",     "select a from intake.event e, intake.answer"},
        {"-- the writer's @.epoch\nselect @.f()", "-- the writer's @.epoch\nselect intake.f()" },
        {"select '$ ? (@.price > 1)' from @.x",   "select '$ ? (@.price > 1)' from intake.x"   },
        {"select \"@.x\", 'it''s' || @.y(1)",     "select \"@.x\", 'it''s' || intake.y(1)"     },
        {"select @ -5, 'a@.b",                    "select @ -5, 'a@.b"                         },
    };
    struct test *test = *state;

    for (size_t i = 0; i < LENGTH(pairs); i++)
        assert_string_equal(db_in_schema(test->arena, pairs[i][0], "intake"), pairs[i][1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(columns_are_text),
        TEST(null_is_a_parameter),
        TEST(instants_are_rfc_3339_in_utc),
        TEST(an_array_keeps_its_items),
        TEST(bytes_travel_as_they_are),
        TEST(a_transaction_shows_when_it_is_committed),
        TEST(what_is_abandoned_never_was),
        TEST(an_error_shows_at_the_next_read),
        TEST(an_error_shows_at_commit),
        TEST(an_unread_error_does_not_harm_the_next_transaction),
        TEST(commit_itself_may_be_refused),
        TEST(no_row_may_be_forgiven),
        TEST(two_rows_are_a_defect),
        TEST(a_missed_expectation_is_not_committed),
        TEST(a_met_expectation_is_committed),
        TEST(a_read_outside_leaves_no_transaction_open),
        TEST(a_refused_read_outside_harms_nobody),
        TEST(each_sqlstate_is_a_kind_of_trouble),
        TEST(a_wrong_number_of_parameters_is_a_defect),
        TEST(the_schema_is_put_where_it_is_meant),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}

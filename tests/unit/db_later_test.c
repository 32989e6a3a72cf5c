#include "db_room.h"

#include "edge/db_later.h"

enum { ADD_THINGS, ADD_THING, FIND_THING, COUNT_THINGS, LOOK_AT_THINGS, DIVIDE, ANSWER_TWICE };

static const char add_things[] = "insert into @.thing (id, name)"
                                 " select id, name from unnest($1::@.thing[])";
static const char look_at_things[] =
    "select thing.name from unnest($1::@.question[]) with ordinality as asked (id, number)"
    " left join @.thing using (id) order by asked.number";

static const struct statement statements[] = {
    {"add_things",     add_things                                                   },
    {"add_thing",      "insert into @.thing (id, name) values ($1, $2)"             },
    {"find_thing",     "select name from @.thing where id = $1"                     },
    {"count_things",   "select count(*) as count from @.thing"                      },
    {"look_at_things", look_at_things                                               },
    {"divide",         "select 1 / id as part from unnest($1::@.question[])"        },
    {"answer_twice",   "select id from unnest($1::@.question[] || $1::@.question[])"},
};

static const struct statement_table tables[] = {{TABLE(statements)}};

struct test {
    struct arena *arena;
    struct db *db;
};

static struct test *begin_test(void **state)
{
    struct test *test = *state;

    room_script("drop schema if exists db_later_test cascade;"
                "create schema db_later_test;"
                "create table db_later_test.thing (id bigint primary key, name text);"
                "create type db_later_test.question as (id bigint);");
    test->db = room_open(test->arena, (struct db_options){.schema = "db_later_test",
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

/* ---- db_ahead ---- */

static void what_was_asked_ahead_is_found_once(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_ahead(test->db, statements[LOOK_AT_THINGS], "1"));
    assert_true(db_run(test->db, statements[ADD_THING], "1", "one"));

    assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], "1"));
    assert_true(row_null(&row, "name")); /* as it was before the thing came */
    assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], "1"));
    assert_string_equal(row_text(&row, "name"), "one");
    assert_true(db_commit(test->db));
}

static void answers_are_told_apart_by_their_parameters(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    for (const char *const *id = DB_TEXTS("1", "2", "3"); *id != db_end; id++)
        assert_true(db_run(test->db, statements[ADD_THING], *id, *id));
    for (const char *const *id = DB_TEXTS("1", "2", "3"); *id != db_end; id++)
        assert_true(db_ahead(test->db, statements[LOOK_AT_THINGS], *id));
    for (const char *const *id = DB_TEXTS("3", "1", "2"); *id != db_end; id++) {
        assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], *id));
        assert_string_equal(row_text(&row, "name"), *id);
    }
    assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], NULL));
    assert_true(row_null(&row, "name"));
    assert_true(db_commit(test->db));
}

static void what_nobody_asked_for_is_forgotten(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_ahead(test->db, statements[LOOK_AT_THINGS], "1"));
    assert_true(db_run(test->db, statements[ADD_THING], "1", "one"));
    assert_true(db_commit(test->db));

    db_begin(test->db);
    assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], "1"));
    assert_string_equal(row_text(&row, "name"), "one");
    db_abandon(test->db);
}

static void trouble_ahead_is_trouble(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_ahead(test->db, statements[DIVIDE], "0"));
    assert_true(db_ahead(test->db, statements[DIVIDE], "1"));
    assert_false(db_look(test->db, &row, statements[DIVIDE], "1"));
    assert_int_equal(db_trouble(test->db), DB_WRONG);
    db_abandon(test->db);

    assert_int_equal(count_things(test->db), 0);
}

static void rows_that_wait_are_seen_and_those_that_come_later_are_not(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_true(db_add(test->db, statements[ADD_THINGS], "1", "one"));
    assert_true(db_ahead(test->db, statements[LOOK_AT_THINGS], "1"));
    assert_true(db_ahead(test->db, statements[LOOK_AT_THINGS], "2"));
    assert_true(db_add(test->db, statements[ADD_THINGS], "2", "two"));

    assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], "1"));
    assert_string_equal(row_text(&row, "name"), "one");
    assert_true(db_look(test->db, &row, statements[LOOK_AT_THINGS], "2"));
    assert_true(row_null(&row, "name"));
    assert_true(db_commit(test->db));
}

static void each_question_has_one_row(void **state)
{
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    assert_false(db_look(test->db, &row, statements[ANSWER_TWICE], "1"));
    assert_int_equal(db_trouble(test->db), DB_DEFECT);
    assert_false(db_ahead(test->db, statements[LOOK_AT_THINGS], "1"));
    db_abandon(test->db);
}

/* ---- db_add ---- */

static void rows_are_there_for_whoever_reads(void **state)
{
    enum { MANY = 100 };
    struct test *test = begin_test(state);
    struct row row;

    db_begin(test->db);
    for (int i = 0; i < MANY; i++)
        assert_true(db_add(test->db, statements[ADD_THINGS], db_number(test->arena, i),
                           i % 2 ? NULL : "\"even\", {\\}"));
    assert_int_equal(db_writes(test->db), MANY);
    assert_int_equal(count_things(test->db), MANY);
    assert_true(db_one(test->db, &row, statements[FIND_THING], "98"));
    assert_string_equal(row_text(&row, "name"), "\"even\", {\\}");
    assert_true(db_one(test->db, &row, statements[FIND_THING], "99"));
    assert_true(row_null(&row, "name"));
    assert_true(db_commit(test->db));
}

static void every_text_comes_as_it_was_given(void **state)
{
    struct test *test = begin_test(state);
    const char *const *const texts = DB_TEXTS("", " ", "NULL", "a,b", "(a)", "{a,b}", "\"", "\\",
                                              "\\\"", "'", "\"\"", "\n\t ", "杭州市 1 号");
    struct row row;

    db_begin(test->db);
    for (size_t i = 0; texts[i] != db_end; i++)
        assert_true(
            db_add(test->db, statements[ADD_THINGS], db_number(test->arena, (int64_t)i), texts[i]));
    for (size_t i = 0; texts[i] != db_end; i++) {
        assert_true(
            db_one(test->db, &row, statements[FIND_THING], db_number(test->arena, (int64_t)i)));
        assert_false(row_null(&row, "name"));
        assert_string_equal(row_text(&row, "name"), texts[i]);
    }
    assert_true(db_commit(test->db));
}

static void a_row_has_as_many_columns_as_its_type(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_add(test->db, statements[ADD_THINGS], "1"));
    assert_false(db_commit(test->db));
    assert_int_equal(db_trouble(test->db), DB_WRONG);
    db_abandon(test->db);
}

static void rows_are_committed_with_the_rest(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_add(test->db, statements[ADD_THINGS], "1", "one"));
    assert_true(db_run(test->db, statements[ADD_THING], "2", "two"));
    assert_true(db_add(test->db, statements[ADD_THINGS], "3", "three"));
    assert_true(db_commit(test->db));

    assert_int_equal(count_things(test->db), 3);
}

static void rows_of_an_abandoned_transaction_never_were(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_add(test->db, statements[ADD_THINGS], "1", "one"));
    db_abandon(test->db);
    db_begin(test->db);
    assert_true(db_commit(test->db));

    assert_int_equal(count_things(test->db), 0);
}

static void a_bad_row_dooms_the_transaction(void **state)
{
    struct test *test = begin_test(state);

    db_begin(test->db);
    assert_true(db_add(test->db, statements[ADD_THINGS], "1", "one"));
    assert_true(db_add(test->db, statements[ADD_THINGS], "1", "again"));
    assert_false(db_commit(test->db));
    assert_int_equal(db_trouble(test->db), DB_WRONG);
    assert_false(db_add(test->db, statements[ADD_THINGS], "2", "two"));
    db_abandon(test->db);

    assert_int_equal(count_things(test->db), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_asked_ahead_is_found_once),
        TEST(answers_are_told_apart_by_their_parameters),
        TEST(what_nobody_asked_for_is_forgotten),
        TEST(trouble_ahead_is_trouble),
        TEST(rows_that_wait_are_seen_and_those_that_come_later_are_not),
        TEST(each_question_has_one_row),
        TEST(rows_are_there_for_whoever_reads),
        TEST(every_text_comes_as_it_was_given),
        TEST(a_row_has_as_many_columns_as_its_type),
        TEST(rows_are_committed_with_the_rest),
        TEST(rows_of_an_abandoned_transaction_never_were),
        TEST(a_bad_row_dooms_the_transaction),
    };
    return cmocka_run_group_tests_name("db_later", tests, NULL, NULL);
}

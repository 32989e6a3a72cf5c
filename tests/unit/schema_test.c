#include "db_room.h"

#include <string.h>

#include "daemon/schema.h"
#include "house_sql.h"

enum { COUNT_THINGS, APPLIED, COUNT_APPLIED };

static const struct statement statements[] = {
    [COUNT_THINGS] = {"count_things",  "select count(*) as count from @.thing"       },
    [APPLIED] = {"applied",       "select name from @.migration where name = $1"},
    [COUNT_APPLIED] = {"count_applied", "select count(*) as count from @.migration"   },
};
static const struct statement_table tables[] = {{TABLE(statements)}};

static const struct migration first_two[] = {
    {"0001_thing", "-- A thing.\ncreate table schema_test.thing (id bigint primary key);\n"},
    {"0002_one",   "insert into schema_test.thing values (1);\n"                           },
};

static struct arena *arena;

static int make(void **state)
{
    arena = arena_new();
    if (text_empty(getenv("AFTERLINE_TEST_DATABASE")))
        return 0;
    room_script("drop schema if exists schema_test cascade");
    return 0;
}

static int forget(void **state)
{
    arena_free(arena);
    return 0;
}

static bool migrate(const struct migration *migrations, size_t count, const char **why)
{
    const struct schema schema = {
        .name = "schema_test", .migrations = {migrations, count}
    };
    return schema_migrate(arena, room_conninfo(), &schema, why);
}

static int64_t number_of(int statement)
{
    struct row row;
    struct db *db = room_open(arena, (struct db_options){.schema = "schema_test",
                                                         .statements = tables,
                                                         .statement_tables = LENGTH(tables)});
    assert_true(db_one(db, &row, statements[statement]));
    db_close(db);
    return row_number(&row, "count");
}

static void each_is_applied_once(void **state)
{
    const char *why = "";

    assert_true(migrate(TABLE(first_two), &why));
    assert_true(migrate(TABLE(first_two), &why));

    assert_int_equal(number_of(COUNT_THINGS), 1);
    assert_int_equal(number_of(COUNT_APPLIED), LENGTH(first_two) + house_schema.migrations.count);
}

static void common_ones_live_in_the_schema(void **state)
{
    const char *why = "";
    struct row row;

    assert_true(migrate(TABLE(first_two), &why));

    struct db *db = room_open(arena, (struct db_options){.schema = "schema_test",
                                                         .statements = tables,
                                                         .statement_tables = LENGTH(tables)});
    for (size_t i = 0; i < house_schema.migrations.count; i++) {
        const char *name = arena_print(arena, "common/%s", house_schema.migrations.rows[i].name);
        assert_true(db_one(db, &row, statements[APPLIED], name));
    }
    db_close(db);
}

/* What common's migrations make is what common's statements need. */
static void common_statements_prepare(void **state)
{
    const char *why = "";

    assert_true(migrate(TABLE(first_two), &why));

    db_close(room_open(arena, (struct db_options){.schema = "schema_test",
                                                  .statements = &house_schema.statements,
                                                  .statement_tables = 1}));
}

static void an_edited_one_is_named(void **state)
{
    const struct migration edited[] = {
        first_two[0], {"0002_one", "insert into schema_test.thing values (2);\n"}
    };
    const char *why = "";

    assert_true(migrate(TABLE(first_two), &why));

    assert_false(migrate(TABLE(edited), &why));
    assert_string_equal(why, "0002_one.sql: was edited after it was applied");
}

static void a_failing_one_leaves_nothing(void **state)
{
    const struct migration failing[] = {
        first_two[0],
        first_two[1],
        {"0003_bad", "insert into schema_test.thing values (3); select nonsense;"}
    };
    const char *why = "";

    assert_false(migrate(TABLE(failing), &why));

    assert_string_equal(why, "0003_bad.sql: column \"nonsense\" does not exist");
    assert_int_equal(number_of(COUNT_THINGS), 1);
    assert_int_equal(number_of(COUNT_APPLIED), LENGTH(first_two) + house_schema.migrations.count);
}

static void a_later_one_is_added(void **state)
{
    const char *why = "";

    assert_true(migrate(first_two, 1, &why));
    assert_int_equal(number_of(COUNT_THINGS), 0);
    assert_true(migrate(TABLE(first_two), &why));

    assert_int_equal(number_of(COUNT_THINGS), 1);
}

static void no_database_is_said(void **state)
{
    const struct schema schema = {.name = "schema_test"};
    const char *why = "";

    assert_false(schema_migrate(arena, "host=/nowhere/at/all", &schema, &why));

    assert_non_null(strstr(why, "/nowhere/at/all"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_is_applied_once),         TEST(common_ones_live_in_the_schema),
        TEST(common_statements_prepare),    TEST(an_edited_one_is_named),
        TEST(a_failing_one_leaves_nothing), TEST(a_later_one_is_added),
        TEST(no_database_is_said),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}

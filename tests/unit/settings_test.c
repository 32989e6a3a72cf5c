#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/settings.h"

static long batch_limit, days_to_send;
static const char *database, *motto;

static const struct setting common_rows[] = {
    {"batch_limit", COUNT, "64", 1, 256, &batch_limit, "commands in a transaction"},
    {"database",    TEXT,  NULL, 1, 20,  &database,    "where the schema is"      },
};
static const struct setting own_rows[] = {
    {"days_to_send", DAYS, "14",      -1, 90, &days_to_send, "how long a customer may take"},
    {"motto",        TEXT, "be kind", 0,  10, &motto,        "said at the end"             },
};
static const struct setting_table tables[] = {{TABLE(common_rows)}, {TABLE(own_rows)}};

static struct arena *arena;

static int make(void **state)
{
    arena = arena_new();
    settings_usual(tables, LENGTH(tables));
    return 0;
}

static int forget(void **state)
{
    arena_free(arena);
    return 0;
}

static void usual_values_stand_where_nothing_is_said(void **state)
{
    const char *why = "";

    assert_true(settings_read(arena, "database = here\n", tables, LENGTH(tables), &why));

    assert_int_equal(batch_limit, 64);
    assert_int_equal(days_to_send, 14);
    assert_string_equal(motto, "be kind");
    assert_string_equal(database, "here");
}

static void what_is_said_is_taken(void **state)
{
    const char *why = "";

    assert_true(settings_read(arena,
                              "# a remark\n\n  batch_limit=5  \r\n\tdays_to_send =\t-1\n"
                              "database = host=a # b\nmotto =",
                              tables, LENGTH(tables), &why));

    assert_int_equal(batch_limit, 5);
    assert_int_equal(days_to_send, -1);
    assert_string_equal(database, "host=a # b");
    assert_string_equal(motto, "");
}

static void each_refusal_says_what_was_expected(void **state)
{
    static const struct {
        const char *content;
        const char *why;
    } cases[] = {
        {"\n\nbatch",                          "line 3: expected name = value, not \"batch\""            },
        {"batch = 5",                          "line 1: there is no setting \"batch\""                   },
        {"motto = a\n\nmotto = b",             "line 3: motto is already set on line 1"                  },
        {"batch_limit = five",                 "line 1: batch_limit must be a whole number, not \"five\""},
        {"batch_limit =",                      "line 1: batch_limit must be a whole number, not \"\""    },
        {"batch_limit = 5 ms",                 "line 1: batch_limit must be a whole number, not \"5 ms\""},
        {"batch_limit = 5.0",                  "line 1: batch_limit must be a whole number, not \"5.0\"" },
        {"batch_limit = 99999999999999999999",
         "line 1: batch_limit must be a whole number, not \"99999999999999999999\""                      },
        {"batch_limit = 0",                    "line 1: batch_limit must be 1 to 256, not 0"             },
        {"batch_limit = 257",                  "line 1: batch_limit must be 1 to 256, not 257"           },
        {"days_to_send = -2",                  "line 1: days_to_send must be -1 to 90 days, not -2"      },
        {"days_to_send = 91",                  "line 1: days_to_send must be -1 to 90 days, not 91"      },
        {"motto = 12345678901",                "line 1: motto must be 0 to 10 bytes long, not 11"        },
        {"database =",                         "line 1: database must be 1 to 20 bytes long, not 0"      },
        {"batch_limit = 5",                    "database must be set: where the schema is"               },
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *why = "";
        assert_false(settings_read(arena, cases[i].content, tables, LENGTH(tables), &why));
        assert_string_equal(why, cases[i].why);
    }
}

static void bounds_themselves_are_taken(void **state)
{
    static const char *const cases[] = {
        "batch_limit = 1",
        "batch_limit = 256",
        "days_to_send = -1",
        "days_to_send = 90",
        "motto =",
        "motto = 1234567890",
        "database = 12345678901234567890",
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *why = "";
        settings_usual(tables, LENGTH(tables));
        database = "x";
        assert_true(settings_read(arena, cases[i], tables, LENGTH(tables), &why));
    }
}

static void what_is_printed_reads_back(void **state)
{
    const char *why = "";
    char *printed;
    size_t size;
    assert_true(settings_read(arena, "database = here\nbatch_limit = 7\nmotto = a b", tables,
                              LENGTH(tables), &why));

    FILE *to = open_memstream(&printed, &size);
    settings_print(to, tables, LENGTH(tables));
    fclose(to);
    settings_usual(tables, LENGTH(tables));
    assert_true(settings_read(arena, printed, tables, LENGTH(tables), &why));

    assert_int_equal(batch_limit, 7);
    assert_string_equal(database, "here");
    assert_string_equal(motto, "a b");
    assert_non_null(strstr(printed, "# how long a customer may take (-1 to 90 days; usually 14)\n"
                                    "days_to_send = 14\n"));
    free(printed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(usual_values_stand_where_nothing_is_said),
        TEST(what_is_said_is_taken),
        TEST(each_refusal_says_what_was_expected),
        TEST(bounds_themselves_are_taken),
        TEST(what_is_printed_reads_back),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/table.h"

static struct arena *arena;

static int make(void **state)
{
    arena = arena_new();
    return 0;
}

static int forget(void **state)
{
    clock_freeze(0);
    arena_free(arena);
    return 0;
}

static void instants_are_written_and_read(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0,               "1970-01-01T00:00:00Z"    },
        {-1,              "1969-12-31T23:59:59.999Z"},
        {1795395723004,   "2026-11-23T01:02:03.004Z"},
        {951782400000,    "2000-02-29T00:00:00Z"    },
        {1709164799999,   "2024-02-28T23:59:59.999Z"},
        {1709251200000,   "2024-03-01T00:00:00Z"    },
        {253402300799999, "9999-12-31T23:59:59.999Z"},
        {-62135596800000, "0001-01-01T00:00:00Z"    },
    };
    int64_t ms;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_string_equal(clock_text(arena, cases[i].ms), cases[i].text);
        assert_true(clock_parse(cases[i].text, &ms));
        assert_true(ms == cases[i].ms);
    }
}

/* The C library counts days by other means. */
static void every_day_agrees_with_the_library(void **state)
{
    for (time_t at = 0; at < 4102444800; at += 86400) {
        struct tm tm;
        char text[32];
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
        assert_string_equal(clock_text(arena, (int64_t)at * 1000), text);
        arena_reset(arena);
    }
}

static void offsets_are_taken_off(void **state)
{
    int64_t utc, other;
    assert_true(clock_parse("2026-11-23T01:02:03Z", &utc));

    assert_true(clock_parse("2026-11-23T09:02:03+08:00", &other));
    assert_true(other == utc);
    assert_true(clock_parse("2026-11-22T21:32:03-03:30", &other));
    assert_true(other == utc);
    assert_true(clock_parse("9999-12-31T22:59:59.999-01:00", &other));
    assert_true(clock_parse("0001-01-01T01:00:00+01:00", &other));
    assert_true(clock_parse("2026-11-23t01:02:03z", &other));
    assert_true(other == utc);
}

static void fractions_are_cut_after_milliseconds(void **state)
{
    int64_t whole, part;
    assert_true(clock_parse("2026-11-23T01:02:03Z", &whole));

    assert_true(clock_parse("2026-11-23T01:02:03.5Z", &part));
    assert_int_equal(part - whole, 500);
    assert_true(clock_parse("2026-11-23T01:02:03.0129999Z", &part));
    assert_int_equal(part - whole, 12);
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "now",
        "2026-11-23",
        "2026-11-23T01:02:03",
        "2026-11-23 01:02:03Z",
        "2026-11-23T01:02Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T01:60:00Z",
        "2026-11-23T01:02:60Z",
        "2026-11-23T01:02:03.Z",
        "2026-11-23T01:02:03+0800",
        "2026-11-23T01:02:03+24:00",
        "2026-11-23T01:02:03+08:60",
        "2026-11-23T01:02:03ZZ",
        " 2026-11-23T01:02:03Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:59:59.999+01:00",
        "9999-12-31T23:00:00-01:00",
        "+026-11-23T01:02:03Z",
        "2026-11-23T01:02:-3Z",
    };
    int64_t ms;

    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_false(clock_parse(cases[i], &ms));
}

static void a_date_is_a_day_there_was(void **state)
{
    static const char *const days[] = {"2026-11-23", "2024-02-29", "2000-02-29", "9999-12-31"};
    static const char *const none[] = {"2026-02-29",  "1900-02-29", "2026-04-31",
                                       "2026-00-01",  "2026-01-00", "2026-1-1",
                                       "2026-11-23T", "23.11.2026", ""};

    for (size_t i = 0; i < LENGTH(days); i++)
        assert_true(clock_is_date(days[i]));
    for (size_t i = 0; i < LENGTH(none); i++)
        assert_false(clock_is_date(none[i]));
}

static void the_wall_clock_freezes_and_the_others_do_not(void **state)
{
    int64_t before = clock_monotonic_us();

    int64_t steady_before = clock_steady_ms();

    clock_freeze(42);
    assert_int_equal(clock_now_ms(), 42);
    while (clock_monotonic_us() == before || clock_steady_ms() == steady_before)
        ;
    assert_int_equal(clock_now_ms(), 42);

    clock_freeze(0);
    assert_true(clock_now_ms() / 1000 >= time(NULL) - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(instants_are_written_and_read),
        TEST(every_day_agrees_with_the_library),
        TEST(offsets_are_taken_off),
        TEST(fractions_are_cut_after_milliseconds),
        TEST(what_is_no_instant_is_refused),
        TEST(a_date_is_a_day_there_was),
        TEST(the_wall_clock_freezes_and_the_others_do_not),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}

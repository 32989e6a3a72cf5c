#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

enum { ROOM = 16 * 1024, LINE_MOST = 4096 };

static struct arena *arena;
static int kept_stderr;
static int read_end;

/* Standard error goes into a pipe, so that one read shows what one write wrote. */
static int make(void **state)
{
    int ends[2];
    arena = arena_new();
    CHECK(pipe(ends) == 0);
    kept_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    read_end = ends[0];
    clock_freeze(1795395723004);
    log_name("intake.0");
    return 0;
}

static int forget(void **state)
{
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    close(read_end);
    clock_freeze(0);
    arena_free(arena);
    return 0;
}

static char *read_line(void)
{
    char *line = arena_take(arena, ROOM);
    assert_true(read(read_end, line, ROOM - 1) > 0);
    return line;
}

static void a_line_has_its_keys_in_order(void **state)
{
    log_info("did=%s ms=%d", "register_ticket", 4);
    assert_string_equal(read_line(), "ts=2026-11-23T01:02:03.004Z level=info service=intake.0 "
                                     "did=register_ticket ms=4\n");
}

static void levels_are_words(void **state)
{
    log_warn("a=1");
    assert_non_null(strstr(read_line(), " level=warn "));
    log_error("a=1");
    assert_non_null(strstr(read_line(), " level=error "));
}

static void a_line_stays_one_line(void **state)
{
    log_info("a=%s", "x\ny\tz\r");
    char *line = read_line();

    assert_non_null(strstr(line, "a=x y z \n"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

/* The longest line that is whole, and the shortest that is cut. */
static void a_line_that_is_too_long_is_cut(void **state)
{
    log_info("%s", "");
    int head = (int)strlen(read_line()) - 1;

    log_info("%*d", LINE_MOST - 1 - head, 7);
    char *line = read_line();
    assert_int_equal(strlen(line), LINE_MOST);
    assert_string_equal(line + LINE_MOST - 3, " 7\n");

    log_info("%*d", LINE_MOST - head, 7);
    line = read_line();
    assert_int_equal(strlen(line), LINE_MOST);
    assert_string_equal(line + LINE_MOST - 5, " ...\n");
}

static void quoted_values_stay_on_their_line(void **state)
{
    assert_string_equal(log_quote(arena, "a \"b\"\n"), "\"a \\\"b\\\"\\n\"");
    assert_string_equal(log_quote(arena, "\\ \x01\x7f é"), "\"\\\\ \\x01\\x7f é\"");
    assert_string_equal(log_quote(arena, ""), "\"\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_its_keys_in_order),
        TEST(levels_are_words),
        TEST(a_line_stays_one_line),
        TEST(a_line_that_is_too_long_is_cut),
        TEST(quoted_values_stay_on_their_line),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}

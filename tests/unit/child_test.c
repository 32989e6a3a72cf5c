#include "bus_room.h"

#include <signal.h>

static struct loop *loop;

static int open_loop(void **state)
{
    loop = loop_new();
    return 0;
}

static int close_loop(void **state)
{
    loop_free(loop);
    return 0;
}

static unsigned children;
static int last_status, last_signal;

static void child_gone(void *with, int status, int signal)
{
    children++;
    last_status = status;
    last_signal = signal;
}

static void what_a_child_says_is_appended_and_its_status_told(void **state)
{
    static const char *const arguments[] = {"/bin/sh", "-c", "echo out; echo err >&2; exit 7",
                                            NULL};
    char log[] = "/tmp/child-XXXXXX";
    char said[32] = "";
    const char *why = NULL;
    int file = mkstemp(log);
    assert_int_equal(write(file, "was here\n", 9), 9);
    children = 0;

    struct child *child = child_start(loop, arguments, log, -1, -1, child_gone, NULL, &why);
    assert_non_null(child);
    assert_true(child_pid(child) > 0);

    assert_true(comes(loop, &children, 1));
    assert_int_equal(last_status, 7);
    assert_true(pread(file, said, sizeof said - 1, 0) > 0);
    assert_string_equal(said, "was here\nout\nerr\n");
    close(file);
    unlink(log);
}

static void a_child_can_be_signalled(void **state)
{
    static const char *const arguments[] = {"/bin/cat", "/dev/zero", NULL};
    const char *why = NULL;
    children = 0;
    struct child *child = child_start(loop, arguments, "/dev/null", -1, -1, child_gone, NULL, &why);
    assert_non_null(child);

    child_signal(child, SIGKILL);

    assert_true(comes(loop, &children, 1));
    assert_int_equal(last_signal, SIGKILL);
}

static void a_child_may_run_as_somebody_else(void **state)
{
    static const char *const arguments[] = {"/bin/sh", "-c", "exit $(($(id -u) + $(id -g)))", NULL};
    const char *why = NULL;
    if (geteuid() != 0)
        skip();
    children = 0;

    assert_non_null(child_start(loop, arguments, NULL, 33, 44, child_gone, NULL, &why));

    assert_true(comes(loop, &children, 1));
    assert_int_equal(last_status, 77);
}

static void a_missing_program_is_said(void **state)
{
    static const char *const arguments[] = {"/nowhere/program", NULL};
    const char *why = NULL;

    assert_null(child_start(loop, arguments, NULL, -1, -1, child_gone, NULL, &why));
    assert_non_null(why);
    why = NULL;
    assert_null(child_start(loop, arguments, "/nowhere/log", -1, -1, child_gone, NULL, &why));
    assert_non_null(why);
}

#define ON_LOOP(test) cmocka_unit_test_setup_teardown(test, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LOOP(what_a_child_says_is_appended_and_its_status_told),
        ON_LOOP(a_child_can_be_signalled),
        ON_LOOP(a_child_may_run_as_somebody_else),
        ON_LOOP(a_missing_program_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/fail.h"

#ifdef FAIL_POINTS

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

/* The linker's names for both ends of the list; weak, for a program may have no such place. */
extern struct fail_point __start_fail_points[] __attribute__((weak));
extern struct fail_point __stop_fail_points[] __attribute__((weak));

static void sleep_ms(long ms)
{
    struct timespec rest = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&rest, &rest) < 0)
        ;
}

/* A stop is raised, for after a signal to the whole process this thread would go on a little.
 * `action` is "kill", "stop" or "sleep:200", up to the "@" or the end. */
static void stumble(const char *action, size_t length)
{
    if (length == strlen("kill") && strncmp(action, "kill", length) == 0)
        kill(getpid(), SIGKILL);
    else if (length == strlen("stop") && strncmp(action, "stop", length) == 0)
        raise(SIGSTOP);
    else if (strncmp(action, "sleep:", strlen("sleep:")) == 0)
        sleep_ms(strtol(action + strlen("sleep:"), NULL, 10));
    else
        die("AFTERLINE_FAIL knows kill, stop and sleep:<ms>, not \"%.*s\"", (int)length, action);
}

/* One wish, "name=action@3"; `length` bytes. */
static void fulfil(const char *wish, size_t length, const char *name, unsigned long passed)
{
    size_t name_length = strlen(name);
    if (length <= name_length || strncmp(wish, name, name_length) != 0 || wish[name_length] != '=')
        return;

    const char *action = wish + name_length + 1;
    size_t rest = length - name_length - 1;
    const char *at = memchr(action, '@', rest);
    unsigned long when = at ? strtoul(at + 1, NULL, 10) : 1;
    if (when == passed)
        stumble(action, at ? (size_t)(at - action) : rest);
}

void fail_point_pass(struct fail_point *point)
{
    unsigned long passed = __atomic_add_fetch(&point->passed, 1, __ATOMIC_RELAXED);
    const char *wish = getenv("AFTERLINE_FAIL");

    while (wish && *wish) {
        size_t length = strcspn(wish, ",");
        fulfil(wish, length, point->name, passed);
        wish += length + (wish[length] == ',');
    }
}

int fail_planted(const char *name)
{
    const char *planted = getenv("AFTERLINE_PLANT");
    return planted && strcmp(planted, name) == 0;
}

void fail_points_print(void)
{
    for (struct fail_point *point = __start_fail_points; point < __stop_fail_points; point++)
        puts(point->name);
}

#endif

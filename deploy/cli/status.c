#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "web.h"

static const char usage[] = "status";

static int64_t number_in(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* "intake 8812 (3 behind)", for every source a service listens to. */
static void print_positions(const json_t *positions)
{
    size_t i;
    json_t *position;

    json_array_foreach(positions, i, position)
    {
        int64_t at = number_in(position, "at"), head = number_in(position, "head");
        printf("              %-11s at %" PRId64, web_text(position, "source"), at);
        if (head > at)
            printf(", %" PRId64 " behind", head - at);
        putchar('\n');
    }
}

static void print_status(const char *service, const json_t *status)
{
    printf("%-11s %s %s, epoch %" PRId64 ", head %" PRId64 ", %" PRId64 " queued, %" PRId64
           " parked\n",
           service, web_text(status, "instance"),
           json_is_true(json_object_get(status, "active")) ? "writes" : "is a spare",
           number_in(status, "epoch"), number_in(status, "head"), number_in(status, "queued"),
           number_in(status, "parked"));
    print_positions(json_object_get(status, "positions"));
    fflush(stdout);
}

int status_command(int argc, char **argv)
{
    struct command_line line = {usage};
    struct site site = site_open(argc, argv, &line);
    struct web *web = web_open_impatient(&site);
    int code = EXIT_FINE;

    for (size_t i = 0; i < SERVICES && !web_broken(web); i++) {
        const char *path = arena_print(site.arena, "/v1/services/%s/status", services[i]);
        json_t *status = web_now(web, "GET", path, NULL);
        if (status)
            print_status(services[i], status);
        else
            code = EXIT_TROUBLE;
        json_decref(status);
    }
    web_close(web);
    arena_free(site.arena);
    return code;
}

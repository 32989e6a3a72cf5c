#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/table.h"
#include "run_keep.h"
#include "run_place.h"
#include "run_postgres.h"
#include "run_process.h"
#include "verb.h"

enum { DRAIN_MS = 10000, POSTGRES_MS = 30000, PORT_MOST = 65535, SPARES_MOST = 8 };

static const char usage[] =
    "run [--state DIR] [--port N] [--spares N] [--programs DIR] [--deploy DIR] [--end-left]";

/* The daemons lie beside this program unless told otherwise. */
static const char *own_folder(struct arena *arena)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        die("cannot find this program's folder");
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return arena_copy(arena, path);
}

static void read_options(struct place *place, bool *only_end, int argc, char **argv)
{
    const char *port = "8080", *spares = "1";
    /* clang-format off */
    const struct option_row options[] = {
        {"--state",    &place->state,    NULL, "DIR", "the state folder; else .afterline"},
        {"--port",     &port,            NULL, "N",   "where the gateway answers; else 8080"},
        {"--spares",   &spares,          NULL, "N",   "spares of each service; else 1"},
        {"--programs", &place->programs, NULL, "DIR", "the daemons; else beside this program"},
        {"--deploy",   &place->deploy,   NULL, "DIR", "templates and roles.sql; else the checkout's"},
        {"--end-left", NULL,             only_end, NULL, "end what a killed keeper left, no more"},
    };
    /* clang-format on */
    struct command_line line = {usage, TABLE(options)};

    verb_read(argc, argv, &line);
    place->port = verb_number("--port", port, 1, PORT_MOST);
    place->spares = verb_number("--spares", spares, 0, SPARES_MOST);
}

/* Better said at once than by a gateway that starts again and again. */
static bool port_is_free(const struct place *place, struct loop *loop, const char **why)
{
    struct listener *listener = listener_new(loop, "127.0.0.1", (int)place->port, NULL, NULL, why);
    if (!listener) {
        *why = arena_print(place->arena, "port %ld can't be had (%s); choose another with --port",
                           place->port, *why);
        return false;
    }
    listener_free(listener);
    return true;
}

/* Says how many; whoever reads it knows whether there was a house. */
static int end_left(const struct place *place)
{
    printf("%u processes ended\n", processes_end_left(place_file(place, "processes")));
    arena_free(place->arena);
    return EXIT_FINE;
}

static struct errand daemon_errand(const struct place *place, const struct instance *instance,
                                   const char *verb)
{
    const char **arguments = arena_take(place->arena, 5 * sizeof *arguments);
    arguments[0] = arena_print(place->arena, "%s/%s", place->programs, instance->service);
    arguments[1] = "--settings";
    arguments[2] = place_file_in(place, "settings", instance->name, ".conf");
    arguments[3] = verb;
    return (struct errand){
        .name = instance->name,
        .arguments = arguments,
        .log = place_file_in(place, "log", instance->name, ".log"),
        .user = -1,
        .group = -1,
        .wave = strcmp(instance->service, "gateway") == 0 ? WAVE_GATEWAY : WAVE_SERVICES,
    };
}

static bool start_daemons(const struct place *place, struct keeper *keeper, const char **why)
{
    struct instance instances[INSTANCES_MOST];
    unsigned count = place_instances(place, instances);
    const char *migrated = "";
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(migrated, instances[i].service) == 0)
            continue;
        struct errand errand = daemon_errand(place, &instances[i], "--migrate");
        if (keeper_run(keeper, &errand) != 0) {
            *why = arena_print(place->arena, "%s --migrate failed; see %s", instances[i].service,
                               errand.log);
            return false;
        }
        migrated = instances[i].service;
    }
    for (unsigned i = 0; i < count; i++) {
        struct errand errand = daemon_errand(place, &instances[i], NULL);
        keeper_keep(keeper, &errand);
    }
    return true;
}

static bool start_house(struct place *place, struct loop *loop, struct keeper *keeper,
                        const char **why)
{
    char *address = arena_print(place->arena, "http://127.0.0.1:%ld\n", place->port);
    processes_end_left(place_file(place, "processes"));
    return port_is_free(place, loop, why) && place_furnish(place, why)
           && postgres_start(place, keeper, why) && start_daemons(place, keeper, why)
           && place_write(place, place_file(place, "address"), address, why);
}

struct house {
    struct place *place;
    struct keeper *keeper;
};

static void leave(void *with, int signal)
{
    const struct house *house = with;

    log_info("did=leave signal=%d", signal);
    keeper_leave(house->keeper);
}

/* Who comes in is written anew, with the lines of peers.own as they are now, and read again. */
static void furnish_again(void *with, int signal)
{
    const struct house *house = with;
    const char *why = "";

    if (!place_furnish(house->place, &why)) {
        log_error("did=furnish said=failed why=%s", log_quote(house->place->arena, why));
        return;
    }
    log_info("did=furnish");
    keeper_signal(house->keeper, WAVE_SERVICES, SIGHUP);
    keeper_signal(house->keeper, WAVE_GATEWAY, SIGHUP);
}

/*
 * The keeper of a house on one machine.
 *
 * It makes the state folder on the first start, starts PostgreSQL and the daemons in order, starts
 * again with backoff whatever dies, and on SIGTERM ends the daemons first, then PostgreSQL.  In
 * production systemd does this (deploy/systemd).
 */
int run_command(int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct place place = {
        .arena = arena,
        .state = ".afterline",
        .programs = own_folder(arena),
        .deploy = AFTERLINE_DEPLOY,
    };
    const char *why = "";
    bool only_end = false;
    log_name("run");
    umask(0022);
    read_options(&place, &only_end, argc, argv);
    if (!place_open(&place, &why))
        die("%s", why);
    if (only_end)
        return end_left(&place);

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    struct loop *loop = loop_new();
    struct keeper *keeper = keeper_new(arena, loop, place_file(&place, "processes"));
    struct house house = {&place, keeper};
    loop_on_signal(loop, SIGTERM, leave, &house);
    loop_on_signal(loop, SIGINT, leave, &house);
    loop_on_signal(loop, SIGHUP, furnish_again, &house);
    bool started = start_house(&place, loop, keeper, &why);
    while (started && !keeper_leaving(keeper))
        loop_run(loop);

    if (!started && !keeper_leaving(keeper))
        log_error("did=start said=failed why=%s", log_quote(arena, why));
    keeper_end(keeper, WAVE_GATEWAY, SIGTERM, DRAIN_MS);
    keeper_end(keeper, WAVE_SERVICES, SIGTERM, DRAIN_MS);
    keeper_end(keeper, WAVE_POSTGRES, SIGINT, POSTGRES_MS);
    loop_free(loop);
    arena_free(arena);
    return started ? EXIT_FINE : EXIT_TROUBLE;
}

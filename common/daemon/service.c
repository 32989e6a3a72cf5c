#include "daemon/service.h"

#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/ask.h"
#include "daemon/contract.h"
#include "daemon/daemon.h"
#include "daemon/desk.h"
#include "daemon/listen.h"
#include "daemon/metrics.h"
#include "daemon/tell.h"
#include "daemon/workers.h"

enum {
    SETTINGS_FILE_MOST = 64 * 1024,
    LAST_ANSWERS_MS = 200,
    LEAVE_TICK_MS = 20,
    LEAVE_MOST_MS = 8000, /* who keeps the house loses patience at 10,000 */
};

static const char *instance;
static const char *database;
static const char *peers_file;
static const char *secret_key;
static long batch_limit;
static long queue_limit;
static long statement_ms;
static long answers_days;
static long events_months;

/* Settings that every daemon has. */
static const struct setting house_settings[] = {
    {"name",               TEXT,         "",     0,   64,    &instance,      "as in peers"        },
    {"database",           TEXT,         "",     0,   1024,  &database,      "libpq conninfo"     },
    {"peers",              TEXT,         "",     0,   1024,  &peers_file,    "who is in the house"},
    {"secret_key",         TEXT,         "",     0,   1024,  &secret_key,    "its file"           },
    {"batch_limit",        COUNT,        "64",   1,   512,   &batch_limit,   "commands in a batch"},
    {"queue_limit",        COUNT,        "1024", 1,   65536, &queue_limit,   "requests waiting"   },
    {"statement_ms",       MILLISECONDS, "5000", 100, 60000, &statement_ms,  "for one statement"  },
    {"answers_kept_days",  DAYS,         "30",   7,   3650,  &answers_days,  "then whole months"  },
    {"events_kept_months", COUNT,        "0",    0,   1200,  &events_months, "0: for ever"        },
};

static char *read_file(struct arena *arena, const char *name)
{
    FILE *file = fopen(name, "r");
    if (!file)
        die("%s: can't be read: %m", name);

    char *content = arena_take(arena, SETTINGS_FILE_MOST + 1);
    size_t size = fread(content, 1, SETTINGS_FILE_MOST + 1, file);
    fclose(file);
    if (size > SETTINGS_FILE_MOST)
        die("%s: expected at most %d bytes", name, SETTINGS_FILE_MOST);
    return content;
}

static void read_settings(struct arena *arena, const struct service *service, const char *file)
{
    struct setting_table tables[] = {
        {TABLE(house_settings)   },
        { service->settings.rows, service->settings.count}
    };
    const char *why = "";

    settings_usual(tables, LENGTH(tables));
    if (file && !settings_read(arena, read_file(arena, file), tables, LENGTH(tables), &why))
        die("%s: %s", file, why);
    if (text_empty(instance))
        instance = arena_print(arena, "%s.0", service->name);
}

static int check(const struct service *service)
{
    struct setting_table tables[] = {
        {TABLE(house_settings)   },
        { service->settings.rows, service->settings.count}
    };

    settings_print(stdout, tables, LENGTH(tables));
    return 0;
}

static int migrate(struct arena *arena, const struct service *service)
{
    const char *why = "";

    if (!schema_migrate(arena, database, service->schema, &why))
        die("%s: can't migrate: %s", service->name, why);
    return 0;
}

/* ---- running ---- */

static bool under_way(const struct daemon *daemon)
{
    return loop_unsent(daemon->loop) > 0
           || (daemon->service->under_way && daemon->service->under_way(daemon));
}

static void leave(void *with)
{
    struct daemon *daemon = with;

    loop_stop(daemon->loop);
}

static void leave_if_done(void *with)
{
    if (!under_way(with))
        leave(with);
}

/* Ends well: what is in hand is finished, the lock is free for a spare, answers leave. */
static void on_stop(void *with, int signal)
{
    struct daemon *daemon = with;

    if (!daemon->workers)
        return;
    log_info("did=stop signal=%d", signal);
    alarm_set(alarm_new(daemon->loop, leave, daemon), LEAVE_MOST_MS, 0);
    if (daemon->service->moving_out)
        daemon->service->moving_out(daemon);
    listening_tenure(daemon, false, NULL, 0);
    workers_stop(daemon);
    alarm_set(alarm_new(daemon->loop, leave_if_done, daemon), LAST_ANSWERS_MS, LEAVE_TICK_MS);
}

/* The head once a second, so that a listener notices a lost last event. */
static void on_head_alarm(void *with)
{
    struct daemon *daemon = with;

    if (!daemon->workers)
        return;
    struct workers_view view = workers_view(daemon);
    if (view.active)
        tell_head(daemon, view.head);
}

/* A list without ourselves is none of this house, or not written to its end. */
static bool read_peers(struct arena *arena, struct peers *peers, const char **why)
{
    if (!peers_read(arena, peers_file, peers, why))
        return false;
    if (peers_find(peers, instance))
        return true;
    *why = arena_print(arena, "%s: there is no %s in it", peers_file, instance);
    return false;
}

/* Who comes in is read again, so that a key can be taken out while the house runs.  Where the
 * others are stays as it was at the start. */
static void on_hang_up(void *with, int signal)
{
    struct daemon *daemon = with;
    struct arena *arena = arena_new();
    struct peers peers;
    const char *why = "";

    if (!read_peers(arena, &peers, &why)) {
        log_error("did=let_in said=unreadable why=%s", log_quote(arena, why));
        arena_free(arena);
        return;
    }
    unsigned gone = bus_let_in(daemon->bus, &peers);
    log_info("did=let_in peers=%zu gone=%u", peers.count, gone);
    arena_free(daemon->read_last);
    daemon->let_in = peers;
    daemon->read_last = arena;
}

static int run(struct arena *arena, const struct service *service)
{
    struct worker_settings settings = {database,     secret_key,   batch_limit,  queue_limit,
                                       statement_ms, answers_days, events_months};
    struct daemon daemon = {.service = service, .instance = instance};
    const char *why = "";

    log_name(instance);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* until there is a loop that hears it */
    if (!read_peers(arena, &daemon.peers, &why))
        die("%s", why);
    daemon.let_in = daemon.peers;
    daemon.loop = loop_new();
    daemon.bus = bus_open(daemon.loop, &daemon.peers, secret_key);
    const struct peer *self = peers_find(&daemon.peers, instance);
    tell_open(&daemon, self->tell);
    desk_open(&daemon, self->ask);
    asks_open(&daemon);
    listening_open(&daemon);
    workers_start(&daemon, &settings, listening_tenure);
    loop_on_signal(daemon.loop, SIGTERM, on_stop, &daemon);
    loop_on_signal(daemon.loop, SIGINT, on_stop, &daemon);
    loop_on_signal(daemon.loop, SIGHUP, on_hang_up, &daemon);
    struct alarm_clock *head = alarm_new(daemon.loop, on_head_alarm, &daemon);
    alarm_set(head, 1000, 1000);
    if (service->moved_in)
        service->moved_in(&daemon);
    log_info("did=start");
    loop_run(daemon.loop);

    listening_close(&daemon);
    asks_close(&daemon);
    if (service->moved_out)
        service->moved_out(&daemon);
    desk_close(&daemon);
    tell_close(&daemon);
    bus_free(daemon.bus);
    loop_free(daemon.loop);
    arena_free(daemon.read_last);
    return 0;
}

static const char about_verbs[] =
    "usage: %s [--settings FILE] [--check | --migrate | --contract]\n"
    "  (none)      run\n"
    "  --check     print the settings file as it is understood\n"
    "  --migrate   bring the schema up to date\n"
    "  --contract  print what this service can be asked, tells and overhears\n";

/*
 * Each request takes an arena and gives it back: memory that went to the kernel in between would be
 * asked for, and cleared, again.
 */
static void keep_memory(void)
{
    enum { KEPT_MOST = 4 * 1024 * 1024, MAPPED_LEAST = 1024 * 1024 };

    mallopt(M_TRIM_THRESHOLD, KEPT_MOST);
    mallopt(M_MMAP_THRESHOLD, MAPPED_LEAST);
}

int service_main(int argc, char **argv, const struct service *service)
{
    struct arena *arena = arena_new();
    const char *verb = "", *file = NULL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--settings") == 0 && i + 1 < argc)
            file = argv[++i];
        else
            verb = argv[i];
    }
    keep_memory();
    CHECK(sodium_init() >= 0);
    read_settings(arena, service, file);
    int status = 2;
    if (strcmp(verb, "") == 0)
        status = run(arena, service);
    else if (strcmp(verb, "--check") == 0)
        status = check(service);
    else if (strcmp(verb, "--migrate") == 0)
        status = migrate(arena, service);
    else if (strcmp(verb, "--contract") == 0) {
        contract_print(stdout, service);
        status = 0;
#ifdef FAIL_POINTS
    } else if (strcmp(verb, "--fail-points") == 0) {
        fail_points_print();
        status = 0;
#endif
    } else
        fprintf(stderr, about_verbs, service->name);
    arena_free(arena);
    return status;
}

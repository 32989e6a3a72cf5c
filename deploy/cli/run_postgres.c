#include "run_postgres.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "run_process.h"

#define BIN "/usr/lib/postgresql/15/bin/"

enum { READY_ATTEMPTS = 600, READY_EVERY_MS = 100, ARGUMENTS_MOST = 64 };

/* What answers with success must be on disk; the rest is modest. */
static const char *const server_settings[] = {
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "max_connections=160",
    "shared_buffers=128MB",
    "work_mem=8MB",
    "max_wal_size=1GB",
    "checkpoint_timeout=5min",
    "wal_compression=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] %q%u/%a ",
    "log_statement=none",
    "log_min_error_statement=panic", /* a statement's parameters may name customers, */
    "log_error_verbosity=terse",     /* and so may the row or key that a DETAIL quotes */
    "logging_collector=off",
    "cluster_name=afterline",
};

static struct errand postgres_errand(const struct place *place, const char *const *arguments)
{
    return (struct errand){
        .name = "postgres",
        .arguments = arguments,
        .log = place_file_in(place, "log", "postgres", ".log"),
        .user = place->user,
        .group = place->group,
        .wave = WAVE_POSTGRES,
    };
}

static bool run_as_postgres(const struct place *place, struct keeper *keeper,
                            const char *const *arguments)
{
    struct errand errand = postgres_errand(place, arguments);
    return keeper_run(keeper, &errand) == 0;
}

static bool give(const struct place *place, const char *folder, const char **why)
{
    bool made = mkdir(folder, 0700) == 0 || errno == EEXIST;
    if (made && (place->user < 0 || chown(folder, (uid_t)place->user, (gid_t)place->group) == 0))
        return true;
    *why = arena_print(place->arena, "cannot make %s for PostgreSQL: %s", folder, strerror(errno));
    return false;
}

/* The folder above the cluster: the state folder, or one that the user postgres can reach. */
static const char *choose_home(const struct place *place, struct keeper *keeper)
{
    const char *reach[] = {"/usr/bin/test", "-x", place->state, NULL};
    if (run_as_postgres(place, keeper, reach))
        return place->state;
    char *home = arena_print(place->arena, "/var/lib/%s", strrchr(place->sockets, '/') + 1);
    mkdir(home, 0711);
    log_warn("did=choose_home cluster=%s why=\"the user postgres cannot enter %s\"", home,
             place->state);
    return home;
}

/* Made under another name, so that a cluster is whole or absent. */
static bool make_cluster(const struct place *place, struct keeper *keeper, const char **why)
{
    char *link = place_file(place, "postgres");
    const char *home = choose_home(place, keeper);
    char *fresh = arena_print(place->arena, "%s/postgres.new", home);
    char *cluster = arena_print(place->arena, "%s/postgres", home);
    const char *remove[] = {"/bin/rm", "-rf", fresh, NULL};
    const char *init[] = {BIN "initdb",
                          "-D",
                          fresh,
                          "-U",
                          "postgres",
                          "-k",
                          "-E",
                          "UTF8",
                          "--locale=C.UTF-8",
                          "--lc-collate=C",
                          "--auth-local=trust",
                          "--auth-host=reject",
                          NULL};
    struct errand removal = postgres_errand(place, remove);
    removal.user = removal.group = -1;
    if (keeper_run(keeper, &removal) != 0 || !give(place, fresh, why))
        return false;
    if (!run_as_postgres(place, keeper, init)) {
        *why = "initdb failed; see log/postgres.log";
        return false;
    }
    if (rename(fresh, cluster) != 0 || (home != place->state && symlink(cluster, link) != 0)) {
        *why = arena_print(place->arena, "cannot name %s: %s", cluster, strerror(errno));
        return false;
    }
    return true;
}

/* A server that was killed may have left its note behind; a living one is not ours to replace. */
static bool clear_note(const struct place *place, const char *cluster, const char **why)
{
    char *file = arena_print(place->arena, "%s/postmaster.pid", cluster);
    char *note = place_read(place->arena, file);
    struct process process;
    if (!note)
        return true;
    if (process_find(atoi(note), &process) && strcmp(process.name, "postgres") == 0) {
        *why = arena_print(place->arena, "another PostgreSQL (process %d) runs in %s", process.pid,
                           cluster);
        return false;
    }
    unlink(file);
    return true;
}

static bool orphans_are_gone(void)
{
    return processes_end_orphans("postgres");
}

static void keep_server(const struct place *place, struct keeper *keeper, const char *cluster)
{
    const char **arguments = arena_take(place->arena, ARGUMENTS_MOST * sizeof *arguments);
    size_t count = 0;
    arguments[count++] = BIN "postgres";
    arguments[count++] = "-D";
    arguments[count++] = cluster;
    arguments[count++] = "-k";
    arguments[count++] = arena_print(place->arena, "%s/pg", place->sockets);
    for (size_t i = 0; i < LENGTH(server_settings); i++) {
        arguments[count++] = "-c";
        arguments[count++] = server_settings[i];
    }

    struct errand errand = postgres_errand(place, arguments);
    errand.clear = orphans_are_gone;
    keeper_keep(keeper, &errand);
}

static bool wait_until_ready(const struct place *place, struct keeper *keeper, const char **why)
{
    char *sockets = arena_print(place->arena, "%s/pg", place->sockets);
    const char *ask[] = {BIN "pg_isready", "-q", "-U",       "postgres", "-h",
                         sockets,          "-d", "postgres", NULL};
    struct errand errand = {.name = "pg_isready",
                            .arguments = ask,
                            .log = place_file_in(place, "log", "run", ".log"),
                            .user = -1,
                            .group = -1};
    for (int attempt = 0; attempt < READY_ATTEMPTS; attempt++) {
        if (keeper_run(keeper, &errand) == 0)
            return true;
        if (!keeper_wait(keeper, READY_EVERY_MS))
            break;
    }
    *why = "PostgreSQL does not become ready; see log/postgres.log";
    return false;
}

static bool make_roles(const struct place *place, struct keeper *keeper, const char **why)
{
    char *sockets = arena_print(place->arena, "%s/pg", place->sockets);
    char *roles = arena_print(place->arena, "%s/postgres/roles.sql", place->deploy);
    const char *psql[] = {BIN "psql", "-X",    "-q",  "-v",       "ON_ERROR_STOP=1",
                          "-h",       sockets, "-U",  "postgres", "-d",
                          "postgres", "-f",    roles, NULL};
    struct errand errand = {.name = "psql",
                            .arguments = psql,
                            .log = place_file_in(place, "log", "run", ".log"),
                            .user = -1,
                            .group = -1};
    if (keeper_run(keeper, &errand) == 0)
        return true;
    *why = arena_print(place->arena, "%s failed; see log/run.log", roles);
    return false;
}

bool postgres_start(const struct place *place, struct keeper *keeper, const char **why)
{
    char cluster[PATH_MAX];
    if (access(place_file(place, "postgres/PG_VERSION"), F_OK) != 0
        && !make_cluster(place, keeper, why))
        return false;
    if (!realpath(place_file(place, "postgres"), cluster) || !clear_note(place, cluster, why))
        return false;
    keep_server(place, keeper, arena_copy(place->arena, cluster));
    return wait_until_ready(place, keeper, why) && make_roles(place, keeper, why);
}

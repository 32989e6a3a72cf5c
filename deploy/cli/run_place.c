#include "run_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/table.h"
#include "base/text.h"

static const char *const services[] = {"intake",     "dispatch",  "returns",
                                       "complaints", "reporting", "gateway"};

unsigned place_instances(const struct place *place, struct instance *instances)
{
    unsigned count = 0;
    for (size_t i = 0; i < LENGTH(services); i++) {
        long spares = strcmp(services[i], "gateway") == 0 ? 0 : place->spares;
        for (long number = 0; number <= spares && count < INSTANCES_MOST; number++)
            instances[count++] = (struct instance){
                arena_print(place->arena, "%s.%ld", services[i], number), services[i]};
    }
    return count;
}

char *place_file(const struct place *place, const char *name)
{
    return arena_print(place->arena, "%s/%s", place->state, name);
}

char *place_file_in(const struct place *place, const char *folder, const char *name,
                    const char *ending)
{
    return arena_print(place->arena, "%s/%s/%s%s", place->state, folder, name, ending);
}

char *place_read(struct arena *arena, const char *file)
{
    FILE *from = fopen(file, "re");
    if (!from)
        return NULL;

    struct text text = text_new(arena);
    char piece[4096];
    for (size_t size; (size = fread(piece, 1, sizeof piece, from)) > 0;)
        text_add_bytes(&text, piece, size);
    fclose(from);
    return text.at;
}

static bool fail(const struct place *place, const char **why, const char *did, const char *what)
{
    *why = arena_print(place->arena, "cannot %s %s: %s", did, what, strerror(errno));
    return false;
}

bool place_write(const struct place *place, const char *file, const char *content, const char **why)
{
    char *fresh = arena_print(place->arena, "%s.part", file);
    FILE *to = fopen(fresh, "we");
    if (!to)
        return fail(place, why, "write", fresh);
    bool written = fputs(content, to) >= 0;
    if (fclose(to) != 0 || !written || rename(fresh, file) != 0)
        return fail(place, why, "write", file);
    return true;
}

static bool make_folder(const struct place *place, const char *folder, mode_t mode,
                        const char **why)
{
    if (mkdir(folder, mode) != 0 && errno != EEXIST)
        return fail(place, why, "make", folder);
    if (chmod(folder, mode) != 0)
        return fail(place, why, "set the mode of", folder);
    return true;
}

/* A folder of ours under a name that others could have taken first. */
static bool make_own_folder(const struct place *place, const char *folder, mode_t mode,
                            const char **why)
{
    struct stat found;
    if (mkdir(folder, mode) == 0)
        return chmod(folder, mode) == 0 || fail(place, why, "set the mode of", folder);
    if (errno != EEXIST || lstat(folder, &found) != 0)
        return fail(place, why, "make", folder);
    if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid()) {
        *why = arena_print(place->arena, "%s belongs to somebody else", folder);
        return false;
    }
    return chmod(folder, mode) == 0 || fail(place, why, "set the mode of", folder);
}

/* FNV-1a: a short name for a folder whose own may be too long for a socket. */
static uint32_t short_name(const char *folder)
{
    uint32_t hash = 2166136261U;
    for (const char *at = folder; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    return hash;
}

static const char *sockets_folder(const struct place *place)
{
    const char *above = getenv("XDG_RUNTIME_DIR");
    uint32_t name = short_name(place->state);
    if (geteuid() == 0)
        return arena_print(place->arena, "/run/afterline-%08x", name);
    if (!text_empty(above) && strlen(above) < 40 && access(above, W_OK) == 0)
        return arena_print(place->arena, "%s/afterline-%08x", above, name);
    return arena_print(place->arena, "/tmp/afterline-%u-%08x", geteuid(), name);
}

/* PostgreSQL refuses to be root, so root's house has it run as its own user. */
static bool choose_user(struct place *place, const char **why)
{
    place->user = place->group = -1;
    if (geteuid() != 0)
        return true;
    const struct passwd *postgres = getpwnam("postgres");
    if (!postgres) {
        *why = "there is no user postgres; the package postgresql-15 makes it";
        return false;
    }
    place->user = (int)postgres->pw_uid;
    place->group = (int)postgres->pw_gid;
    return true;
}

/* PostgreSQL's socket in a folder of its own user; whoever enters may be any role. */
static bool make_sockets(struct place *place, const char **why)
{
    place->sockets = sockets_folder(place);
    char *postgres = arena_print(place->arena, "%s/pg", place->sockets);
    char *bus = arena_print(place->arena, "%s/bus", place->sockets);
    char *link = place_file(place, "run");
    if (!make_own_folder(place, place->sockets, place->user < 0 ? 0700 : 0711, why)
        || !make_folder(place, postgres, 0700, why) || !make_folder(place, bus, 0700, why))
        return false;
    if (place->user >= 0 && chown(postgres, (uid_t)place->user, (gid_t)place->group) != 0)
        return fail(place, why, "give away", postgres);
    if (unlink(link) != 0 && errno != ENOENT)
        return fail(place, why, "replace", link);
    return symlink(place->sockets, link) == 0 || fail(place, why, "make", link);
}

/* The lock is held, unseen, until this process ends; its children do not inherit it. */
static bool lock_place(const struct place *place, const char **why)
{
    char *file = place_file(place, "run.pid");
    int lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0)
        return fail(place, why, "open", file);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        *why = arena_print(place->arena, "the house in %s is already running", place->state);
        close(lock);
        return false;
    }
    if (ftruncate(lock, 0) != 0 || dprintf(lock, "%d\n", getpid()) < 0)
        return fail(place, why, "write", file);
    return true;
}

bool place_open(struct place *place, const char **why)
{
    char absolute[PATH_MAX];
    if (!choose_user(place, why) || !make_folder(place, place->state, 0711, why))
        return false;
    if (!realpath(place->state, absolute))
        return fail(place, why, "find", place->state);
    place->state = arena_copy(place->arena, absolute);

    return lock_place(place, why) && make_folder(place, place_file(place, "keys"), 0700, why)
           && make_folder(place, place_file(place, "log"), 0700, why)
           && make_folder(place, place_file(place, "settings"), 0700, why)
           && make_sockets(place, why);
}

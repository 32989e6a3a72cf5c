#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run_place.h"
#include "verb.h"

static const char usage[] = "key NAME [--state DIR]";

static bool is_name(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == strlen(name)
           && *name != '.';
}

/* A secret is never replaced: whoever has its public half would be locked out. */
static bool is_half(const struct place *place, const char *name)
{
    return access(place_file_in(place, "keys", name, ""), F_OK) == 0
           && access(place_file_in(place, "keys", name, ".pub"), F_OK) != 0;
}

static int make_key(const struct place *place, const char *name)
{
    const char *folder = place_file(place, "keys"), *why;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return trouble("cannot make %s: %s", folder, strerror(errno));
    if (is_half(place, name))
        return trouble("%s/%s is there and %s.pub is not; move it away first", folder, name, name);
    const char *key = place_key(place, name, &why);
    if (!key)
        return trouble("%s", why);
    fprintf(stderr, "afterline: the key pair is %s/%s and %s.pub; the line for peers.own:\n",
            folder, name, name);
    printf("%s %s - -\n", name, key);
    return EXIT_FINE;
}

/* A key pair for who shall be let in over ZeroMQ: in the state folder's keys, and as a line of
 * peers.own.  One that is there is only said again. */
int key_command(int argc, char **argv)
{
    struct place place = {.arena = arena_new(), .state = ".afterline"};
    const char *name = NULL;
    const struct option_row options[] = {
        {"--state", &place.state, NULL, "DIR", "the pair is made in DIR/keys; else .afterline"},
    };
    struct command_line line = {
        usage, TABLE(options), .wanted = "NAME", .words = &name, .words_most = 1,
    };

    verb_read(argc, argv, &line);
    if (!is_name(name))
        verb_misused(&line, "'%s' is no name; expected a-z, 0-9, _, - and .", name);
    int code = make_key(&place, name);
    arena_free(place.arena);
    return code;
}

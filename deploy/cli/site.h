/*
 * site: where the house answers, and as whom we ask.
 *
 * The options that say so come from the command line, then from the environment (AFTERLINE_URL,
 * AFTERLINE_KEY for the key itself), then from the state folder (DIR/address, DIR/admin.key).
 */
#pragma once

#include "base/arena.h"
#include "verb.h"

struct site {
    struct arena *arena; /* lives as long as the verb */
    const char *url;     /* without a slash at the end */
    const char *key;     /* NULL before site_identify */
    const char *key_of;  /* where the key was found, for people */
    const char *key_file;
    bool key_given;    /* by option or environment, not found in the state folder */
    const char *state; /* folder */
};

/* Reads a verb's command line; ends the process with usage where it does not fit. */
struct site site_open(int argc, char **argv, struct command_line *line);

/* Finds the key, unless it is known; ends the process where there is none. */
void site_identify(struct site *site);

/* The first line of a file; NULL, with errno, where there is none. */
const char *site_line(struct arena *arena, const char *path);

/* The six services, in the order of a request. */
enum { SERVICES = 6 };
extern const char *const services[SERVICES];

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
    const char *key;
    bool key_given;    /* by option or environment, not found in the state folder */
    const char *state; /* folder */
};

/* Reads a verb's command line; ends the process with usage where it does not fit. */
struct site site_open(int argc, char **argv, struct command_line *line);

/* The first line of a file; NULL where there is none. */
const char *site_line(struct arena *arena, const char *path);

/* The six services, in the order of a request. */
enum { SERVICES = 6 };
extern const char *const services[SERVICES];

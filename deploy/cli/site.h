/*
 * site: the words the verbs of `afterline` share: where the house answers, and as whom.
 *
 * A verb takes its arguments with its own name first and returns an exit code.  Common options come
 * from the command line, then from the environment (AFTERLINE_URL, AFTERLINE_KEY for the key
 * itself), then from the state folder (DIR/address, DIR/admin.key).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { EXIT_FINE = 0, EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

struct site {
    struct arena *arena; /* lives as long as the verb */
    const char *url;     /* without a slash at the end */
    const char *key;
    bool key_given;    /* by option or environment, not found in the state folder */
    const char *state; /* folder */
};

/* An option of one verb: `--name VALUE`, or a bare flag where `flag` is given. */
struct option_row {
    const char *name;
    const char **value;
    bool *flag;
};

struct command_line {
    const char *usage; /* printed after "usage: afterline " */
    const struct option_row *options;
    size_t option_count;
    const char **words; /* what is not an option */
    size_t words_most;
    size_t word_count; /* filled */
};

/* Reads everything; ends the process with usage where it does not fit. */
struct site site_open(int argc, char **argv, struct command_line *line);

/* The first line of a file; NULL where there is none. */
const char *site_line(struct arena *arena, const char *path);

/* A number between bounds, or the end of the process. */
long site_number(const char *name, const char *text, long least, long most);

/* One line about what went wrong, to standard error; always EXIT_TROUBLE. */
int trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The six services, in the order of a request. */
enum { SERVICES = 6 };
extern const char *const services[SERVICES];

int status_command(int argc, char **argv);
int watch_command(int argc, char **argv);
int import_command(int argc, char **argv);
int verify_command(int argc, char **argv);
int parked_command(int argc, char **argv);

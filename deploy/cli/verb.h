/*
 * verb: what every verb of `afterline` begins and ends with: its command line, its complaint, its
 * exit code.
 *
 * A verb takes its arguments with its own name first and returns an exit code.  What it may be told
 * is a table, and `--help` prints that table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"

enum { EXIT_FINE = 0, EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

/* An option of one verb: `--name VALUE`, or a bare flag where `flag` is given. */
struct option_row {
    const char *name;
    const char **value;
    bool *flag;
    const char *shows; /* what the value is, for --help: "FILE" */
    const char *about; /* for --help, with what stands where it is not said */
};

struct command_line {
    const char *usage; /* printed after "usage: afterline " */
    const struct option_row *options;
    size_t option_count;
    const char *wanted; /* the first word, for people, where it is needed */
    const char **words; /* what is not an option */
    size_t words_most;
    size_t word_count;                   /* filled */
    TABLE_OF(struct option_row) commons; /* what other verbs may be told too */
};

/* Reads everything; ends the process with usage where it does not fit, with help where asked. */
void verb_read(int argc, char **argv, struct command_line *line);

/* A number between bounds, or the end of the process. */
long verb_number(const char *name, const char *text, long least, long most);

/* One line about what went wrong, the usage, and the end of the process. */
_Noreturn void verb_misused(const struct command_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One line about what went wrong, to standard error; always EXIT_TROUBLE. */
int trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));

int run_command(int argc, char **argv);
int status_command(int argc, char **argv);
int watch_command(int argc, char **argv);
int import_command(int argc, char **argv);
int verify_command(int argc, char **argv);
int key_command(int argc, char **argv);
int parked_command(int argc, char **argv);

/*
 * settings: a file of `name = value`, checked against a table.
 *
 * A setting is a row: name, unit, usual value, least, most, where it goes, what it is for.  An
 * unknown or repeated name, or a value out of bounds, is refused with the line's number.  `--check`
 * prints the file with each value, its bounds and its sentence.  Secrets come from files: a setting
 * only names the file.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/table.h"

enum unit { TEXT, COUNT, MILLISECONDS, SECONDS, HOURS, DAYS, BYTES };

struct setting {
    const char *name;
    enum unit unit;
    const char *usual;
    long least; /* for TEXT: the least length */
    long most;  /* for TEXT: the greatest length */
    void *to;   /* long *, or const char ** for TEXT */
    const char *about;
};

struct setting_table {
    const struct setting *rows;
    size_t count;
};

/* Gives every setting its usual value. */
void settings_usual(const struct setting_table *tables, size_t count);

/* Reads the text of a settings file; on false *why (in the arena) says what was expected. */
bool settings_read(struct arena *arena, const char *content, const struct setting_table *tables,
                   size_t count, const char **why);

/* Prints the file that would give the present values. */
void settings_print(FILE *to, const struct setting_table *tables, size_t count);

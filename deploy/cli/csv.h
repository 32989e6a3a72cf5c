/*
 * csv: rows of a file, one after another.
 *
 * RFC 4180: fields in quotes may hold separators, doubled quotes and line ends; CRLF or LF; a byte
 * order mark is skipped, so are empty lines.  The first row names the columns.  A row that can't be
 * read is handed over as bad, with its line and why, and reading goes on behind it.  Memory is
 * bounded by one row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { CSV_ROW_MOST = 1024 * 1024, CSV_COLUMNS_MOST = 1000 };

struct csv;

struct csv_row {
    const char *const *values; /* as many as columns; gone at the next csv_next */
    size_t count;
    unsigned long line; /* where the row begins, the first is 1 */
    const char *bad;    /* a stable word: why it can't be read; NULL for a good row */
    const char *detail; /* of bad, for people; gone at the next csv_next */
};

/* Lives in the arena; NULL and *why where it can't be read or has no columns. */
struct csv *csv_open(struct arena *arena, const char *path, char separator, const char **why);
void csv_close(struct csv *csv);

/* "no, town, state", for people. */
const char *csv_names(const struct csv *csv);
size_t csv_columns(const struct csv *csv);
const char *csv_column(const struct csv *csv, size_t i);

/* False at the end, or where reading broke (csv_broken). */
bool csv_next(struct csv *csv, struct csv_row *row);
const char *csv_broken(const struct csv *csv);

/* Bytes read so far and in all, for a progress bar; 0 in all where that is unknown. */
uint64_t csv_read(const struct csv *csv);
uint64_t csv_size(const struct csv *csv);

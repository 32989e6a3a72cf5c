/*
 * db_row: what PostgreSQL answers, and what it is asked with, as text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

struct db;

struct row {
    const struct row_names *names;
    const char *const *values; /* NULL for SQL null */
};

struct rows {
    const struct row_names *names;
    struct row *rows;
    size_t count;
};

struct row_names {
    size_t count;
    const char *const *names;
};

/* The named column, "" for SQL null; naming a column the statement does not return is a defect. */
const char *row_text(const struct row *row, const char *column);
int64_t row_number(const struct row *row, const char *column); /* 0 for null */
bool row_is(const struct row *row, const char *column);        /* boolean true */
bool row_null(const struct row *row, const char *column);

/* Numbers and bytes as parameters. */
char *db_number(struct arena *arena, int64_t number);
char *db_bytes(struct arena *arena, struct bytes bytes); /* bytea in hex: "\x…" */
char *db_instant(struct arena *arena, int64_t ms);
struct bytes row_bytes(struct arena *arena, const struct row *row, const char *column);

/* An array parameter, "{…}", quoted as PostgreSQL wants it; NULL items become NULL. */
char *db_array(struct arena *arena, const char *const *items, size_t count);

/*
 * A parameter of type bytea[], in PostgreSQL's binary form; as text, bytes are twice as long and
 * read one by one.  Good for one statement of the transaction.
 */
char *db_bytes_array(struct db *db, const struct bytes *items, size_t count);

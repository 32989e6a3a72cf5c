#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "edge/db_own.h"

enum { OID_INSTANT = 1184 }; /* timestamp with time zone */

static char *put(char *to, const char *from, size_t size)
{
    memcpy(to, from, size);
    return to + size;
}

/*
 * "2026-11-23 01:02:03.0045+00" → "2026-11-23T01:02:03.004Z", never longer than it was.  Infinity
 * and years before Christ stay as they are.
 */
static char *put_instant(char *to, const char *from, size_t length)
{
    static const size_t time_length = sizeof "01:02:03" - 1;
    const char *space = memchr(from, ' ', length);
    const char *end = from + length;
    if (!space || space + 1 + time_length > end || end[-1] == 'C')
        return put(to, from, length);

    to = put(to, from, (size_t)(space - from));
    *to++ = 'T';
    to = put(to, space + 1, time_length);
    const char *fraction = space + 1 + time_length;
    if (*fraction == '.') {
        char ms[] = ".000";
        for (size_t i = 1; i < 4 && fraction[i] >= '0' && fraction[i] <= '9'; i++)
            ms[i] = fraction[i];
        if (strcmp(ms, ".000") != 0)
            to = put(to, ms, 4);
    }
    *to++ = 'Z';
    return to;
}

static size_t size_of_rows(const PGresult *result, int columns, int first, int count)
{
    size_t size = sizeof(struct row_names) + (size_t)columns * sizeof(char *)
                  + (size_t)count * (sizeof(struct row) + (size_t)columns * sizeof(char *));
    for (int column = 0; column < columns; column++)
        size += strlen(PQfname(result, column)) + 1;
    for (int i = first; i < first + count; i++)
        for (int column = 0; column < columns; column++)
            size += (size_t)PQgetlength(result, i, column) + 1;
    return size;
}

/* Pointers first, where they are aligned, then all the text. */
void db_copy_rows(struct arena *arena, const PGresult *result, int first, int count,
                  struct rows *rows)
{
    int columns = PQnfields(result);
    struct row_names *names = arena_take(arena, size_of_rows(result, columns, first, count));
    struct row *row = (struct row *)(names + 1);
    const char **name = (const char **)(row + count);
    const char **value = name + columns;
    char *text = (char *)(value + (size_t)columns * (size_t)count);

    *names = (struct row_names){(size_t)columns, name};
    *rows = (struct rows){names, row, (size_t)count};
    for (int column = 0; column < columns; column++) {
        *name++ = text;
        text = put(text, PQfname(result, column), strlen(PQfname(result, column)) + 1);
    }
    for (int i = first; i < first + count; i++, row++) {
        *row = (struct row){names, value};
        for (int column = 0; column < columns; column++, value++) {
            if (PQgetisnull(result, i, column))
                continue;
            size_t length = (size_t)PQgetlength(result, i, column);
            const char *cell = PQgetvalue(result, i, column);
            *value = text;
            text = PQftype(result, column) == OID_INSTANT ? put_instant(text, cell, length)
                                                          : put(text, cell, length);
            *text++ = '\0';
        }
    }
}

static const char *value_of(const struct row *row, const char *column)
{
    CHECK(row->values);
    for (size_t i = 0; i < row->names->count; i++)
        if (strcmp(row->names->names[i], column) == 0)
            return row->values[i];
    log_error("said=defect column=%s reason=the_statement_does_not_return_it", column);
    abort();
}

const char *row_text(const struct row *row, const char *column)
{
    const char *value = value_of(row, column);
    return value ? value : "";
}

int64_t row_number(const struct row *row, const char *column)
{
    const char *value = value_of(row, column);
    return value ? strtoll(value, NULL, 10) : 0;
}

bool row_is(const struct row *row, const char *column)
{
    const char *value = value_of(row, column);
    return value && value[0] == 't' && !value[1];
}

bool row_null(const struct row *row, const char *column)
{
    return !value_of(row, column);
}

static uint8_t nibble(char digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

struct bytes row_bytes(struct arena *arena, const struct row *row, const char *column)
{
    const char *hex = row_text(row, column);
    size_t length = strlen(hex);
    if (!length)
        return (struct bytes){0};
    CHECK(length % 2 == 0 && hex[0] == '\\' && hex[1] == 'x');

    size_t size = length / 2 - 1;
    uint8_t *bytes = arena_take(arena, size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(nibble(hex[2 * i + 2]) << 4 | nibble(hex[2 * i + 3]));
    return (struct bytes){bytes, size};
}

#include "csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/utf8.h"

struct csv {
    FILE *file;
    char separator;
    struct arena *names;
    const char **columns;
    size_t column_count;
    char *bytes; /* of the row being read, fields ended by NUL */
    size_t used;
    const char *values[CSV_COLUMNS_MOST];
    size_t starts[CSV_COLUMNS_MOST];
    size_t count;
    unsigned long line; /* of the next byte */
    uint64_t read;
    uint64_t size;
    const char *broken;
};

static int next_byte(struct csv *csv)
{
    int byte = getc_unlocked(csv->file);

    if (byte == EOF)
        return EOF;
    csv->read++;
    if (byte == '\n')
        csv->line++;
    return byte;
}

static int peek_byte(struct csv *csv)
{
    int byte = getc_unlocked(csv->file);

    if (byte != EOF)
        ungetc(byte, csv->file);
    return byte;
}

/* Keeps one byte of a field; past the limit only counts. */
static void keep(struct csv *csv, int byte)
{
    if (csv->used < CSV_ROW_MOST)
        csv->bytes[csv->used] = (char)byte;
    csv->used++;
}

static bool begin_field(struct csv *csv)
{
    if (csv->count == CSV_COLUMNS_MOST)
        return false;
    csv->starts[csv->count++] = csv->used;
    return true;
}

/* The inside of a quoted field, up to and with its closing quote; what comes next, or EOF where the
 * quote is never closed (*bad). */
static int read_quoted(struct csv *csv, const char **bad)
{
    for (;;) {
        int byte = next_byte(csv);
        if (byte == EOF || csv->used > CSV_ROW_MOST) {
            *bad = byte == EOF ? "unclosed_quote" : "too_long";
            return byte == EOF ? EOF : next_byte(csv);
        }
        if (byte == '\0')
            *bad = "zero_byte";
        if (byte != '"') {
            keep(csv, byte);
            continue;
        }
        byte = next_byte(csv);
        if (byte != '"')
            return byte;
        keep(csv, '"');
    }
}

/* One field; what ended it: a separator, '\n' or EOF. */
static int read_field(struct csv *csv, int byte, const char **bad)
{
    if (!begin_field(csv))
        *bad = "too_many_columns";
    if (byte == '"') {
        byte = read_quoted(csv, bad);
        if (byte == '\r' && peek_byte(csv) == '\n')
            byte = next_byte(csv);
        if (byte != csv->separator && byte != '\n' && byte != EOF && !*bad)
            *bad = "text_after_quote";
    }
    for (; byte != csv->separator && byte != '\n' && byte != EOF; byte = next_byte(csv)) {
        if (byte == '\r' && peek_byte(csv) == '\n')
            continue;
        if (byte == '\0' && !*bad)
            *bad = "zero_byte";
        keep(csv, byte);
    }
    keep(csv, '\0');
    return byte;
}

static bool is_line_end(struct csv *csv, int byte)
{
    if (byte == '\r' && peek_byte(csv) == '\n')
        byte = next_byte(csv);
    return byte == '\n';
}

static bool read_row(struct csv *csv, unsigned long *line, const char **bad)
{
    int byte;

    do {
        *line = csv->line;
        byte = next_byte(csv);
    } while (is_line_end(csv, byte));
    if (byte == EOF)
        return false;

    csv->used = csv->count = 0;
    *bad = NULL;
    while ((byte = read_field(csv, byte, bad)) == csv->separator)
        byte = next_byte(csv);
    if (csv->used > CSV_ROW_MOST)
        *bad = "too_long";
    if (!*bad && !utf8_is(csv->bytes, csv->used))
        *bad = "bad_utf8";
    if (*bad)
        csv->count = 0;
    for (size_t i = 0; i < csv->count; i++)
        csv->values[i] = csv->bytes + csv->starts[i];
    return true;
}

/* Bytes that turn out to be no mark are given back; the stream still holds them in its buffer. */
static void skip_mark(struct csv *csv)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    size_t met = 0;

    while (met < sizeof mark && peek_byte(csv) == mark[met]) {
        next_byte(csv);
        met++;
    }
    for (size_t i = met; met < sizeof mark && i > 0; i--) {
        ungetc(mark[i - 1], csv->file);
        csv->read--;
    }
}

static bool has_column(const struct csv *csv, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(csv->columns[i], name) == 0)
            return true;
    return false;
}

static const char *read_columns(struct csv *csv)
{
    unsigned long line;
    const char *bad;

    if (!read_row(csv, &line, &bad))
        return "the file is empty";
    if (bad)
        return bad;
    csv->columns = arena_take(csv->names, csv->count * sizeof *csv->columns);
    csv->column_count = csv->count;
    for (size_t i = 0; i < csv->count; i++) {
        if (*csv->values[i] && has_column(csv, i, csv->values[i]))
            return "two columns have the same name";
        csv->columns[i] = arena_copy(csv->names, csv->values[i]);
    }
    return NULL;
}

struct csv *csv_open(const char *path, char separator, const char **why)
{
    struct stat about;
    FILE *file = fopen(path, "re");

    if (!file) {
        *why = strerror(errno);
        return NULL;
    }
    struct arena *names = arena_new();
    struct csv *csv = arena_take(names, sizeof *csv);
    csv->file = file;
    csv->separator = separator;
    csv->names = names;
    csv->bytes = arena_take(names, CSV_ROW_MOST);
    csv->line = 1;
    if (fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode))
        csv->size = (uint64_t)about.st_size;
    skip_mark(csv);
    *why = read_columns(csv);
    if (!*why)
        return csv;
    csv_close(csv);
    return NULL;
}

void csv_close(struct csv *csv)
{
    fclose(csv->file);
    arena_free(csv->names);
}

size_t csv_columns(const struct csv *csv)
{
    return csv->column_count;
}

const char *csv_column(const struct csv *csv, size_t i)
{
    return csv->columns[i];
}

bool csv_next(struct csv *csv, struct csv_row *row)
{
    *row = (struct csv_row){0};
    if (!read_row(csv, &row->line, &row->bad)) {
        if (ferror(csv->file))
            csv->broken = strerror(errno);
        return false;
    }
    if (!row->bad && csv->count != csv->column_count)
        row->bad = "wrong_number_of_columns";
    row->values = csv->values;
    row->count = csv->count;
    return true;
}

const char *csv_broken(const struct csv *csv)
{
    return csv->broken;
}

uint64_t csv_read(const struct csv *csv)
{
    return csv->read;
}

uint64_t csv_size(const struct csv *csv)
{
    return csv->size;
}

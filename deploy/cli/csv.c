#include "csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/utf8.h"

enum { DETAIL_MOST = 200 };

struct csv {
    FILE *file;
    char separator;
    struct arena *arena;
    const char **columns;
    size_t column_count;
    char *bytes; /* of the row being read, fields ended by NUL */
    size_t used;
    const char *values[CSV_COLUMNS_MOST];
    size_t starts[CSV_COLUMNS_MOST];
    size_t count;
    const char *bad;
    char detail[DETAIL_MOST];
    unsigned long line; /* of the next byte */
    uint64_t read;
    uint64_t size;
    const char *broken;
};

/* The first thing wrong with a row is what is said of it. */
__attribute__((format(printf, 3, 4))) static void spoil(struct csv *csv, const char *bad,
                                                        const char *format, ...)
{
    va_list list;

    if (csv->bad)
        return;
    csv->bad = bad;
    va_start(list, format);
    vsnprintf(csv->detail, sizeof csv->detail, format, list);
    va_end(list);
}

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

static void keep_said(struct csv *csv, int byte)
{
    if (byte == '\0')
        spoil(csv, "zero_byte", "there is a zero byte in it");
    keep(csv, byte);
}

static void begin_field(struct csv *csv)
{
    if (csv->count == CSV_COLUMNS_MOST)
        spoil(csv, "too_many_columns", "a row has at most %d columns", CSV_COLUMNS_MOST);
    else
        csv->starts[csv->count++] = csv->used;
}

/* The inside of a quoted field, up to and with its closing quote; what comes next, or EOF where the
 * quote is never closed. */
static int read_quoted(struct csv *csv)
{
    unsigned long opened = csv->line;

    for (int last = '"', byte;; last = byte) {
        byte = next_byte(csv);
        if (byte == EOF) {
            spoil(csv, "unclosed_quote",
                  "the quote opened in line %lu is never closed; it swallowed %lu lines, all to the"
                  " end of the file",
                  opened, csv->line - opened + (last != '\n'));
            return EOF;
        }
        if (csv->used > CSV_ROW_MOST) {
            spoil(csv, "too_long", "a row has at most %d bytes; was the quote in line %lu closed?",
                  CSV_ROW_MOST, opened);
            return next_byte(csv);
        }
        if (byte == '"' && (byte = next_byte(csv)) != '"')
            return byte;
        keep_said(csv, byte);
    }
}

/* One field; what ended it: a separator, '\n' or EOF. */
static int read_field(struct csv *csv, int byte)
{
    begin_field(csv);
    if (byte == '"') {
        byte = read_quoted(csv);
        if (byte == '\r' && peek_byte(csv) == '\n')
            byte = next_byte(csv);
        if (byte != csv->separator && byte != '\n' && byte != EOF)
            spoil(csv, "text_after_quote", "a field goes on behind its closing quote");
    }
    for (; byte != csv->separator && byte != '\n' && byte != EOF; byte = next_byte(csv)) {
        if (byte != '\r' || peek_byte(csv) != '\n')
            keep_said(csv, byte);
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

static bool read_row(struct csv *csv, unsigned long *line)
{
    int byte;

    do {
        *line = csv->line;
        byte = next_byte(csv);
    } while (is_line_end(csv, byte));
    if (byte == EOF)
        return false;

    csv->used = csv->count = 0;
    csv->bad = NULL;
    while ((byte = read_field(csv, byte)) == csv->separator)
        byte = next_byte(csv);
    if (csv->used > CSV_ROW_MOST)
        spoil(csv, "too_long", "a row has at most %d bytes", CSV_ROW_MOST);
    if (!csv->bad && !utf8_is(csv->bytes, csv->used))
        spoil(csv, "bad_utf8", "it is not UTF-8; is it GBK? iconv -f GBK -t UTF-8 FILE > NEW");
    if (csv->bad)
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

    if (!read_row(csv, &line))
        return ferror(csv->file) ? strerror(errno) : "the file is empty";
    if (csv->bad)
        return arena_print(csv->arena, "the names of the columns can't be read: %s: %s", csv->bad,
                           csv->detail);
    csv->columns = arena_take(csv->arena, csv->count * sizeof *csv->columns);
    for (size_t i = 0; i < csv->count; i++) {
        if (*csv->values[i] && has_column(csv, i, csv->values[i]))
            return arena_print(csv->arena, "two columns have the same name, '%s'", csv->values[i]);
        csv->columns[csv->column_count++] = arena_copy(csv->arena, csv->values[i]);
    }
    return NULL;
}

struct csv *csv_open(struct arena *arena, const char *path, char separator, const char **why)
{
    struct stat about;
    FILE *file = fopen(path, "re");

    if (!file) {
        *why = strerror(errno);
        return NULL;
    }
    struct csv *csv = arena_take(arena, sizeof *csv);
    csv->file = file;
    csv->separator = separator;
    csv->arena = arena;
    csv->bytes = arena_take(arena, CSV_ROW_MOST);
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
}

const char *csv_names(const struct csv *csv)
{
    struct text names = text_new(csv->arena);

    for (size_t i = 0; i < csv->column_count; i++)
        text_print(&names, "%s%s", i ? ", " : "", csv->columns[i]);
    return names.at;
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
    if (!read_row(csv, &row->line)) {
        if (ferror(csv->file))
            csv->broken = strerror(errno);
        return false;
    }
    if (!csv->bad && csv->count != csv->column_count)
        spoil(csv, "wrong_number_of_columns", "expected %zu columns, found %zu", csv->column_count,
              csv->count);
    row->bad = csv->bad;
    row->detail = csv->detail;
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

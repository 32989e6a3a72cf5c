#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "edge/db_own.h"

char *db_number(struct arena *arena, int64_t number)
{
    return arena_print(arena, "%lld", (long long)number);
}

char *db_bytes(struct arena *arena, struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_take(arena, 2 + 2 * bytes.size + 1);
    char *to = hex;

    *to++ = '\\';
    *to++ = 'x';
    for (size_t i = 0; i < bytes.size; i++) {
        *to++ = digits[bytes.at[i] >> 4];
        *to++ = digits[bytes.at[i] & 15];
    }
    return hex;
}

char *db_instant(struct arena *arena, int64_t ms)
{
    return clock_text(arena, ms);
}

static void add_item(struct text *array, const char *item)
{
    if (!item) {
        text_add(array, "NULL");
        return;
    }
    text_add(array, "\"");
    while (*item) {
        size_t plain = strcspn(item, "\"\\");
        text_add_bytes(array, item, plain);
        item += plain;
        if (*item) {
            text_add(array, "\\");
            text_add_bytes(array, item++, 1);
        }
    }
    text_add(array, "\"");
}

char *db_array(struct arena *arena, const char *const *items, size_t count)
{
    struct text array = text_new(arena);

    text_add(&array, "{");
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add(&array, ",");
        add_item(&array, items[i]);
    }
    text_add(&array, "}");
    return array.at;
}

/* A quoted column of a quoted row: what has a meaning in both is said to both. */
static void add_quoted_column(struct text *array, const char *column)
{
    text_add(array, "\\\"");
    while (*column) {
        size_t plain = strcspn(column, "\"\\");
        text_add_bytes(array, column, plain);
        column += plain;
        if (*column)
            text_add(array, *column++ == '"' ? "\\\"\\\"" : "\\\\\\\\");
    }
    text_add(array, "\\\"");
}

/* What is not there is NULL, and an empty text is quoted, as are those that say more than text. */
void db_add_row(struct text *array, const char *const *texts)
{
    static const char meant[] = "\"\\(),";

    text_add(array, "\"(");
    for (size_t i = 0; texts[i] != db_end; i++) {
        const char *column = texts[i];
        if (i)
            text_add(array, ",");
        if (column && (!*column || column[strcspn(column, meant)]))
            add_quoted_column(array, column);
        else if (column)
            text_add(array, column);
    }
    text_add(array, ")\"");
}

/* What stands here up to its end: a comment, something quoted, or a single character. */
static size_t piece_length(const char *text)
{
    if (text[0] == '-' && text[1] == '-')
        return strcspn(text, "\n");
    if (text[0] != '\'' && text[0] != '"')
        return 1;
    const char *end = strchr(text + 1, text[0]);
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

char *db_in_schema(struct arena *arena, const char *text, const char *schema)
{
    struct text placed = text_new(arena);

    while (*text) {
        if (text[0] == '@' && text[1] == '.' && islower((unsigned char)text[2])) {
            text_add(&placed, schema);
            text++;
            continue;
        }
        size_t length = piece_length(text);
        text_add_bytes(&placed, text, length);
        text += length;
    }
    return placed.at;
}

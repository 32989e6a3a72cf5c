#include "base/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

static const char *const unit_words[] = {
    [TEXT] = "bytes long", [COUNT] = "",      [MILLISECONDS] = "milliseconds",
    [SECONDS] = "seconds", [HOURS] = "hours", [DAYS] = "days",
    [BYTES] = "bytes",
};

struct reading {
    struct arena *arena;
    const struct setting_table *tables;
    size_t count;
    long *seen; /* per setting, in the tables' order: the line that set it, or 0 */
    long line;
    const char **why;
};

static bool parse_number(const char *text, long *number)
{
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    return !errno && end != text && !*end && !isspace((unsigned char)*text);
}

static bool is_within(const struct setting *setting, long measure)
{
    return measure >= setting->least && measure <= setting->most;
}

void settings_usual(const struct setting_table *tables, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < tables[i].count; j++) {
            const struct setting *setting = &tables[i].rows[j];
            if (setting->unit == TEXT) {
                *(const char **)setting->to = text_or_empty(setting->usual);
                continue;
            }
            long number;
            CHECK(parse_number(setting->usual, &number) && is_within(setting, number));
            *(long *)setting->to = number;
        }
}

static const struct setting *find_setting(const struct reading *reading, const char *name,
                                          size_t *index)
{
    *index = 0;
    for (size_t i = 0; i < reading->count; i++)
        for (size_t j = 0; j < reading->tables[i].count; j++, (*index)++)
            if (strcmp(reading->tables[i].rows[j].name, name) == 0)
                return &reading->tables[i].rows[j];
    return NULL;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length && strchr(" \t\r", text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

static bool take_value(struct reading *reading, const struct setting *setting, const char *value)
{
    long number = (long)strlen(value);
    if (setting->unit != TEXT && !parse_number(value, &number)) {
        *reading->why =
            arena_print(reading->arena, "line %ld: %s must be a whole number, not \"%s\"",
                        reading->line, setting->name, value);
        return false;
    }
    if (!is_within(setting, number)) {
        const char *unit = unit_words[setting->unit];
        *reading->why = arena_print(reading->arena, "line %ld: %s must be %ld to %ld%s%s, not %ld",
                                    reading->line, setting->name, setting->least, setting->most,
                                    *unit ? " " : "", unit, number);
        return false;
    }
    if (setting->unit == TEXT)
        *(const char **)setting->to = arena_copy(reading->arena, value);
    else
        *(long *)setting->to = number;
    return true;
}

static bool read_line(struct reading *reading, char *line)
{
    line = trim(line);
    if (!*line || *line == '#')
        return true;

    char *equals = strchr(line, '=');
    if (!equals) {
        *reading->why = arena_print(reading->arena, "line %ld: expected name = value, not \"%s\"",
                                    reading->line, line);
        return false;
    }
    *equals = '\0';
    const char *name = trim(line);

    size_t index;
    const struct setting *setting = find_setting(reading, name, &index);
    if (!setting) {
        *reading->why = arena_print(reading->arena, "line %ld: there is no setting \"%s\"",
                                    reading->line, name);
        return false;
    }
    if (reading->seen[index]) {
        *reading->why = arena_print(reading->arena, "line %ld: %s is already set on line %ld",
                                    reading->line, name, reading->seen[index]);
        return false;
    }
    reading->seen[index] = reading->line;
    return take_value(reading, setting, trim(equals + 1));
}

/* A text without a usual value has to be given. */
static bool texts_are_given(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++)
        for (size_t j = 0; j < reading->tables[i].count; j++) {
            const struct setting *setting = &reading->tables[i].rows[j];
            if (setting->unit != TEXT
                || is_within(setting, (long)strlen(*(const char **)setting->to)))
                continue;
            *reading->why =
                arena_print(reading->arena, "%s must be set: %s", setting->name, setting->about);
            return false;
        }
    return true;
}

bool settings_read(struct arena *arena, const char *content, const struct setting_table *tables,
                   size_t count, const char **why)
{
    size_t settings = 0;
    for (size_t i = 0; i < count; i++)
        settings += tables[i].count;
    struct reading reading = {arena, tables, count, .why = why};
    reading.seen = arena_take(arena, settings * sizeof *reading.seen);

    char *rest = arena_copy(arena, content);
    while (rest) {
        char *line = strsep(&rest, "\n");
        reading.line++;
        if (!read_line(&reading, line))
            return false;
    }
    return texts_are_given(&reading);
}

static void print_setting(FILE *to, const struct setting *setting)
{
    const char *unit = unit_words[setting->unit];
    fprintf(to, "# %s (%ld to %ld%s%s", setting->about, setting->least, setting->most,
            *unit ? " " : "", unit);
    if (!text_empty(setting->usual))
        fprintf(to, "; usually %s", setting->usual);
    fputs(")\n", to);

    if (setting->unit == TEXT)
        fprintf(to, "%s = %s\n\n", setting->name, *(const char **)setting->to);
    else
        fprintf(to, "%s = %ld\n\n", setting->name, *(long *)setting->to);
}

void settings_print(FILE *to, const struct setting_table *tables, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < tables[i].count; j++)
            print_setting(to, &tables[i].rows[j]);
}

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "map_inside.h"
#include "web.h"

enum { NAMED_MOST = 20 };

/* "Location 143" → "location-143": what a code may consist of. */
static const char *slug_of(struct arena *arena, const char *text)
{
    struct text slug = text_new(arena);

    for (; *text; text++) {
        char letter = (char)tolower((unsigned char)*text);
        if (isalnum((unsigned char)letter))
            text_add_bytes(&slug, &letter, 1);
        else if (slug.length && slug.at[slug.length - 1] != '-')
            text_add(&slug, "-");
    }
    if (slug.length && slug.at[slug.length - 1] == '-')
        slug.at[--slug.length] = '\0';
    return slug.at;
}

/* "29-02-2016 01:16" with the map's format and offset → "2016-02-29T01:16:00Z"; NULL: no date. */
static const char *instant_of(const struct map *map, struct arena *arena, const char *text)
{
    json_t *dates = json_object_get(map->json, "dates");
    const char *offset = web_text(dates, "offset");
    struct tm tm = {0};
    char local[64];
    int64_t ms;

    const char *end = strptime(text, web_text(dates, "format"), &tm);
    if (!end || *end || !strftime(local, sizeof local, "%Y-%m-%dT%H:%M:%S", &tm)
        || !clock_parse(arena_print(arena, "%s%s", local, *offset ? offset : "Z"), &ms))
        return NULL;
    return clock_text(arena, ms);
}

static bool is_missing(const struct map *map, const char *text)
{
    size_t i;
    json_t *marker;

    json_array_foreach(json_object_get(map->json, "missing"), i, marker)
    {
        if (strcmp(json_string_value(marker), text) == 0)
            return true;
    }
    return !*text;
}

static bool flawed(struct map_flaw *flaw, const char *reason, const char *detail)
{
    *flaw = (struct map_flaw){reason, detail};
    return false;
}

/* The first of them, for people; a list of towns may be long. */
static const char *names_of(struct arena *arena, json_t *table)
{
    struct text names = text_new(arena);
    const char *name;
    json_t *row;
    size_t count = 0;

    json_object_foreach(table, name, row)
    {
        if (count++ < NAMED_MOST)
            text_print(&names, "%s%s", names.length ? ", " : "", name);
    }
    if (count > NAMED_MOST)
        text_add(&names, ", …");
    return names.at;
}

static const char *not_a_date(const struct map *map, struct arena *arena, const char *said)
{
    const char *format = web_text(json_object_get(map->json, "dates"), "format");

    return arena_print(arena, "'%s' is not a date in the format %s", said, format);
}

/* What the file says, in our words. */
static bool translate(const struct map *map, struct arena *arena, const json_t *word,
                      const char **text, struct map_flaw *flaw)
{
    json_t *values = json_object_get(word, "values");
    const char *said = *text;

    if (values) {
        const char *known = json_string_value(json_object_get(values, said));
        *text = known ? known : json_string_value(json_object_get(word, "otherwise"));
        return *text
               || flawed(flaw, "unknown_value",
                         arena_print(arena, "'%s' is none of the values the map knows: %s", said,
                                     names_of(arena, values)));
    }
    if (json_is_true(json_object_get(word, "date"))) {
        *text = instant_of(map, arena, said);
        return *text || flawed(flaw, "bad_date", not_a_date(map, arena, said));
    }
    if (json_is_true(json_object_get(word, "slug")))
        *text = slug_of(arena, said);
    return true;
}

static bool read_word(const struct map *map, struct arena *arena, const json_t *word,
                      const struct entry *entry, const char **text, struct map_flaw *flaw)
{
    *text = map_fill(map, arena, web_text(word, "from"), entry);
    if (!is_missing(map, *text))
        return translate(map, arena, word, text, flaw);
    *text = web_text(word, "missing");
    return !json_is_true(json_object_get(word, "required"))
           || flawed(flaw, "missing_value", "the map cannot do without it");
}

bool map_read(const struct map *map, struct arena *arena, const struct csv_row *row,
              struct entry *entry, struct map_flaw *flaw)
{
    const char *name;
    json_t *word;
    size_t place = map->column_count;

    entry->line = row->line;
    entry->values = arena_take(arena, map->name_count * sizeof *entry->values);
    for (size_t i = 0; i < map->name_count; i++)
        entry->values[i] = i < map->column_count ? arena_copy(arena, row->values[i]) : "";
    json_object_foreach(json_object_get(map->json, "words"), name, word)
    {
        if (!read_word(map, arena, word, entry, &entry->values[place++], flaw)) {
            flaw->detail = arena_print(arena, "%s: %s", name, flaw->detail);
            return false;
        }
    }
    return true;
}

#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "map_inside.h"
#include "web.h"

/* Every move names an action that there is. */
static const char *check_moves(struct arena *arena, json_t *json)
{
    const char *target, *position;
    json_t *ways, *action;

    json_object_foreach(json_object_get(json, "moves"), target, ways)
    {
        json_object_foreach(ways, position, action)
        {
            const char *name = json_string_value(action);
            if (!json_object_get(json_object_get(json, "actions"), name))
                return arena_print(arena, "moves.%s.%s: there is no action '%s'", target, position,
                                   name);
        }
    }
    return NULL;
}

/* Where a counter leads through has to be somewhere that moves lead to. */
static const char *check_detours(struct arena *arena, json_t *json)
{
    size_t i, j;
    json_t *counter, *target;

    json_array_foreach(json_object_get(json, "counters"), i, counter)
    {
        json_array_foreach(json_object_get(counter, "through"), j, target)
        {
            const char *name = json_string_value(target);
            if (!map_look_up(json_object_get(json, "moves"), name))
                return arena_print(arena, "counters[%zu].through[%zu]: no moves lead to '%s'", i, j,
                                   name);
        }
    }
    return NULL;
}

static const char *check_dates(struct arena *arena, json_t *json)
{
    const char *name;
    json_t *word;

    json_object_foreach(json_object_get(json, "words"), name, word)
    {
        if (json_is_true(json_object_get(word, "date")) && !json_object_get(json, "dates"))
            return arena_print(arena, "words.%s is a date, so dates.format is needed", name);
    }
    return NULL;
}

static const char *check_map(struct arena *arena, json_t *json)
{
    static const char *(*const checks[])(struct arena * arena, json_t * json) = {
        map_check_shape,
        check_dates,
        check_moves,
        check_detours,
    };
    const char *flaw = NULL;

    for (size_t i = 0; !flaw && i < LENGTH(checks); i++)
        flaw = checks[i](arena, json);
    return flaw;
}

struct map *map_load(struct arena *arena, const char *path, const char **why)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!json) {
        *why = error.line < 0 ? arena_copy(arena, error.text)
                              : arena_print(arena, "%s:%d: %s", path, error.line, error.text);
        return NULL;
    }
    const char *flaw = check_map(arena, json);
    if (flaw) {
        *why = arena_print(arena, "%s: %s", path, flaw);
        json_decref(json);
        return NULL;
    }
    struct map *map = arena_take(arena, sizeof *map);
    map->json = json;
    map->arena = arena;
    return map;
}

void map_free(struct map *map)
{
    json_decref(map->json);
}

long map_find(const struct map *map, const char *name, size_t length)
{
    for (size_t i = 0; i < map->name_count; i++) {
        if (strncmp(map->names[i], name, length) == 0 && !map->names[i][length])
            return (long)i;
    }
    return MAP_UNKNOWN;
}

/* The first thing wrong with the names in any string of this part; NULL for nothing. */
static const char *check_names(const struct map *map, const char *where, json_t *part)
{
    const char *name, *flaw = NULL;
    json_t *member;
    size_t i;

    json_object_foreach(part, name, member)
    {
        if (!flaw)
            flaw = check_names(map, where, member);
    }
    json_array_foreach(part, i, member)
    {
        if (!flaw)
            flaw = check_names(map, where, member);
    }
    for (const char *at = json_string_value(part); !flaw && at && (at = strstr(at, "${"));
         at += 2) {
        size_t length = strcspn(at + 2, "}");
        if (!at[2 + length] || map_find(map, at + 2, length) == MAP_UNKNOWN)
            flaw = arena_print(map->arena, "%s: '%s' is neither a column of the file nor a word",
                               where, at);
    }
    return flaw;
}

/* A word may be made of columns and of words before it, nothing else. */
static const char *bind_words(struct map *map)
{
    const char *name, *flaw;
    json_t *word;

    json_object_foreach(json_object_get(map->json, "words"), name, word)
    {
        if (map_find(map, name, strlen(name)) != MAP_UNKNOWN)
            return arena_print(map->arena, "words.%s is a column of the file too", name);
        flaw = check_names(map, arena_print(map->arena, "words.%s", name),
                           json_object_get(word, "from"));
        if (flaw)
            return flaw;
        map->names[map->name_count++] = name;
    }
    return NULL;
}

bool map_bind(struct map *map, const struct csv *csv, const char **why)
{
    static const char *const filled[] = {
        "ticket", "target", "first", "register", "actions", "counters", "amend", "note",
    };
    size_t words = json_object_size(json_object_get(map->json, "words"));

    map->column_count = csv_columns(csv);
    map->names = arena_take(map->arena, (map->column_count + words) * sizeof *map->names);
    for (; map->name_count < map->column_count; map->name_count++)
        map->names[map->name_count] = csv_column(csv, map->name_count);
    *why = bind_words(map);
    for (size_t i = 0; !*why && i < LENGTH(filled); i++)
        *why = check_names(map, filled[i], json_object_get(map->json, filled[i]));
    if (*why)
        *why = arena_print(map->arena, "%s; its columns are: %s", *why, csv_names(csv));
    return !*why;
}

#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "map_inside.h"
#include "web.h"

/* What a map consists of: section, its JSON type, whether a map can do without. */
static const struct section {
    const char *name;
    json_type type;
    bool needed;
} sections[] = {
    {"name",      JSON_STRING, true },
    {"about",     JSON_STRING, false},
    {"separator", JSON_STRING, false},
    {"missing",   JSON_ARRAY,  false},
    {"dates",     JSON_OBJECT, false},
    {"words",     JSON_OBJECT, true },
    {"ticket",    JSON_STRING, true },
    {"first",     JSON_ARRAY,  false},
    {"register",  JSON_OBJECT, true },
    {"position",  JSON_ARRAY,  true },
    {"target",    JSON_STRING, true },
    {"moves",     JSON_OBJECT, true },
    {"actions",   JSON_OBJECT, true },
    {"counters",  JSON_ARRAY,  false},
    {"amend",     JSON_OBJECT, false},
    {"note",      JSON_OBJECT, false},
};

static const struct section *find_section(const char *name)
{
    for (size_t i = 0; i < LENGTH(sections); i++) {
        if (strcmp(sections[i].name, name) == 0)
            return &sections[i];
    }
    return NULL;
}

static const char *check_sections(struct arena *arena, json_t *json)
{
    const char *name;
    json_t *given;

    if (!json_is_object(json))
        return "an object was expected";
    json_object_foreach(json, name, given)
    {
        const struct section *section = find_section(name);
        if (!section)
            return arena_print(arena, "there is no section '%s'", name);
        if (json_typeof(given) != section->type)
            return arena_print(arena, "section '%s' has the wrong type", name);
    }
    for (size_t i = 0; i < LENGTH(sections); i++) {
        if (sections[i].needed && !json_object_get(json, sections[i].name))
            return arena_print(arena, "section '%s' is missing", sections[i].name);
    }
    return NULL;
}

/* What a word may say about itself. */
static const char *const word_members[] = {
    "from", "values", "otherwise", "missing", "required", "date", "slug",
};

static bool is_word_member(const char *name)
{
    for (size_t i = 0; i < LENGTH(word_members); i++) {
        if (strcmp(word_members[i], name) == 0)
            return true;
    }
    return false;
}

static const char *check_words(struct arena *arena, json_t *json)
{
    const char *name, *member;
    json_t *word, *value;

    json_object_foreach(json_object_get(json, "words"), name, word)
    {
        if (!json_is_string(json_object_get(word, "from")))
            return arena_print(arena, "words.%s has no 'from'", name);
        json_object_foreach(word, member, value)
        {
            if (!is_word_member(member))
                return arena_print(arena, "words.%s: there is no '%s'", name, member);
        }
    }
    return NULL;
}

/* A ticket is found again by its reference, long after the house has forgotten its key. */
static const char *check_register(struct arena *arena, json_t *json)
{
    const json_t *body = json_object_get(json_object_get(json, "register"), "body");

    if (json_is_string(json_object_get(body, "channel_ref")))
        return NULL;
    return "register.body has no 'channel_ref', by which a ticket is found again";
}

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
            if (!name || !json_object_get(json_object_get(json, "actions"), name))
                return arena_print(arena, "moves.%s.%s names no action", target, position);
        }
    }
    return NULL;
}

struct map *map_load(struct arena *arena, const char *path, const char **why)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!json) {
        *why = arena_print(arena, "%s:%d: %s", path, error.line, error.text);
        return NULL;
    }
    const char *flaw = check_sections(arena, json);
    if (!flaw)
        flaw = check_words(arena, json);
    if (!flaw)
        flaw = check_register(arena, json);
    if (!flaw)
        flaw = check_moves(arena, json);
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
    return !*why;
}

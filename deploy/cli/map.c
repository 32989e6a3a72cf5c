#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "map_inside.h"
#include "web.h"

const char *map_fill(const struct map *map, struct arena *arena, const char *template,
                     const struct entry *entry)
{
    struct text filled = text_new(arena);
    const char *open;

    for (; (open = strstr(template, "${")); template = strchr(open, '}') + 1) {
        text_add_bytes(&filled, template, (size_t)(open - template));
        text_add(&filled, entry->values[map_find(map, open + 2, strcspn(open + 2, "}"))]);
    }
    text_add(&filled, template);
    return filled.at;
}

/* A body: every string filled, members that come out empty left out. */
static json_t *fill_body(const struct map *map, struct arena *arena, json_t *template,
                         const struct entry *entry)
{
    const char *name;
    json_t *member;

    if (json_is_string(template)) {
        const char *text = map_fill(map, arena, json_string_value(template), entry);
        return *text ? json_string(text) : NULL;
    }
    if (!json_is_object(template))
        return json_incref(template);

    json_t *body = json_object();
    json_object_foreach(template, name, member)
    {
        json_t *value = fill_body(map, arena, member, entry);
        if (value)
            json_object_set_new(body, name, value);
    }
    return body;
}

static struct call fill_call(const struct map *map, struct arena *arena, json_t *section,
                             const struct entry *entry)
{
    const char *path = web_text(section, "post");

    return (struct call){
        .method = "POST",
        .path = map_fill(map, arena, path, entry),
        .body = fill_body(map, arena, json_object_get(section, "body"), entry),
    };
}

const char *map_name(const struct map *map)
{
    return web_text(map->json, "name");
}

char map_separator(const struct map *map)
{
    const char *separator = web_text(map->json, "separator");

    return *separator ? *separator : ',';
}

size_t map_columns(const struct map *map)
{
    return map->column_count;
}

const char *map_reference(const struct map *map, struct arena *arena, const struct entry *entry)
{
    return map_fill(map, arena, web_text(map->json, "ticket"), entry);
}

const char *map_target(const struct map *map, struct arena *arena, const struct entry *entry)
{
    return map_fill(map, arena, web_text(map->json, "target"), entry);
}

/* The members of the answer named by "position", joined by spaces where they are not empty. */
const char *map_position(const struct map *map, struct arena *arena, const json_t *ticket)
{
    struct text position = text_new(arena);
    size_t i;
    json_t *member;

    json_array_foreach(json_object_get(map->json, "position"), i, member)
    {
        const char *word = web_text(ticket, json_string_value(member));
        if (*word)
            text_print(&position, "%s%s", position.length ? " " : "", word);
    }
    return position.at;
}

json_t *map_look_up(json_t *table, const char *name)
{
    const char *pattern;
    json_t *found = json_object_get(table, name), *row;

    if (found)
        return found;
    json_object_foreach(table, pattern, row)
    {
        size_t length = strlen(pattern);
        if (length && pattern[length - 1] == '*' && strncmp(pattern, name, length - 1) == 0)
            return row;
    }
    return NULL;
}

const char *map_action(const struct map *map, const char *target, const char *position)
{
    return json_string_value(
        map_look_up(map_look_up(json_object_get(map->json, "moves"), target), position));
}

bool map_knows_target(const struct map *map, const char *target)
{
    return map_look_up(json_object_get(map->json, "moves"), target) != NULL;
}

struct call map_register(const struct map *map, struct arena *arena, const struct entry *entry)
{
    return fill_call(map, arena, json_object_get(map->json, "register"), entry);
}

struct call map_act(const struct map *map, struct arena *arena, const char *action,
                    const struct entry *entry)
{
    json_t *actions = json_object_get(map->json, "actions");

    return fill_call(map, arena, json_object_get(actions, action), entry);
}

struct call map_note(const struct map *map, struct arena *arena, const struct entry *entry)
{
    return fill_call(map, arena, json_object_get(map->json, "note"), entry);
}

bool map_first(const struct map *map, struct arena *arena, size_t i, const struct entry *entry,
               struct call *call)
{
    json_t *first = json_object_get(map->json, "first");

    if (i >= json_array_size(first))
        return false;
    *call = fill_call(map, arena, json_array_get(first, i), entry);
    return true;
}

static bool is_settled(json_t *amend, const char *position)
{
    size_t i;
    json_t *settled;

    json_array_foreach(json_object_get(amend, "not_when"), i, settled)
    {
        if (strcmp(json_string_value(settled), position) == 0)
            return true;
    }
    return false;
}

struct call map_amend(const struct map *map, struct arena *arena, const struct entry *entry,
                      const json_t *ticket)
{
    struct call call = {.method = "PATCH", .path = ""};
    json_t *amend = json_object_get(map->json, "amend"), *template;
    const char *name;

    if (is_settled(amend, map_position(map, arena, ticket)))
        return call;
    json_object_foreach(json_object_get(amend, "fields"), name, template)
    {
        const char *wanted = map_fill(map, arena, json_string_value(template), entry);
        if (!*wanted || strcmp(wanted, web_text(ticket, name)) == 0)
            continue;
        if (!call.body)
            call.body = fill_body(map, arena, json_object_get(amend, "body"), entry);
        if (!call.body)
            call.body = json_object();
        json_object_set_new(call.body, name, json_string(wanted));
    }
    return call;
}

const json_t *map_detour(const struct map *map, struct arena *arena, const struct entry *entry,
                         const json_t *ticket)
{
    size_t i;
    json_t *counter;

    json_array_foreach(json_object_get(map->json, "counters"), i, counter)
    {
        const char *shown = map_fill(map, arena, web_text(counter, "row"), entry);
        json_t *known = json_object_get(ticket, web_text(counter, "ticket"));
        if (strtoll(shown, NULL, 10) > json_integer_value(known))
            return json_object_get(counter, "through");
    }
    return NULL;
}

static void keep_member(json_t *kept, const json_t *ticket, const char *name)
{
    json_t *member = json_object_get(ticket, name);

    if (member)
        json_object_set(kept, name, member);
}

json_t *map_remember(const struct map *map, const json_t *ticket)
{
    json_t *kept = json_object(), *member;
    const char *name;
    size_t i;

    keep_member(kept, ticket, "ticket_id");
    json_array_foreach(json_object_get(map->json, "position"), i, member)
        keep_member(kept, ticket, json_string_value(member));
    json_array_foreach(json_object_get(map->json, "counters"), i, member)
        keep_member(kept, ticket, web_text(member, "ticket"));
    json_object_foreach(json_object_get(json_object_get(map->json, "amend"), "fields"), name,
                        member) keep_member(kept, ticket, name);
    return kept;
}

#include "edge/message_tree.h"

#include <string.h>

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t skip_spaces(struct bytes json, size_t at)
{
    while (at < json.size && is_space(json.at[at]))
        at++;
    return at;
}

size_t message_string_end(struct bytes json, size_t at)
{
    for (at++; at < json.size && json.at[at] != '"'; at++)
        at += json.at[at] == '\\';
    return at < json.size ? at : json.size;
}

/* Whether a member of this name begins here, and where its value does. */
static bool is_member(struct bytes json, size_t at, const char *name, size_t *value)
{
    size_t size = strlen(name), end = message_string_end(json, at);

    if (end != at + 1 + size || end >= json.size || memcmp(json.at + at + 1, name, size) != 0)
        return false;
    at = skip_spaces(json, end + 1);
    *value = skip_spaces(json, at + 1);
    return at < json.size && json.at[at] == ':';
}

/* Behind the bracket with which the list opens; 0: there is no such list. */
static size_t find_list(struct bytes json, const char *list)
{
    size_t depth = 0, value;

    for (size_t at = 0; at < json.size; at++) {
        uint8_t byte = json.at[at];
        if (byte == '"' && depth == 1 && is_member(json, at, list, &value))
            return value < json.size && json.at[value] == '[' ? value + 1 : 0;
        if (byte == '"')
            at = message_string_end(json, at);
        depth += byte == '{' || byte == '[';
        depth -= depth > 0 && (byte == '}' || byte == ']');
    }
    return 0;
}

static struct bytes trimmed(struct bytes json, size_t from, size_t upto)
{
    from = skip_spaces(json, from);
    while (upto > from && is_space(json.at[upto - 1]))
        upto--;
    return (struct bytes){json.at + from, upto > from ? upto - from : 0};
}

/* Puts the items down where there is room for them; where they end, json.size: they do not. */
static size_t cut_items(struct bytes json, size_t from, struct message_cut *cut)
{
    size_t depth = 0;

    for (size_t at = from; at < json.size; at++) {
        uint8_t byte = json.at[at];
        bool ends = depth == 0 && (byte == ']' || byte == ',');
        if (byte == '"')
            at = message_string_end(json, at);
        depth += byte == '{' || byte == '[';
        depth -= depth > 0 && (byte == '}' || byte == ']');
        if (!ends)
            continue;
        struct bytes item = trimmed(json, from, at);
        if (item.size || byte == ',' || cut->count) {
            if (cut->items)
                cut->items[cut->count] = item;
            cut->count++;
        }
        if (byte == ']')
            return at;
        from = at + 1;
    }
    return json.size;
}

bool message_cut(struct arena *arena, struct bytes json, const char *list, struct message_cut *cut)
{
    struct message_cut counted = {0};
    size_t from = find_list(json, list), upto = from ? cut_items(json, from, &counted) : json.size;

    if (upto == json.size)
        return false;
    *cut =
        (struct message_cut){.items = arena_take(arena, (counted.count + 1) * sizeof *cut->items)};
    cut_items(json, from, cut);

    size_t behind = json.size - upto;
    uint8_t *around = arena_take(arena, from + behind);
    memcpy(around, json.at, from);
    memcpy(around + from, json.at + upto, behind);
    cut->around = (struct bytes){around, from + behind};
    return true;
}

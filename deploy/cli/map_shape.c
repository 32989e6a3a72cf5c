#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/table.h"
#include "base/text.h"
#include "map_inside.h"

enum { SHOWN_MOST = 40 };

/* What may stand at a place of a map. */
struct shape {
    const char *what;                  /* for people; NULL: anything may stand there */
    json_type type;                    /* JSON_TRUE: true or false */
    bool (*fits)(const json_t *value); /* NULL: all of the type */
    TABLE_OF(struct member) members;
    const struct shape *each; /* every element, every other member; NULL: no other member */
};

struct member {
    const char *name;
    bool needed;
    const struct shape *shape;
};

static bool is_said(const json_t *value)
{
    return json_string_length(value) > 0;
}

static bool is_some(const json_t *value)
{
    return json_array_size(value) > 0;
}

static bool is_path(const json_t *value)
{
    return *json_string_value(value) == '/';
}

static bool is_separator(const json_t *value)
{
    return json_string_length(value) == 1 && !strchr("\"\r\n", *json_string_value(value));
}

static bool is_offset(const json_t *value)
{
    char instant[32];
    int64_t ms;
    int length =
        snprintf(instant, sizeof instant, "2000-01-01T00:00:00%s", json_string_value(value));

    return length < (int)sizeof instant && clock_parse(instant, &ms);
}

/* ---- the language of docs/import.md, from its words up to the map ---- */

static const struct shape anything;
static const struct shape flag = {"true or false", JSON_TRUE};
static const struct shape text = {"a string", JSON_STRING};
static const struct shape said = {"a string that is not empty", JSON_STRING, is_said};
static const struct shape path = {"a path that begins with /", JSON_STRING, is_path};
static const struct shape separator = {"one character", JSON_STRING, is_separator};
static const struct shape offset = {"Z or an offset like +08:00", JSON_STRING, is_offset};
static const struct shape texts = {"an array of strings", JSON_ARRAY, .each = &text};
static const struct shape names = {"an array of names", JSON_ARRAY, is_some, .each = &said};
static const struct shape values = {"an object of strings", JSON_OBJECT, .each = &text};
static const struct shape body = {"an object", JSON_OBJECT, .each = &anything};

static const struct member date_members[] = {
    {"format", true,  &said  },
    {"offset", false, &offset},
};
static const struct shape dates = {"an object", JSON_OBJECT, .members = {TABLE(date_members)}};

static const struct member word_members[] = {
    {"from",      true,  &text  },
    {"missing",   false, &text  },
    {"required",  false, &flag  },
    {"values",    false, &values},
    {"otherwise", false, &text  },
    {"date",      false, &flag  },
    {"slug",      false, &flag  },
};
static const struct shape word = {"an object", JSON_OBJECT, .members = {TABLE(word_members)}};
static const struct shape words = {"an object of words", JSON_OBJECT, .each = &word};

static const struct member request_members[] = {
    {"post", true, &path},
    {"body", true, &body},
};
static const struct shape request = {"a request", JSON_OBJECT, .members = {TABLE(request_members)}};
static const struct shape first = {"an array of requests", JSON_ARRAY, .each = &request};
static const struct shape actions = {"an object of requests", JSON_OBJECT, .each = &request};

/* A ticket is found again by its reference, long after the house has forgotten its key. */
static const struct member ticket_members[] = {
    {"channel_ref", true, &said},
};
static const struct shape ticket = {"an object", JSON_OBJECT, .members = {TABLE(ticket_members)},
                                    .each = &anything};
static const struct member register_members[] = {
    {"post", true, &path  },
    {"body", true, &ticket},
};
static const struct shape registration = {"a request", JSON_OBJECT,
                                          .members = {TABLE(register_members)}};

static const struct shape ways = {"an object of actions", JSON_OBJECT, .each = &said};
static const struct shape moves = {"an object of targets", JSON_OBJECT, .each = &ways};

static const struct member counter_members[] = {
    {"row",     true, &said },
    {"ticket",  true, &said },
    {"through", true, &names},
};
static const struct shape counter = {"an object", JSON_OBJECT, .members = {TABLE(counter_members)}};
static const struct shape counters = {"an array of counters", JSON_ARRAY, .each = &counter};

static const struct member amend_members[] = {
    {"fields",   true,  &values},
    {"body",     false, &body  },
    {"not_when", false, &texts },
};
static const struct shape amend = {"an object", JSON_OBJECT, .members = {TABLE(amend_members)}};

static const struct member sections[] = {
    {"name",      true,  &said        },
    {"about",     false, &text        },
    {"separator", false, &separator   },
    {"missing",   false, &texts       },
    {"dates",     false, &dates       },
    {"words",     true,  &words       },
    {"ticket",    true,  &said        },
    {"first",     false, &first       },
    {"register",  true,  &registration},
    {"position",  true,  &names       },
    {"target",    true,  &said        },
    {"moves",     true,  &moves       },
    {"actions",   true,  &actions     },
    {"counters",  false, &counters    },
    {"amend",     false, &amend       },
    {"note",      true,  &request     },
};
static const struct shape whole = {"an object", JSON_OBJECT, .members = {TABLE(sections)}};

/* ---- the check ---- */

static const char *show(struct arena *arena, const json_t *value)
{
    if (json_is_object(value))
        return "an object";
    if (json_is_array(value))
        return json_array_size(value) > 0 ? "an array" : "an empty array";
    char *packed = json_dumps(value, JSON_ENCODE_ANY);
    const char *shown =
        arena_print(arena, "%.*s%s", SHOWN_MOST, packed, strlen(packed) > SHOWN_MOST ? "…" : "");
    free(packed);
    return shown;
}

static const char *join(struct arena *arena, const char *where, const char *name)
{
    return *where ? arena_print(arena, "%s.%s", where, name) : name;
}

/* What may stand under this name; NULL where nothing may. */
static const struct shape *shape_of(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->members.count; i++) {
        if (strcmp(shape->members.rows[i].name, name) == 0)
            return shape->members.rows[i].shape;
    }
    return shape->each;
}

static const char *names_of(struct arena *arena, const struct shape *shape)
{
    struct text list = text_new(arena);

    for (size_t i = 0; i < shape->members.count; i++)
        text_print(&list, "%s%s", i ? ", " : "", shape->members.rows[i].name);
    return list.at;
}

static const char *check_members(struct arena *arena, const char *where, const struct shape *shape,
                                 json_t *object)
{
    const char *name;
    json_t *member;

    json_object_foreach(object, name, member)
    {
        if (!shape_of(shape, name))
            return arena_print(arena, "%s: there is no such member; expected %s",
                               join(arena, where, name), names_of(arena, shape));
    }
    for (size_t i = 0; i < shape->members.count; i++) {
        const struct member *needed = &shape->members.rows[i];
        if (needed->needed && !json_object_get(object, needed->name))
            return arena_print(arena, "%s is missing; expected %s",
                               join(arena, where, needed->name), needed->shape->what);
    }
    return NULL;
}

static bool is_of_shape(const struct shape *shape, const json_t *value)
{
    json_type type = json_is_boolean(value) ? JSON_TRUE : json_typeof(value);

    return type == shape->type && (!shape->fits || shape->fits(value));
}

static const char *check(struct arena *arena, const char *where, const struct shape *shape,
                         json_t *value)
{
    const char *name;
    json_t *part;
    size_t i;

    if (!shape->what)
        return NULL;
    if (!is_of_shape(shape, value))
        return arena_print(arena, "%s: expected %s, found %s", *where ? where : "the map",
                           shape->what, show(arena, value));

    const char *flaw = check_members(arena, where, shape, value);
    json_object_foreach(value, name, part)
    {
        if (!flaw)
            flaw = check(arena, join(arena, where, name), shape_of(shape, name), part);
    }
    json_array_foreach(value, i, part)
    {
        if (!flaw)
            flaw = check(arena, arena_print(arena, "%s[%zu]", where, i), shape->each, part);
    }
    return flaw;
}

const char *map_check_shape(struct arena *arena, json_t *json)
{
    return check(arena, "", &whole, json);
}

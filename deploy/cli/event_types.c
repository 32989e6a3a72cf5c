#include "event_types.h"

#include <fnmatch.h>
#include <string.h>

#include "base/text.h"
#include "web.h"

static const char *type_of(const json_t *message)
{
    const json_t *payload = json_object_get(message, "payload");
    const json_t *type = json_object_get(json_object_get(payload, "properties"), "type");

    return web_text(type, "const");
}

static bool fits_some(json_t *messages, const char *pattern)
{
    const char *name;
    json_t *message;

    json_object_foreach(messages, name, message)
    {
        if (fnmatch(pattern, type_of(message), 0) == 0)
            return true;
    }
    return false;
}

static const char *list_of(struct arena *arena, json_t *messages)
{
    struct text list = text_new(arena);
    const char *name;
    json_t *message;

    json_object_foreach(messages, name, message)
        text_print(&list, "%s%s", list.length ? ", " : "", type_of(message));
    return list.at;
}

/* The first that fits no event; NULL where all do. */
static const char *find_stranger(struct arena *arena, json_t *messages, const char *patterns)
{
    while (*patterns) {
        size_t length = strcspn(patterns, ",");
        const char *pattern = arena_print(arena, "%.*s", (int)length, patterns);
        if (!fits_some(messages, pattern))
            return pattern;
        patterns += length;
        patterns += *patterns == ',';
    }
    return NULL;
}

bool event_types_are_known(struct site *site, const char *patterns)
{
    struct web *web = web_open(site);
    json_t *told = web_now(web, "GET", "/asyncapi.json", NULL);
    json_t *messages = json_object_get(json_object_get(told, "components"), "messages");
    const char *stranger = told ? find_stranger(site->arena, messages, patterns) : NULL;

    if (stranger)
        trouble("no event is called '%s'; there are: %s", stranger, list_of(site->arena, messages));
    web_close(web);
    json_decref(told);
    return told && !stranger;
}

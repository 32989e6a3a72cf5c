#include <string.h>

#include "edge/message.h"
#include "http/values.h"
#include "routes.h"

/* Copies a parameter's value, decoded; false where it is empty, too long or broken. */
static bool keep_parameter(struct arena *arena, struct matched *matched, const char **pattern,
                           const char **path)
{
    size_t name = strcspn(*pattern, "}") - 1, size = strcspn(*path, "/");
    if (size == 0 || size > ROUTE_PARAMETER_MOST || matched->count == ROUTE_PARAMETERS_MOST)
        return false;
    const char *value = value_decode(arena, *path, size, false);
    if (!value)
        return false;
    matched->parameters[matched->count].name = arena_copy_bytes(arena, *pattern + 1, name + 1);
    ((char *)matched->parameters[matched->count].name)[name] = '\0';
    matched->parameters[matched->count++].value = value;
    *pattern += name + 2;
    *path += size;
    return true;
}

static bool fits(struct arena *arena, const char *pattern, const char *path,
                 struct matched *matched)
{
    matched->count = 0;
    while (*pattern) {
        if (*pattern == '{') {
            if (!keep_parameter(arena, matched, &pattern, &path))
                return false;
            continue;
        }
        if (*pattern++ != *path++)
            return false;
    }
    return *path == '\0';
}

static void allow(struct arena *arena, struct matched *matched, const char *method)
{
    const char *more = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;
    matched->allow = matched->allow ? arena_print(arena, "%s, %s", matched->allow, more) : more;
}

void route_match(struct arena *arena, const char *method, const char *path, struct matched *matched)
{
    *matched = (struct matched){0};
    const char *as = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < routes.count; i++) {
        const struct route *route = &routes.rows[i];
        if (!fits(arena, route->path, path, matched))
            continue;
        if (strcmp(route->method, as) == 0) {
            matched->route = route;
            return;
        }
        allow(arena, matched, route->method);
    }
}

bool route_is_versioned(const struct route *route)
{
    return strcmp(route->method, "GET") != 0 && !route->made_at && route->answer
           && message_has(route->answer, "version");
}

const char *matched_parameter(const struct matched *matched, const char *name)
{
    for (size_t i = 0; i < matched->count; i++)
        if (strcmp(matched->parameters[i].name, name) == 0)
            return matched->parameters[i].value;
    return NULL;
}

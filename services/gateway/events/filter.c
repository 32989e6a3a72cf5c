#include "events/filter.h"

#include <string.h>

#include "gateway.h"

struct filter filter_for(const struct caller *caller, int64_t now_ms)
{
    bool provider = !text_empty(caller->provider_id);

    return (struct filter){
        .caller = *caller,
        .ticket_id = "",
        .branch = "",
        .since_ms = provider ? now_ms - provider_sight_days * DAY_MS : 0,
    };
}

bool glob_takes(const char *glob, const char *word)
{
    const char *star = NULL, *from = NULL;
    while (*word) {
        if (*glob == '*') {
            star = glob++;
            from = word;
        } else if (*glob == *word) {
            glob++;
            word++;
        } else if (star) {
            glob = star + 1;
            word = ++from;
        } else {
            return false;
        }
    }
    return glob[strspn(glob, "*")] == '\0';
}

bool filter_types(struct arena *arena, struct filter *filter, const char *list)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz_.*";
    while (*list) {
        size_t size = strcspn(list, ",");
        if (size == 0 || strspn(list, allowed) < size || filter->type_count == FILTER_TYPES_MOST)
            return false;
        filter->types[filter->type_count++] = arena_print(arena, "%.*s", (int)size, list);
        list += size;
        list += *list == ',';
    }
    return true;
}

static bool is_wanted(const struct filter *filter, const char *type)
{
    for (size_t i = 0; i < filter->type_count; i++)
        if (glob_takes(filter->types[i], type))
            return true;
    return filter->type_count == 0;
}

/* An event without a branch is the business of those without limits. */
static bool lies_below(const struct tree *tree, const char *above, const struct told_event *told)
{
    return !*above || (*told->branch && tree_covers(tree, above, told->branch));
}

bool filter_lets(const struct filter *filter, const struct tree *tree,
                 const struct told_event *told)
{
    const struct caller *caller = &filter->caller;
    if (*caller->provider_id && strcmp(caller->provider_id, told->provider_id) != 0)
        return false;
    return told->offer.recorded_at_ms >= filter->since_ms
           && (!*filter->ticket_id || strcmp(filter->ticket_id, told->subject) == 0)
           && lies_below(tree, caller->branch, told) && lies_below(tree, filter->branch, told)
           && is_wanted(filter, told->type);
}

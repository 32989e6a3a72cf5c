#include "updates.h"

#include <string.h>

/* Open addressing in a table at least twice as large as what it may hold. */
struct updates_told {
    size_t mask;
    size_t room;
    struct update_told *places;
};

struct updates_told *updates_told_new(struct arena *arena, size_t most)
{
    struct updates_told *told = arena_take(arena, sizeof *told);
    size_t places = 4;

    while (places < 2 * most)
        places *= 2;
    told->mask = places - 1;
    told->room = most;
    told->places = arena_take(arena, places * sizeof *told->places);
    return told;
}

/* Where it is, or where it would stand. */
static size_t place_of(const struct updates_told *told, int64_t provider, const char *update_id)
{
    uint64_t hash = text_hash(update_id) + (uint64_t)provider;
    size_t place = (size_t)(hash ^ hash >> 32) & told->mask;
    for (; told->places[place].update_id; place = (place + 1) & told->mask)
        if (told->places[place].provider == provider
            && strcmp(told->places[place].update_id, update_id) == 0)
            return place;
    return place;
}

void updates_told_add(struct updates_told *told, struct update_told update)
{
    size_t place = place_of(told, update.provider, update.update_id);

    CHECK(told->places[place].update_id || told->room-- > 0);
    told->places[place] = update;
}

const struct update_told *updates_told_find(const struct updates_told *told, int64_t provider,
                                            const char *update_id)
{
    const struct update_told *update = &told->places[place_of(told, provider, update_id)];

    return update->update_id ? update : NULL;
}

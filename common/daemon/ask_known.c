#include <string.h>

#include "daemon/ask_inside.h"

struct known ask_known(const struct daemon *daemon, struct arena *arena)
{
    const struct asks *asks = daemon->asks;
    struct known known = {arena_take(arena, (asks->target_count + 1) * sizeof(Position *)), 0};

    for (size_t i = 0; i < asks->target_count; i++) {
        const struct target *target = &asks->targets[i];
        if (target->upto == 0 || strcmp(target->service, daemon->service->name) == 0)
            continue;
        Position *place = arena_take(arena, sizeof *place);
        position__init(place);
        place->source = target->service;
        place->at = target->upto;
        known.places[known.count++] = place;
    }
    return known;
}

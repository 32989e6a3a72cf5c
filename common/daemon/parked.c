#include "daemon/parked.h"

#include <string.h>

#include "base/text.h"

enum { ROOM_AT_FIRST = 64 };

void parked_forget(struct parked *parked)
{
    arena_reset(parked->arena);
    *parked = (struct parked){.arena = parked->arena};
}

/* Where it is, or where it would stand. */
static const char **place_of(const struct parked *parked, const char *subject)
{
    size_t place = text_hash(subject) & (parked->room - 1);

    while (parked->places[place] && strcmp(parked->places[place], subject) != 0)
        place = (place + 1) & (parked->room - 1);
    return &parked->places[place];
}

/* Never more than half full. */
static void make_room(struct parked *parked)
{
    struct parked before = *parked;

    if (parked->subjects < parked->room / 2)
        return;
    parked->room = before.room ? before.room * 2 : ROOM_AT_FIRST;
    parked->places = arena_take(parked->arena, parked->room * sizeof *parked->places);
    for (size_t i = 0; i < before.room; i++)
        if (before.places[i])
            *place_of(parked, before.places[i]) = before.places[i];
}

void parked_add(struct parked *parked, const char *subject, unsigned events)
{
    make_room(parked);
    const char **place = place_of(parked, subject);
    if (!*place) {
        *place = arena_copy(parked->arena, subject);
        parked->subjects++;
    }
    parked->events += events;
}

bool parked_has(const struct parked *parked, const char *subject)
{
    return parked->room > 0 && *place_of(parked, subject);
}

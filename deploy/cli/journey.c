#include "journey.h"

#include <string.h>

#include "base/table.h"
#include "journey_inside.h"

/*
 * How a row is carried out.  What it says about owner, team and priority comes first, so that the
 * move that follows is theirs, and again at the end, because a move may change them.
 */
static stage *const stages[] = {
    stage_first, stage_known,  stage_register, stage_amend,
    stage_walk,  stage_detour, stage_amend,    stage_note,
};

struct journey *journey_new(struct travel *travel, const char *reference)
{
    struct journey *journey = arena_take(travel->arena, sizeof *journey);

    journey->travel = travel;
    journey->reference = arena_copy(travel->arena, reference);
    return journey;
}

void journey_free(struct journey *journey)
{
    json_decref(journey->ticket);
}

void journey_add(struct journey *journey, struct arena *arena, const struct entry *entry)
{
    struct waiting_row *row = arena_take(arena, sizeof *row);

    row->arena = arena;
    row->entry = *entry;
    journey_digest(journey, row);
    if (journey->row)
        journey->last->next = row;
    else
        journey->row = row;
    journey->last = row;
    journey->travel->waiting++;
}

bool journey_is_ready(const struct journey *journey)
{
    return journey->row && !journey->awaiting;
}

static void end_row(struct journey *journey)
{
    struct waiting_row *row = journey->row;

    journey->row = row->next;
    journey->stage = journey->step = journey->first = 0;
    journey->detour = NULL;
    journey->moved = journey->settled = false;
    journey->travel->waiting--;
    arena_free(row->arena);
}

/* Carries the row at hand as far as it goes without an answer. */
static void carry(struct journey *journey)
{
    if (journey->lost && !journey->settled)
        journey_refuse(journey, "ticket_not_registered", journey->lost);
    while (!journey->settled && !journey->awaiting) {
        if (journey->stage == LENGTH(stages)) {
            journey->travel->ledger->accepted++;
            journey->settled = true;
        } else if (!stages[journey->stage](journey)) {
            journey->stage++;
        }
    }
}

void journey_go(struct journey *journey)
{
    while (journey_is_ready(journey)) {
        carry(journey);
        if (journey->settled)
            end_row(journey);
    }
}

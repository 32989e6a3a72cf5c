#include "tickets.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "journey_inside.h"

enum { CHAINS_FIRST = 1024 };

struct tickets {
    struct travel *travel;
    struct journey **chains;
    size_t chain_count; /* a power of two */
    size_t count;
    struct journey *first, *last; /* the line */
};

static struct journey **chain_of(const struct tickets *tickets, const char *reference)
{
    return &tickets->chains[text_hash(reference) & (tickets->chain_count - 1)];
}

static void make_chains(struct tickets *tickets, size_t count)
{
    tickets->chain_count = count;
    tickets->chains = calloc(count, sizeof *tickets->chains);
    CHECK(tickets->chains);
}

struct tickets *tickets_new(struct travel *travel)
{
    struct tickets *tickets = arena_take(travel->arena, sizeof *tickets);

    tickets->travel = travel;
    make_chains(tickets, CHAINS_FIRST);
    return tickets;
}

static void put_in_chain(struct tickets *tickets, struct journey *journey)
{
    struct journey **chain = chain_of(tickets, journey->reference);

    journey->chain = *chain;
    *chain = journey;
}

static void grow(struct tickets *tickets)
{
    struct journey **old = tickets->chains;
    size_t old_count = tickets->chain_count;

    make_chains(tickets, 2 * old_count);
    for (size_t i = 0; i < old_count; i++) {
        for (struct journey *journey = old[i], *next; journey; journey = next) {
            next = journey->chain;
            put_in_chain(tickets, journey);
        }
    }
    free(old);
}

struct journey *tickets_find(struct tickets *tickets, const char *reference)
{
    struct journey *journey = *chain_of(tickets, reference);

    while (journey && strcmp(journey->reference, reference) != 0)
        journey = journey->chain;
    if (journey)
        return journey;
    if (tickets->count++ == tickets->chain_count)
        grow(tickets);
    journey = journey_new(tickets->travel, reference);
    put_in_chain(tickets, journey);
    return journey;
}

void tickets_free(struct tickets *tickets)
{
    for (size_t i = 0; i < tickets->chain_count; i++) {
        for (struct journey *journey = tickets->chains[i]; journey; journey = journey->chain)
            journey_free(journey);
    }
    free(tickets->chains);
}

void tickets_line_up(struct tickets *tickets, struct journey *journey)
{
    if (journey->in_line || !journey_is_ready(journey))
        return;
    journey->in_line = true;
    journey->behind = NULL;
    if (tickets->first)
        tickets->last->behind = journey;
    else
        tickets->first = journey;
    tickets->last = journey;
}

struct journey *tickets_next(struct tickets *tickets)
{
    struct journey *journey = tickets->first;

    if (!journey)
        return NULL;
    tickets->first = journey->behind;
    journey->in_line = false;
    return journey;
}

/*
 * journey: one ticket on its way through its rows.
 *
 * Rows of a ticket are carried out one after another, each by as many requests as the map needs to
 * bring the ticket where the row says it was.  What comes next follows from the row, the map and
 * the latest answer alone, and every request has an idempotency key made of the map's name, the
 * ticket's reference, the row's content and the step.  So a run after this one, whole or cut short,
 * asks the same questions with the same keys, gets the recorded answers, and changes nothing.
 */
#pragma once

#include "ledger.h"
#include "map.h"
#include "web.h"

enum {
    JOURNEY_STEPS_MOST = 24,   /* requests for one row */
    JOURNEY_KEYS_KEPT_DAYS = 6 /* the house promises to remember keys for seven */
};

/* What all journeys share. */
struct travel {
    struct arena *arena; /* as long as the import */
    const struct map *map;
    struct web *web;
    struct ledger *ledger;
    const char *caller; /* as whom we ask: "key/…" */
    const char *key_of; /* where that key was found */
    json_t *ready;      /* what the map's "first" has made, by key */
    size_t waiting;     /* rows read and not settled */
    size_t busy;        /* journeys that wait for an answer */
    const char *broken; /* no row can be settled any more, and why */
    bool barred;        /* because of the key; asking again won't help */
};

struct journey;

struct journey *journey_new(struct travel *travel, const char *reference);
void journey_free(struct journey *journey);

/* One more row, in the arena that journey frees with it. */
void journey_add(struct journey *journey, struct arena *arena, const struct entry *entry);

/* Whether rows wait and no answer is awaited. */
bool journey_is_ready(const struct journey *journey);

/* Asks the next question, if any. */
void journey_go(struct journey *journey);

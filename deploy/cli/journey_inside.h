/*
 * journey_inside: what the files of journey share.
 */
#pragma once

#include "journey.h"

enum { KEY_BYTES = 24, KEY_TEXT = 2 * KEY_BYTES + 1 };

typedef void take_answer(struct journey *journey, const struct web_answer *answer);

/* A row that waits for its turn. */
struct waiting_row {
    struct waiting_row *next;
    struct arena *arena;
    struct entry entry;
    unsigned char digest[KEY_BYTES];
};

/* How often a row of this content was met: two equal rows are two rows. */
struct met {
    struct met *next;
    unsigned char digest[KEY_BYTES];
    unsigned times;
};

struct journey {
    struct travel *travel;
    const char *reference;
    struct journey *chain;  /* tickets: the next of the same hash */
    struct journey *behind; /* tickets: the next in line */
    bool in_line;
    json_t *ticket;   /* what is remembered of the latest answer; NULL before it is registered */
    const char *lost; /* why no row of this ticket can be carried out */
    struct waiting_row *row, *last;
    struct met *met;
    bool looked;         /* whether it is there already */
    const char *channel; /* of its registration */

    /* of the row at hand */
    size_t stage;  /* place in the table of stages */
    unsigned step; /* requests so far */
    size_t first;  /* how many of the map's "first" are made */
    const json_t *detour;
    size_t detour_at;
    bool moved;    /* something was carried out */
    bool settled;  /* accepted or refused */
    bool awaiting; /* an answer */
    take_answer *take;
    const char *asked; /* what, for people */
};

/* ---- keys ---- */

/* What makes this row of this ticket different from every other. */
void journey_digest(struct journey *journey, struct waiting_row *row);

/* The idempotency key of one step of the row at hand, or of the ticket itself (digest NULL). */
const char *journey_key(const struct journey *journey, const unsigned char *digest,
                        const char *step);

/* The key of something that is made once, whatever the ticket. */
const char *journey_key_once(const struct journey *journey, const char *what);

/* ---- verdicts ---- */

void journey_refuse(struct journey *journey, const char *reason, const char *detail);
/* No row of this ticket can be carried out. */
void journey_lose(struct journey *journey, const char *reason, const char *detail);
const char *journey_reason(const struct journey *journey, const struct web_answer *answer);
const char *journey_explain(const struct journey *journey, const struct web_answer *answer);

/* ---- questions ---- */

/* Takes call->body over. */
void journey_ask(struct journey *journey, const struct call *call, const char *key,
                 take_answer *take);
void journey_look(struct journey *journey, const char *path, take_answer *take);

/* One after another until the row is settled; each true where there is something to wait for. */
typedef bool stage(struct journey *journey);
extern stage stage_first, stage_known, stage_register, stage_amend, stage_walk, stage_detour,
    stage_note;

#include "dispatch.h"

#include <string.h>

/*
 * The life of a job: from, by, to.  What is not listed cannot happen.  The last rows are only for
 * work that needs no journey: by telephone, or on goods that were brought or sent in.  Such a job
 * may still make the journey, where it turns out that somebody has to go.
 */
static const struct move moves[] = {
    {"planned",   "offer",    "offered"  },
    {"offered",   "accept",   "accepted" },
    {"offered",   "decline",  "planned"  },
    {"offered",   "expire",   "planned"  },
    {"planned",   "assign",   "accepted" },
    {"offered",   "assign",   "accepted" },
    {"accepted",  "assign",   "accepted" },
    {"scheduled", "assign",   "accepted" },
    {"accepted",  "schedule", "scheduled"},
    {"scheduled", "depart",   "en_route" },
    {"en_route",  "arrive",   "on_site"  },
    {"on_site",   "start",    "working"  },
    {"working",   "pause",    "paused"   },
    {"paused",    "resume",   "working"  },
    {"working",   "suspend",  "suspended"},
    {"on_site",   "suspend",  "suspended"},
    {"suspended", "clear",    "working"  },
    {"working",   "complete", "completed"},
    {"completed", "verify",   "verified" },
    {"completed", "reject",   "working"  },
    {"on_site",   "give_up",  "planned"  },
    {"working",   "give_up",  "planned"  },
    {"verified",  "close",    "closed"   },
    {"planned",   "cancel",   "cancelled"},
    {"offered",   "cancel",   "cancelled"},
    {"accepted",  "cancel",   "cancelled"},
    {"scheduled", "cancel",   "cancelled"},
    {"en_route",  "cancel",   "cancelled"},
    {"on_site",   "cancel",   "cancelled"},
    {"working",   "cancel",   "cancelled"},
    {"paused",    "cancel",   "cancelled"},
    {"suspended", "cancel",   "cancelled"},
    {"completed", "cancel",   "cancelled"},
    {"accepted",  "start",    "working"  },
    {"scheduled", "start",    "working"  },
};

enum { DESK_MOVES = 2 };

const struct lifecycle lives[LIVES] = {
    [VISIT] = {"job",      {moves, LENGTH(moves) - DESK_MOVES}, "expire"},
    [DESK] = {"desk job", {moves, LENGTH(moves)},              "expire"},
};

static const char *const desk_modes[] = {"remote", "carry_in", "mail_in"};
static const char *const done_states[] = {"verified", "closed", "cancelled"};

static bool is_among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

const struct lifecycle *life_of(const char *service_mode)
{
    return &lives[is_among(service_mode, TABLE(desk_modes)) ? DESK : VISIT];
}

bool job_is_state(const char *word)
{
    for (size_t i = 0; i < LENGTH(moves); i++)
        if (strcmp(moves[i].from, word) == 0 || strcmp(moves[i].to, word) == 0)
            return true;
    return false;
}

bool job_is_open(const char *state)
{
    return !is_among(state, TABLE(done_states));
}

/* What a provider reports, and the move that it is: word, by. */
static const struct {
    const char *word;
    const char *by;
} reports[] = {
    {"accepted",  "accept"  },
    {"declined",  "decline" },
    {"scheduled", "schedule"},
    {"en_route",  "depart"  },
    {"on_site",   "arrive"  },
    {"working",   "start"   },
    {"working",   "resume"  },
    {"paused",    "pause"   },
    {"completed", "complete"},
    {"given_up",  "give_up" },
};

/* The moves a later report may stand for.  Nobody declines, pauses or completes by implication. */
static const char *const implied[] = {"accept", "schedule", "depart", "arrive", "start", "resume"};

bool provider_may_reach(const char *word)
{
    for (size_t i = 0; i < LENGTH(reports); i++)
        if (strcmp(reports[i].word, word) == 0)
            return true;
    return false;
}

/* The move that reports this word from this state; NULL for none. */
static const char *reporting_move(const struct lifecycle *life, const char *state, const char *word)
{
    for (size_t i = 0; i < LENGTH(reports); i++)
        if (strcmp(reports[i].word, word) == 0 && lifecycle_next(life, state, reports[i].by))
            return reports[i].by;
    return NULL;
}

/* A state on the way, and how one came there. */
struct stop {
    const char *state;
    const char *by;
    size_t before;
};

static bool is_stop(const struct stop *stops, size_t count, const char *state)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(stops[i].state, state) == 0)
            return true;
    return false;
}

/* The steps from the first stop to this one, and the last one home. */
static size_t retrace(const struct stop *stops, size_t at, const char *last,
                      const char *steps[PATH_MOST])
{
    size_t count = 1;

    for (size_t i = at; i > 0; i = stops[i].before)
        count++;
    CHECK(count <= PATH_MOST);
    steps[count - 1] = last;
    for (size_t i = at, place = count - 1; i > 0; i = stops[i].before)
        steps[--place] = stops[i].by;
    return count;
}

bool life_path(const struct lifecycle *life, const char *state, const char *word,
               const char *steps[PATH_MOST], size_t *count)
{
    struct stop stops[LENGTH(moves)] = {
        {state, NULL, 0}
    };
    size_t known = 1;

    *count = 0;
    if (strcmp(state, word) == 0)
        return true;

    /* Breadth first, so the first way found is the shortest. */
    for (size_t at = 0; at < known; at++) {
        const char *last = reporting_move(life, stops[at].state, word);
        if (last) {
            *count = retrace(stops, at, last, steps);
            return true;
        }
        for (size_t i = 0; i < LENGTH(implied); i++) {
            const char *next = lifecycle_next(life, stops[at].state, implied[i]);
            if (next && !is_stop(stops, known, next))
                stops[known++] = (struct stop){next, implied[i], at};
        }
    }
    return false;
}

/*
 * web: questions to the house over HTTP, many at once, each until it is answered.
 *
 * A question carries an idempotency key and is asked again *with the same key* after a lost
 * connection, 429, 502, 503, 504, and 409 in_progress, with a growing pause and as the house says
 * in Retry-After.  So an answer is always a verdict.  Where one question gets none for
 * WEB_PATIENCE_S seconds the whole web is broken and says so; a house that never said anything is
 * not waited for longer than WEB_FIRST_S.  An impatient web asks once and takes what comes for the
 * answer; where nothing comes it is broken.
 *
 * One thread; callbacks run inside web_turn and may ask more.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "site.h"

enum {
    WEB_PATIENCE_S = 180,
    WEB_FIRST_S = 5,   /* as long as the house never answered */
    WEB_PAUSE_MS = 50, /* before the second attempt; doubles */
    WEB_PAUSE_MOST_MS = 2000,
    WEB_ATTEMPT_S = 30, /* one attempt */
};

struct web;

struct web_answer {
    long status;
    json_t *body; /* valid during the call; NULL where it was not JSON */
    bool replayed;
};

typedef void web_answered(void *with, const struct web_answer *answer);

struct web_question {
    const char *method; /* "GET", "POST", "PATCH" */
    const char *path;   /* "/v1/tickets" */
    const char *key;    /* NULL for GET */
    const char *body;   /* JSON; NULL for none */
    web_answered *answered;
    void *with;
};

/* Finds the site's key where that is not known; ends the process where there is none. */
struct web *web_open(struct site *site);
struct web *web_open_impatient(struct site *site);
void web_close(struct web *web);

/* Everything is copied. */
void web_ask(struct web *web, const struct web_question *question);

/* Whether it is the key that is refused; and then, whose it is, to be said behind the reason. */
bool web_bars(long status);
const char *web_blame(const struct site *site, long status);

/* Moves bytes, waits at most so long, calls back.  False: broken. */
bool web_turn(struct web *web, int wait_ms);
const char *web_broken(const struct web *web); /* why, NULL while it works */

/* Asks and waits; NULL (with one line to standard error) where broken or refused.  Caller decrefs.
 */
json_t *web_now(struct web *web, const char *method, const char *path, json_t *body);

/* The string member of a JSON object, "" where there is none. */
const char *web_text(const json_t *object, const char *name);

/* "a b/c" → "a%20b%2Fc", in the arena. */
char *web_escape(struct arena *arena, const char *text);

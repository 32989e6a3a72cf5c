/*
 * words: what a field has to say, and which words it may say it with.
 *
 * What does not fit is noted as a violation; refuse_violations then names all of them at once.
 */
#pragma once

#include "daemon/request.h"

/* How many bytes a text has at most, as the plans' limits say: a code of ours, a name or somebody
 * else's reference, a line, a free text.  How many words a list has. */
enum {
    CODE_MOST = 63,
    WORD_MOST = 200,
    LINE_MOST = 1000,
    TEXT_MOST = 16 * 1024,
    WORDS_MOST = 500,
};

/* Whether it is one of the words; they end with NULL. */
bool word_is_among(const char *word, const char *const *words);

/* Something has to be said, and not with white space: "missing" otherwise. */
void require_text(struct request *req, const char *field, const char *text);

/* One of the words (they end with NULL), or nothing: "unknown_word" otherwise. */
bool word_fits(struct request *req, const char *field, const char *word, const char *const *words);

/* A state that this life knows, or nothing: "unknown_word" otherwise. */
bool state_fits(struct request *req, const char *field, const char *state,
                const struct lifecycle *life);

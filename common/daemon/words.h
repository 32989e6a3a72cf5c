/*
 * words: what a field has to say, and which words it may say it with.
 *
 * What does not fit is noted as a violation; refuse_violations then names all of them at once.
 */
#pragma once

#include "daemon/request.h"

/* Whether it is one of the words; they end with NULL. */
bool word_is_among(const char *word, const char *const *words);

/* Something has to be said: "missing" otherwise. */
void require_text(struct request *req, const char *field, const char *text);

/* One of the words (they end with NULL), or nothing: "unknown_word" otherwise. */
bool word_fits(struct request *req, const char *field, const char *word, const char *const *words);

/* A state that this life knows, or nothing: "unknown_word" otherwise. */
bool state_fits(struct request *req, const char *field, const char *state,
                const struct lifecycle *life);

/*
 * values: what the values of header fields and of a target say.
 *
 * Pure: text in, a verdict out.  What is made lives in the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { IDEMPOTENCY_KEY_MOST = 255, TRACE_SIZE = 56 };

/* A key as sent, bare or as a quoted Structured Field string; NULL where it is neither, is empty or
 * is longer than IDEMPOTENCY_KEY_MOST. */
const char *value_idempotency_key(struct arena *arena, const char *value);

/* If-Match: one strong tag of ours gives its version, "*" gives 0.  False where it is anything
 * else. */
bool value_version(const char *value, uint64_t *version);

/* If-None-Match: whether the version is among the tags (weakly compared), or the value is "*". */
bool value_lists_version(const char *value, uint64_t version);

/* Whether an Accept (NULL: none) takes this type, "application/json", with a quality above 0. */
bool value_accepts(const char *accept, const char *type);

/* Whether a Content-Type is this type, without a charset or with utf-8. */
bool value_is_type(const char *content_type, const char *type);

/* The trace id (32 hexadecimal digits) of a valid traceparent, copied to `id`; false otherwise. */
bool value_trace(const char *traceparent, char id[33]);

/* "a%20b" → "a b", in place where there is nothing to decode; `plus` reads "+" as a space.  NULL
 * where an escape is broken, or gives NUL, a control character or bad UTF-8. */
const char *value_decode(struct arena *arena, const char *encoded, size_t size, bool plus);

/* One parameter of a query: moves *query behind it.  False at the end; a broken one has value
 * NULL. */
struct parameter {
    const char *name;
    const char *value;
};
bool value_parameter(struct arena *arena, const char **query, struct parameter *parameter);

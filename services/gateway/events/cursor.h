/*
 * cursor: a place in the merge of all sources, as an opaque word.
 *
 * One position per source and a checksum, base64url.  Whoever holds a cursor has seen, of each
 * source, everything up to its position and nothing after it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOURCES = 5, CURSOR_SIZE = 60 };

/* In the order of a cursor's positions; a new source goes to the end. */
extern const char *const sources[SOURCES];

/* The source's place in that order; −1 where it is none. */
int source_index(const char *source);

struct cursor {
    uint64_t at[SOURCES];
};

void cursor_print(const struct cursor *cursor, char text[CURSOR_SIZE + 1]);
bool cursor_parse(const char *text, struct cursor *cursor);

/*
 * text: a string that grows inside an arena.
 *
 * Always ends in NUL, which `length` does not count.  Made with text_new.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct text {
    struct arena *arena;
    char *at;
    size_t length;
    size_t room;
};

struct text text_new(struct arena *arena);
/* Makes room for so many more bytes at once; what was there before stays with the arena. */
void text_reserve(struct text *text, size_t more);
void text_add(struct text *text, const char *more);
void text_add_bytes(struct text *text, const void *more, size_t size);
void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True for NULL and for "". */
static inline int text_empty(const char *text)
{
    return !text || !*text;
}

/* True as well for what is only white space, an ideographic space (U+3000) included. */
bool text_blank(const char *text);

/* NULL for "", for SQL parameters that are absent when empty. */
static inline const char *text_or_null(const char *text)
{
    return text_empty(text) ? NULL : text;
}

/* "" for NULL, for protobuf fields. */
static inline const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* FNV-1a, for tables in memory. */
uint64_t text_hash(const char *text);

/* "RegisterTicket" → "register_ticket", as log key, metric and function name. */
char *text_snake(struct arena *arena, const char *pascal);

/* "dispatch.JobGivenUp" → "job.given_up": <noun>.<past participle>; the noun is one word. */
char *text_event_type(struct arena *arena, const char *message);

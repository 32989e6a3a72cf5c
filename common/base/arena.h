/*
 * arena: memory that is forgotten all at once.
 *
 * Whatever is made while answering one request is taken from that request's arena, and nothing is
 * freed by hand.  Memory comes zeroed.  A process that runs out of memory ends; callers never test
 * for NULL.  An arena belongs to one thread at a time.
 */
#pragma once

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Forgets everything taken so far; every pointer into the arena is now stale. */
void arena_reset(struct arena *arena);

/* Bytes taken since the last reset. */
size_t arena_taken(const struct arena *arena);

void *arena_take(struct arena *arena, size_t size);
/* More room for what was taken with `size` bytes: where it is, if nothing was taken since. */
void *arena_grow(struct arena *arena, void *taken, size_t size, size_t more);
void *arena_copy_bytes(struct arena *arena, const void *bytes, size_t size);
char *arena_copy(struct arena *arena, const char *text);
char *arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

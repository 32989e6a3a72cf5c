#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum {
    BLOCK_BYTES = 16 * 1024,
    BLOCKS_KEPT = 64,            /* over a reset: 1 MiB */
    BIG_BYTES = BLOCK_BYTES / 4, /* more than this gets a block of its own */
    ALIGNMENT = alignof(max_align_t),
};

struct block {
    struct block *next;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *first;
    struct block *last; /* the one in use; those after it are kept from before the reset */
    struct block *big;
    unsigned char *at;
    unsigned char *end;
    size_t taken;
};

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    CHECK(block);
    block->next = NULL;
    return block;
}

static void blocks_free(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

static void use_block(struct arena *arena, struct block *block)
{
    arena->last = block;
    arena->at = block->bytes;
    arena->end = block->bytes + BLOCK_BYTES;
    ASAN_POISON_MEMORY_REGION(block->bytes, BLOCK_BYTES);
}

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);
    CHECK(arena);
    arena->first = block_new(BLOCK_BYTES);
    use_block(arena, arena->first);
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    blocks_free(arena->first);
    blocks_free(arena->big);
    free(arena);
}

/* Up to the bound, blocks stay for the next request. */
void arena_reset(struct arena *arena)
{
    blocks_free(arena->big);
    arena->big = NULL;
    arena->taken = 0;

    struct block *kept = arena->first;
    for (int count = 1; kept; count++, kept = kept->next) {
        ASAN_POISON_MEMORY_REGION(kept->bytes, BLOCK_BYTES);
        if (count == BLOCKS_KEPT) {
            blocks_free(kept->next);
            kept->next = NULL;
        }
    }
    use_block(arena, arena->first);
}

size_t arena_taken(const struct arena *arena)
{
    return arena->taken;
}

static void *take_big(struct arena *arena, size_t size)
{
    struct block *block = calloc(1, sizeof *block + size);
    CHECK(block);
    block->next = arena->big;
    arena->big = block;
    return block->bytes;
}

/* What is taken begins where the last ended, and every one is aligned. */
static size_t aligned(size_t size)
{
    CHECK(size <= PTRDIFF_MAX / 2);
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t room = aligned(size);
    arena->taken += room;
    if (room > BIG_BYTES)
        return take_big(arena, size);

    if (room > (size_t)(arena->end - arena->at)) {
        if (!arena->last->next)
            arena->last->next = block_new(BLOCK_BYTES);
        use_block(arena, arena->last->next);
    }
    unsigned char *bytes = arena->at;
    arena->at += room;
    ASAN_UNPOISON_MEMORY_REGION(bytes, size);
    return memset(bytes, 0, size);
}

void *arena_grow(struct arena *arena, void *taken, size_t size, size_t more)
{
    unsigned char *bytes = taken;
    size_t before = aligned(size), room = aligned(more);
    bool last = bytes + before == arena->at;

    if (!last || room > BIG_BYTES || room > (size_t)(arena->end - bytes))
        return memcpy(arena_take(arena, more), taken, size);
    arena->taken += room - before;
    arena->at = bytes + room;
    ASAN_UNPOISON_MEMORY_REGION(bytes, more);
    memset(bytes + size, 0, more - size);
    return taken;
}

void *arena_copy_bytes(struct arena *arena, const void *bytes, size_t size)
{
    void *copy = arena_take(arena, size);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
    return arena_copy_bytes(arena, text, strlen(text) + 1);
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    char short_text[256];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(short_text, sizeof short_text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    if ((size_t)length < sizeof short_text)
        return arena_copy_bytes(arena, short_text, (size_t)length + 1);

    char *text = arena_take(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

/*
 * utf8: is this text?
 *
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* How many bytes at the start are whole, well-formed characters; `size` where all are. */
size_t utf8_valid(const void *bytes, size_t size);

static inline bool utf8_is(const void *bytes, size_t size)
{
    return utf8_valid(bytes, size) == size;
}

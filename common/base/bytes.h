/*
 * bytes: a stretch of memory that somebody else owns.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *at;
    size_t size;
};

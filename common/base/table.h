/*
 * table: an array that knows its length.
 *
 * `TABLE_OF(struct move)` is a member that holds one; `{TABLE(moves)}` fills it from an array.
 */
#pragma once

#include <stddef.h>

#define TABLE_OF(type)                                                                             \
    struct {                                                                                       \
        type const *rows;                                                                          \
        size_t count;                                                                              \
    }
#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TABLE(array)  (array), LENGTH(array)

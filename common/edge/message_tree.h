/*
 * message_tree: JSON as a tree; and where no reader takes it whole, a list cut out of it.
 *
 * The cut goes by brackets and strings alone, so whatever is wrong between two commas is wrong with
 * one item only.
 */
#pragma once

#include <jansson.h>

#include "edge/message_inside.h"

/* The tree of a JSON text, which lies in the arena; NULL with the flaw. */
json_t *message_tree(struct inspection *in, struct bytes json);

struct message_cut {
    struct bytes around; /* what is left, with the list empty */
    struct bytes *items;
    size_t count;
};

/* False: the outermost object has no such list, or it does not end. */
bool message_cut(struct arena *arena, struct bytes json, const char *list, struct message_cut *cut);

/* The index of the quote that ends the string that begins at `at`, or the size. */
size_t message_string_end(struct bytes json, size_t at);

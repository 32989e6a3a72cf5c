/*
 * unused: what a connection has read and not yet used.
 *
 * All zero at first, and again once all is used: who reads nothing costs nothing.
 */
#pragma once

#include "base/bytes.h"

struct unused {
    uint8_t *at;
    size_t size;
    size_t room;
};

void unused_add(struct unused *unused, struct bytes bytes);

/* Keeps the rest of it and forgets what stands before. */
void unused_keep(struct unused *unused, struct bytes rest);

/*
 * bundle: several questions, or several answers, as one frame of the bus.
 *
 * Each is the size of its header and the size of its body, four bytes each, the highest first, then
 * header and body; one behind the other, and nothing behind the last.  A bundle has at least one.
 * The limits hold for whoever sends; what alone is beyond them travels in two frames (edge/bus.h).
 */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

enum {
    BUNDLE_MOST = 64 * 1024, /* bytes of the frame */
    BUNDLE_COUNT_MOST = 64,  /* questions or answers: as many as a batch of the writer has */
    BUNDLE_SIZES = 8,        /* what two sizes take */
};

struct bundle {
    size_t size;
    unsigned count;
    uint8_t packed[BUNDLE_MOST];
};

bool bundle_fits(const struct bundle *bundle, struct bytes header, struct bytes body);
/* Only what fits. */
void bundle_add(struct bundle *bundle, struct bytes header, struct bytes body);
void bundle_empty(struct bundle *bundle);

/* How many are in what somebody sent; 0: it is not a bundle, and nothing may be taken from it. */
unsigned bundle_count(struct bytes packed);
/* Takes the first off; false where nothing is left. */
bool bundle_next(struct bytes *packed, struct bytes *header, struct bytes *body);

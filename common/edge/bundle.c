#include "edge/bundle.h"

#include <string.h>

#include "base/check.h"

/* ---- to send ---- */

bool bundle_fits(const struct bundle *bundle, struct bytes header, struct bytes body)
{
    size_t left = BUNDLE_MOST - bundle->size;

    return bundle->count < BUNDLE_COUNT_MOST && left >= BUNDLE_SIZES
           && header.size <= left - BUNDLE_SIZES && body.size <= left - BUNDLE_SIZES - header.size;
}

static void add_size(struct bundle *bundle, size_t size)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        bundle->packed[bundle->size++] = (uint8_t)(size >> shift);
}

static void add_bytes(struct bundle *bundle, struct bytes bytes)
{
    if (bytes.size)
        memcpy(bundle->packed + bundle->size, bytes.at, bytes.size);
    bundle->size += bytes.size;
}

void bundle_add(struct bundle *bundle, struct bytes header, struct bytes body)
{
    CHECK(bundle_fits(bundle, header, body));
    add_size(bundle, header.size);
    add_size(bundle, body.size);
    add_bytes(bundle, header);
    add_bytes(bundle, body);
    bundle->count++;
}

void bundle_empty(struct bundle *bundle)
{
    bundle->size = 0;
    bundle->count = 0;
}

/* ---- received ---- */

static size_t size_at(const uint8_t *at)
{
    return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

static struct bytes take(struct bytes *packed, size_t size)
{
    struct bytes taken = {packed->at, size};

    packed->at += size;
    packed->size -= size;
    return taken;
}

bool bundle_next(struct bytes *packed, struct bytes *header, struct bytes *body)
{
    if (packed->size < BUNDLE_SIZES)
        return false;
    size_t header_size = size_at(packed->at);
    size_t body_size = size_at(packed->at + BUNDLE_SIZES / 2);
    size_t left = packed->size - BUNDLE_SIZES;
    if (header_size > left || body_size > left - header_size)
        return false;

    take(packed, BUNDLE_SIZES);
    *header = take(packed, header_size);
    *body = take(packed, body_size);
    return true;
}

unsigned bundle_count(struct bytes packed)
{
    struct bytes header, body;
    unsigned count = 0;

    if (packed.size > BUNDLE_MOST)
        return 0;
    while (count <= BUNDLE_COUNT_MOST && bundle_next(&packed, &header, &body))
        count++;
    return packed.size == 0 && count <= BUNDLE_COUNT_MOST ? count : 0;
}

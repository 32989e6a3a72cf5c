/*
 * fuzz: what the fuzz targets share.
 *
 * The first two bytes of an input choose among the message types, so that one target covers all.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "edge/message.h"
#include "messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes the choice off the input; NULL where there is none. */
static inline const ProtobufCMessageDescriptor *chosen_type(struct bytes *input)
{
    if (input->size < 2)
        return NULL;
    unsigned choice = (unsigned)input->at[0] << 8 | input->at[1];
    input->at += 2;
    input->size -= 2;
    return message_types[choice % message_type_count];
}

static inline int same_bytes(struct bytes one, struct bytes other)
{
    return one.size == other.size && (one.size == 0 || memcmp(one.at, other.at, one.size) == 0);
}

static inline struct bytes json_of(struct arena *arena, const ProtobufCMessage *message)
{
    struct text json = text_new(arena);

    message_to_json(&json, message);
    return (struct bytes){(const uint8_t *)json.at, json.length};
}

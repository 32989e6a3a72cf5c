#include "fuzz.h"

/* Any bytes as JSON for any type: what is read is written, and reads as the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};
    const ProtobufCMessageDescriptor *type = chosen_type(&input);
    if (!type)
        return 0;

    struct arena *arena = arena_new();
    struct flaw flaw = {0};
    const ProtobufCMessage *message = message_from_json(arena, type, input, &flaw);
    if (message) {
        struct bytes json = json_of(arena, message);
        const ProtobufCMessage *again = message_from_json(arena, type, json, &flaw);
        CHECK(again);
        CHECK(same_bytes(json, json_of(arena, again)));
        CHECK(same_bytes(message_pack(arena, message), message_pack(arena, again)));
    } else {
        CHECK(flaw.field && flaw.reason && flaw.detail);
    }
    arena_free(arena);
    return 0;
}

#include "fuzz.h"

/* Any bytes as any type: what is unpacked packs again, and can be said in JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};
    const ProtobufCMessageDescriptor *type = chosen_type(&input);
    if (!type)
        return 0;

    struct arena *arena = arena_new();
    struct flaw flaw = {0};
    const ProtobufCMessage *message = message_unpack(arena, type, input, &flaw);
    if (message) {
        struct bytes packed = message_pack(arena, message);
        const ProtobufCMessage *again = message_unpack(arena, type, packed, &flaw);
        CHECK(again);
        CHECK(same_bytes(packed, message_pack(arena, again)));
        CHECK(message_from_json(arena, type, json_of(arena, message), &flaw));
    } else {
        CHECK(flaw.field && flaw.reason && flaw.detail);
    }
    arena_free(arena);
    return 0;
}

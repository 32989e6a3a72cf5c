#include "dispatch.pb-c.h"
#include "fuzz.h"

/* The same bytes as a push: its updates are read one by one, whatever they are. */
static void read_apart(struct arena *arena, struct bytes input)
{
    struct readings apart = {.list = "updates", .most = 100};
    struct flaw flaw = {0};

    if (!message_from_json_apart(arena, &push_job_updates__descriptor, input, &apart, &flaw)) {
        CHECK(flaw.field && flaw.reason && flaw.detail);
        return;
    }
    CHECK(apart.count <= apart.most);
    for (size_t i = 0; i < apart.count; i++)
        CHECK(apart.items[i].message && (!apart.items[i].flaw || apart.items[i].flaw->reason));
}

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
    read_apart(arena, input);
    arena_free(arena);
    return 0;
}

#include "gateway.h"

/* What is held of a key.  One that nobody holds is an answer too, for it is remembered. */
bool find_key(struct request *req)
{
    const FindKey *asked = request_body(req, find_key);
    struct row held;
    HeldKey answer = HELD_KEY__INIT;
    answer.key_id = asked->key_id;

    if (!db_maybe(req->db, &held, sql.find_key, asked->key_id))
        return false;
    if (!held.values)
        return reply(req, &answer.base);

    struct bytes hash = row_bytes(req->arena, &held, "hash");
    answer.there = row_null(&held, "revoked_at");
    answer.hash = (ProtobufCBinaryData){hash.size, (uint8_t *)(uintptr_t)hash.at};
    answer.roles = (uint32_t)row_number(&held, "role_bits");
    answer.branch = row_text(&held, "branch");
    answer.provider_id = row_text(&held, "provider_id");
    return reply(req, &answer.base);
}

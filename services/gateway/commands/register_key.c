#include "gateway.h"

#include "key_format.h"

/*
 * Hold a key that was made in a file: the administrator's, of whom there must be one before anybody
 * can make keys.  Held already, revoked or not: nothing happens.
 */
bool register_key(struct request *req)
{
    const RegisterKey *order = request_body(req, register_key);
    struct row held;
    uint32_t roles = 0;

    if (!db_maybe(req->db, &held, sql.find_key, order->key_id))
        return false;

    for (size_t i = 0; i < order->n_roles; i++)
        roles |= role_bit(order->roles[i]);
    if (order->hash.len != KEY_HASH_SIZE || roles == 0)
        return refuse(req, INVALID, "invalid", "a key has a hash of 32 bytes and known roles");
    KeyRegistered answer = KEY_REGISTERED__INIT;
    answer.key_id = order->key_id;
    if (held.values)
        return reply(req, &answer.base);

    db_run(req->db, sql.hold_key, order->key_id, order->name,
           db_array(req->arena, order->roles, order->n_roles), db_number(req->arena, roles), "", "",
           db_bytes(req->arena, (struct bytes){order->hash.data, order->hash.len}),
           db_instant(req->arena, req->now_ms), req->caller.id);
    KeyMade event = KEY_MADE__INIT;
    event.key_id = order->key_id;
    event.name = order->name;
    event.roles = order->roles;
    event.n_roles = order->n_roles;
    struct told told = {.subject = order->key_id, .aggregate = order->key_id, .version = 1};
    return emit(req, told, &event.base) && reply(req, &answer.base);
}

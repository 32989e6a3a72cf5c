#include "gateway.h"

/*
 * Take a key back.  It lets nobody in from now on, and streams that were opened with it end within
 * seconds.
 */
bool revoke_key(struct request *req)
{
    const RevokeKey *order = request_body(req, revoke_key);
    struct row held;

    if (!db_maybe(req->db, &held, sql.find_key, order->key_id))
        return false;
    if (!held.values)
        return refuse(req, NOT_FOUND, "not_found", "there is no key %s", order->key_id);
    if (!row_null(&held, "revoked_at"))
        return refuse(req, CONFLICT, "already_revoked", "key %s is already revoked", order->key_id);

    db_run(req->db, sql.revoke_key, order->key_id, db_instant(req->arena, req->now_ms),
           req->caller.id);
    KeyRevoked event = KEY_REVOKED__INIT;
    KeyGone answer = KEY_GONE__INIT;
    event.key_id = answer.key_id = order->key_id;
    struct told told = {.subject = order->key_id, .aggregate = order->key_id, .version = 2};
    return emit(req, told, &event.base) && reply(req, &answer.base);
}

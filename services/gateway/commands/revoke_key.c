#include "gateway.h"

/*
 * Take a key back.  It lets nobody in from now on, and streams that were opened with it end within
 * seconds.  As nobody hands out more than they hold, nobody takes it back: for whoever is limited
 * to a branch there are no keys but those of that branch and below.
 */
bool revoke_key(struct request *req)
{
    const RevokeKey *order = request_body(req, revoke_key);
    struct row held;

    if (!key_find(req, order->key_id, &held))
        return false;
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

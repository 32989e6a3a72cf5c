#include <string.h>

#include "gateway.h"

/* Whether an administrator with a branch or a provider could have made it. */
static bool in_sight(struct request *req, const struct row *held, bool *seen)
{
    const char *provider_id = req->caller.provider_id;

    if (!scope_covers(req, row_text(held, "branch"), seen))
        return false;
    *seen = *seen
            && (text_empty(provider_id) || strcmp(provider_id, row_text(held, "provider_id")) == 0);
    return true;
}

/* What a key is, revoked or not; never the key, and nothing that it could be guessed from. */
bool show_key(struct request *req)
{
    static const char *const shown[] = {"name",    "roles",   "branch",    "provider_id",
                                        "made_at", "made_by", "revoked_at"};
    const ShowKey *asked = request_body(req, show_key);
    struct row held;
    bool seen;

    if (!db_one(req->db, &held, sql.find_key, asked->key_id) || !in_sight(req, &held, &seen))
        return false;
    if (!seen)
        return refuse(req, NOT_FOUND, "not_found", "there is no key %s", asked->key_id);

    KeyShown answer = KEY_SHOWN__INIT;
    struct flaw flaw;
    answer.key_id = asked->key_id;
    for (size_t i = 0; i < LENGTH(shown); i++)
        CHECK(message_set(req->arena, &answer.base, shown[i], row_text(&held, shown[i]), &flaw));
    return reply(req, &answer.base);
}

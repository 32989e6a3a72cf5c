#include "gateway.h"

/* What a key is, revoked or not; never the key, and nothing that it could be guessed from. */
bool show_key(struct request *req)
{
    static const char *const shown[] = {"name",    "roles",   "branch",    "provider_id",
                                        "made_at", "made_by", "revoked_at"};
    const ShowKey *asked = request_body(req, show_key);
    KeyShown answer = KEY_SHOWN__INIT;
    struct row held;
    struct flaw flaw;

    if (!key_find(req, asked->key_id, &held))
        return false;
    answer.key_id = asked->key_id;
    for (size_t i = 0; i < LENGTH(shown); i++)
        CHECK(message_set(req->arena, &answer.base, shown[i], row_text(&held, shown[i]), &flaw));
    return reply(req, &answer.base);
}

#include <string.h>

#include "gateway.h"

static bool in_sight(struct request *req, const struct row *held, bool *seen)
{
    const char *provider_id = req->caller.provider_id;

    if (!scope_covers(req, row_text(held, "branch"), seen))
        return false;
    *seen = *seen
            && (text_empty(provider_id) || strcmp(provider_id, row_text(held, "provider_id")) == 0);
    return true;
}

bool key_find(struct request *req, const char *key_id, struct row *held)
{
    bool seen = false;

    if (!db_maybe(req->db, held, sql.find_key, key_id)
        || (held->values && !in_sight(req, held, &seen)))
        return false;
    return seen || refuse(req, NOT_FOUND, "not_found", "there is no key %s", key_id);
}

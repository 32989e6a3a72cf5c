#include "gateway.h"

#include <string.h>

#include "key_format.h"

enum { KEY_NAME_MOST = 200 };

/* The roles as bits; what is not a role is named. */
static uint32_t read_roles(struct request *req, const MakeKey *order)
{
    uint32_t roles = 0;
    for (size_t i = 0; i < order->n_roles; i++) {
        uint32_t role = role_bit(order->roles[i]);
        if (role == 0)
            violate(req, "roles", "unknown_role", "%s is no role", order->roles[i]);
        roles |= role;
    }
    if (order->n_roles == 0)
        violate(req, "roles", "missing", "a key has at least one role");
    return roles;
}

/* Nobody hands out more than they hold: who is limited names a branch. */
static bool is_within(struct request *req, const char *branch)
{
    return (text_empty(branch) && text_empty(req->caller.branch))
           || branch_in_scope(req, "branch", branch);
}

/*
 * Make a key for a person or a program.
 *
 * The answer is recorded, so it must not hold the secret: it holds a seed that becomes the secret
 * under the house's pepper, when the gateway shows it to the one who asked.  A provider's key says
 * whose it is, or it would see everybody's jobs.
 */
bool make_key(struct request *req)
{
    const MakeKey *order = request_body(req, make_key);
    uint32_t roles = read_roles(req, order);

    if (strlen(order->name) > KEY_NAME_MOST)
        violate(req, "name", "too_long", "a name has at most %d bytes", KEY_NAME_MOST);
    if ((roles & PROVIDER) && text_empty(order->provider_id))
        violate(req, "provider_id", "missing", "a provider's key names the provider");
    if (!is_within(req, order->branch) || !refuse_violations(req))
        return false;

    char id[KEY_ID_SIZE + 1], seed[KEY_SECRET_SIZE + 1], secret[KEY_SECRET_SIZE + 1];
    unsigned char hash[KEY_HASH_SIZE];
    key_random_id(id);
    key_random_secret(seed);
    key_secret_of(key_pepper(), seed, secret);
    key_hash(key_pepper(), secret, hash);
    db_run(req->db, sql.hold_key, id, order->name,
           db_array(req->arena, order->roles, order->n_roles), db_number(req->arena, roles),
           order->branch, order->provider_id,
           db_bytes(req->arena, (struct bytes){hash, sizeof hash}),
           db_instant(req->arena, req->now_ms), req->caller.id);

    KeyMade event = KEY_MADE__INIT;
    Key answer = KEY__INIT;
    answer.key_id = event.key_id = id;
    answer.key = seed;
    answer.name = event.name = order->name;
    answer.roles = event.roles = order->roles;
    answer.n_roles = event.n_roles = order->n_roles;
    answer.branch = event.branch = order->branch;
    answer.provider_id = event.provider_id = order->provider_id;
    return emit(req, (struct told){.subject = id, .aggregate = id, .version = 1}, &event.base)
           && reply_made(req, 0, &answer.base);
}

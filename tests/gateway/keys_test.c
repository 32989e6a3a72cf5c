#include "gateway.h"
#include "intake.pb-c.h"
#include "key_format.h"
#include "room.h"

#include <inttypes.h>
#include <string.h>

static const char *agent[] = {"agent"};

static void the_branch(void)
{
    given("insert into gateway.scope (branch, path) values ('hangzhou', '/hangzhou/')"
          "     on conflict do nothing");
}

static MakeKey a_key(void)
{
    MakeKey order = MAKE_KEY__INIT;
    order.name = "counter 3";
    order.roles = agent;
    order.n_roles = 1;
    order.branch = "hangzhou";
    return order;
}

TEST(a_key_is_made_and_its_secret_is_nowhere)
{
    the_branch();
    MakeKey order = a_key();

    ask("admin", &order.base);

    TRUE(was_made());
    const Key *made = answer(key);
    SAME(((const KeyMade *)heard(key_made))->key_id, made->key_id);
    SAME(value("select branch || ' ' || array_to_string(roles, ',') from gateway.api_key"),
         "hangzhou agent");
    char secret[KEY_SECRET_SIZE + 1];
    key_secret_of(key_pepper(), made->key, secret);
    unsigned char hash[KEY_HASH_SIZE];
    key_hash(key_pepper(), secret, hash);
    FindKey question = FIND_KEY__INIT;
    question.key_id = printed("%s", made->key_id);
    ask("service", &question.base);
    const HeldKey *held = answer(held_key);
    TRUE(held->there);
    assert_memory_equal(held->hash.data, hash, sizeof hash);
    EQUAL(held->roles, AGENT);
}

TEST(asked_twice_the_same_key_is_made_once)
{
    the_branch();
    MakeKey order = a_key();

    ask_as((struct voice){.roles = "admin", .key = "twice"}, &order.base);
    const Key *first = answer(key);
    const char *seed = printed("%s", first->key);
    ask_as((struct voice){.roles = "admin", .key = "twice"}, &order.base);

    TRUE(was_replayed());
    const Key *second = answer(key);
    SAME(second->key, seed);
    SAME(value("select count(*) from gateway.api_key"), "1");
}

TEST(a_key_of_a_branch_that_is_not_there_is_none)
{
    MakeKey order = a_key();
    order.branch = "hangzhuo";

    ask("admin", &order.base);

    TRUE(was_violated("branch", "unknown_branch"));
    SAME(value("select count(*) from gateway.api_key"), "0");
}

TEST(everything_wrong_with_a_key_is_named)
{
    static const char *odd[] = {"king", "provider"};
    MakeKey order = MAKE_KEY__INIT;

    ask("admin", &order.base);
    TRUE(was_violated("roles", "missing"));

    order.roles = odd;
    order.n_roles = 2;
    ask("admin", &order.base);
    EQUAL(violations(), 2);
    TRUE(was_violated("roles", "unknown_role"));
    TRUE(was_violated("provider_id", "missing"));
}

TEST(only_an_administrator_makes_keys)
{
    MakeKey order = a_key();
    ask("manager", &order.base);
    TRUE(was_refused(FORBIDDEN, "role"));
}

TEST(a_revoked_key_lets_nobody_in)
{
    the_branch();
    MakeKey order = a_key();
    ask("admin", &order.base);
    RevokeKey revoke = REVOKE_KEY__INIT;
    const Key *made = answer(key);
    revoke.key_id = printed("%s", made->key_id);

    ask("admin", &revoke.base);

    TRUE(was_done());
    SAME(((const KeyRevoked *)heard(key_revoked))->key_id, revoke.key_id);
    FindKey question = FIND_KEY__INIT;
    question.key_id = revoke.key_id;
    ask("service", &question.base);
    TRUE(!((const HeldKey *)answer(held_key))->there);
    ask("admin", &revoke.base);
    TRUE(was_refused(CONFLICT, "already_revoked"));
}

static bool shows(struct voice voice, const char *key_id)
{
    ShowKey question = SHOW_KEY__INIT;

    question.key_id = key_id;
    ask_as(voice, &question.base);
    return was_done();
}

TEST(a_key_is_shown_to_those_who_may_make_it)
{
    MakeKey order = a_key();
    given("insert into gateway.scope (branch, path)"
          " values ('hangzhou', '/hangzhou/'), ('ningbo', '/ningbo/')");
    ask("admin", &order.base);
    const char *key_id = printed("%s", ((const Key *)answer(key))->key_id);

    TRUE(shows((struct voice){.roles = "admin", .branch = "hangzhou"}, key_id));
    const KeyShown *shown = answer(key_shown);
    SAME(shown->name, "counter 3");
    SAME(shown->roles[0], "agent");
    SAME(shown->made_at, "2026-03-02T09:00:00Z");
    SAME(shown->revoked_at, "");

    TRUE(!shows((struct voice){.roles = "admin", .branch = "ningbo"}, key_id));
    TRUE(was_refused(NOT_FOUND, "not_found"));
    TRUE(!shows((struct voice){.roles = "admin", .provider_id = "P10000014"}, key_id));
    TRUE(!shows((struct voice){.roles = "admin"}, "abcdefghijkl"));
    TRUE(was_refused(NOT_FOUND, "not_found"));
    TRUE(!shows((struct voice){.roles = "manager"}, key_id));
    TRUE(was_refused(FORBIDDEN, "role"));
}

/* Opens a branch and makes a key of it; the key's id. */
static const char *a_key_of(const char *branch, const char *parent)
{
    BranchOpened opened = BRANCH_OPENED__INIT;
    opened.branch = branch;
    opened.parent = parent;
    overhear("intake", branch, &opened.base);
    MakeKey order = a_key();
    order.branch = branch;
    ask("admin", &order.base);
    return printed("%s", ((const Key *)answer(key))->key_id);
}

static void revoke(const char *branch, const char *key_id)
{
    RevokeKey order = REVOKE_KEY__INIT;
    order.key_id = key_id;
    ask_as((struct voice){.roles = "admin", .branch = branch}, &order.base);
}

TEST(a_limited_administrator_revokes_the_keys_of_their_branch_and_below)
{
    const char *above = a_key_of("east", "");
    const char *below = a_key_of("hangzhou", "east");

    revoke("east", above);
    TRUE(was_done());
    revoke("east", below);
    TRUE(was_done());
}

TEST(for_a_limited_administrator_there_are_no_other_keys)
{
    const char *above = a_key_of("east", "");
    const char *own = a_key_of("hangzhou", "east");
    const char *aside = a_key_of("west", "");
    MakeKey order = a_key();
    order.branch = "";
    ask("admin", &order.base);
    const char *unlimited = printed("%s", ((const Key *)answer(key))->key_id);
    revoke("", own);

    revoke("hangzhou", above);
    TRUE(was_refused(NOT_FOUND, "not_found"));
    revoke("hangzhou", aside);
    TRUE(was_refused(NOT_FOUND, "not_found"));
    revoke("hangzhou", unlimited);
    TRUE(was_refused(NOT_FOUND, "not_found"));
    revoke("hangzhou", own);
    TRUE(was_refused(CONFLICT, "already_revoked"));
    SAME(value("select count(*) from gateway.api_key where revoked_at is null"), "3");
}

TEST(nobody_holds_an_unknown_key)
{
    FindKey question = FIND_KEY__INIT;
    question.key_id = "abcdefghijkl";
    ask("service", &question.base);
    TRUE(was_done());
    TRUE(!((const HeldKey *)answer(held_key))->there);
    RevokeKey revoke = REVOKE_KEY__INIT;
    revoke.key_id = "abcdefghijkl";
    ask("admin", &revoke.base);
    TRUE(was_refused(NOT_FOUND, "not_found"));
}

TEST(the_administrators_key_is_registered_once)
{
    static const char *admin[] = {"admin"};
    unsigned char hash[KEY_HASH_SIZE] = {7};
    RegisterKey order = REGISTER_KEY__INIT;
    order.key_id = "abcdefghijkl";
    order.name = "administrator";
    order.roles = admin;
    order.n_roles = 1;
    order.hash = (ProtobufCBinaryData){sizeof hash, hash};

    ask("service", &order.base);
    TRUE(was_done());
    ask("service", &order.base);
    TRUE(was_done());
    SAME(value("select count(*) from gateway.api_key"), "1");
    order.hash.len = 5;
    ask("service", &order.base);
    TRUE(was_refused(INVALID, "invalid"));
}

TEST(a_branch_is_learned)
{
    BranchOpened opened = BRANCH_OPENED__INIT;
    opened.branch = "east";
    overhear("intake", "east", &opened.base);
    opened.branch = "hangzhou";
    opened.parent = "east";
    overhear("intake", "hangzhou", &opened.base);

    ListScopes question = LIST_SCOPES__INIT;
    question.limit = 5;
    ask("service", &question.base);

    const Scopes *scopes = answer(scopes);
    EQUAL(scopes->n_items, 2);
    SAME(scopes->items[1]->branch, "hangzhou");
    SAME(scopes->items[1]->path, "/east/hangzhou/");
    SAME(printed("%" PRIu64, scopes->upto),
         value("select at from gateway.position where source = 'intake'"));
    TRUE(scopes->upto >= 2);
}

TEST(branches_are_told_page_by_page)
{
    BranchOpened opened = BRANCH_OPENED__INIT;
    for (int i = 0; i < 3; i++) {
        opened.branch = printed("%d", i);
        overhear("intake", opened.branch, &opened.base);
    }

    ListScopes question = LIST_SCOPES__INIT;
    question.limit = 2;
    ask("service", &question.base);
    const Scopes *scopes = answer(scopes);
    EQUAL(scopes->n_items, 2);
    question.after = scopes->items[1]->branch;
    ask("service", &question.base);

    scopes = answer(scopes);
    EQUAL(scopes->n_items, 1);
    SAME(scopes->items[0]->branch, "2");
}

ROOM(gateway, cmocka_unit_test(a_key_is_made_and_its_secret_is_nowhere),
     cmocka_unit_test(asked_twice_the_same_key_is_made_once),
     cmocka_unit_test(everything_wrong_with_a_key_is_named),
     cmocka_unit_test(only_an_administrator_makes_keys),
     cmocka_unit_test(a_key_is_shown_to_those_who_may_make_it),
     cmocka_unit_test(a_revoked_key_lets_nobody_in),
     cmocka_unit_test(a_limited_administrator_revokes_the_keys_of_their_branch_and_below),
     cmocka_unit_test(for_a_limited_administrator_there_are_no_other_keys),
     cmocka_unit_test(nobody_holds_an_unknown_key),
     cmocka_unit_test(the_administrators_key_is_registered_once),
     cmocka_unit_test(a_branch_is_learned), cmocka_unit_test(branches_are_told_page_by_page),
     cmocka_unit_test(a_key_of_a_branch_that_is_not_there_is_none))

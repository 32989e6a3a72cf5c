#include "daemon/desk.h"
#include "keys.h"
#include "room.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

long requests_per_second = 100;
long streams_per_key = 2;

const unsigned char *key_pepper(void)
{
    static const unsigned char pepper[KEY_PEPPER_SIZE];
    return pepper;
}

/* The look-ups under way, answered by hand where a test wants it, else at once. */
static struct look_up_asked {
    on_answered *answered;
    void *with;
} asked[4];
static size_t asked_count;
static bool by_hand;

static void answer_as(struct look_up_asked look_up, bool there)
{
    struct arena *arena = arena_new();
    unsigned char hash[KEY_HASH_SIZE];
    key_hash(key_pepper(), "", hash);
    HeldKey held = HELD_KEY__INIT;
    held.there = there;
    held.hash = (ProtobufCBinaryData){sizeof hash, hash};
    AnswerHeader header = ANSWER_HEADER__INIT;
    header.kind = OK;
    look_up.answered(look_up.with, &header, message_pack(arena, &held.base));
    arena_free(arena);
}

/* These take the desk's place. */

void desk_flush(struct daemon *daemon)
{
}

void daemon_ask_self(struct daemon *daemon, const AskHeader *header, struct bytes body,
                     on_answered *answered, void *with)
{
    struct look_up_asked look_up = {answered, with};
    if (!by_hand) {
        answer_as(look_up, false);
        return;
    }
    assert_true(asked_count < sizeof asked / sizeof *asked);
    asked[asked_count++] = look_up;
}

/* One who shows a key, and what it was told. */
struct visitor {
    struct key_waiter waiter;
    int told; /* how often */
    enum key_verdict verdict;
    struct visitor *next; /* comes as soon as this one was told */
};

static struct keys *keys;

static void visit(struct visitor *visitor, const char *id);

static void was_told(void *with, enum key_verdict verdict, struct known_key *key)
{
    struct visitor *visitor = with;
    visitor->told++;
    visitor->verdict = verdict;
    if (visitor->next)
        visit(visitor->next, "zzzzzzzzzzzz");
}

static void visit(struct visitor *visitor, const char *id)
{
    snprintf(visitor->waiter.shown.id, sizeof visitor->waiter.shown.id, "%s", id);
    visitor->waiter.checked = was_told;
    visitor->waiter.with = visitor;
    keys_check(keys, &visitor->waiter);
}

static int open_house(void **unused)
{
    keys = keys_new(NULL);
    asked_count = 0;
    by_hand = false;
    return 0;
}

static int close_house(void **unused)
{
    keys_free(keys);
    return 0;
}

TEST(a_key_is_kept_until_all_who_wait_for_it_were_told)
{
    struct visitor another = {0}, guest = {0}, quick = {.next = &another}, patient = {0};
    by_hand = true;
    visit(&patient, "aaaaaaaaaaaa");
    visit(&quick, "aaaaaaaaaaaa"); /* the last to come is told first */
    by_hand = false;
    for (int i = 1; i < KEYS_HELD_MOST; i++) {
        char id[KEY_ID_SIZE + 1];
        snprintf(id, sizeof id, "b%011d", i);
        visit(&guest, id);
    }
    usleep(2000); /* none is in use this very millisecond */

    answer_as(asked[0], false);

    EQUAL(quick.told, 1);
    EQUAL(another.told, 1);
    EQUAL(patient.told, 1);
    EQUAL(patient.verdict, KEY_UNKNOWN);
}

static void tell_key(const char *type)
{
    Event event = EVENT__INIT;
    event.type = type;
    event.aggregate = "aaaaaaaaaaaa";
    keys_told(keys, &event);
}

TEST(a_revocation_is_not_undone_by_an_older_answer)
{
    struct visitor first = {0}, second = {0}, third = {0};
    by_hand = true;
    visit(&first, "aaaaaaaaaaaa");
    answer_as(asked[0], true);
    EQUAL(first.verdict, KEY_GOOD);
    tell_key("gateway.KeyMade");
    visit(&second, "aaaaaaaaaaaa");

    tell_key("gateway.KeyRevoked");
    answer_as(asked[1], true);

    EQUAL(second.told, 0);
    EQUAL(asked_count, 3);
    answer_as(asked[2], false);
    EQUAL(second.verdict, KEY_UNKNOWN);
    visit(&third, "aaaaaaaaaaaa");
    EQUAL(third.verdict, KEY_UNKNOWN);
    EQUAL(asked_count, 3);
}

TEST(a_key_that_is_made_while_it_is_asked_for_is_good)
{
    struct visitor visitor = {0};
    by_hand = true;
    visit(&visitor, "aaaaaaaaaaaa");

    tell_key("gateway.KeyMade");
    answer_as(asked[1], true);
    answer_as(asked[0], false);

    EQUAL(visitor.told, 1);
    EQUAL(visitor.verdict, KEY_GOOD);
}

#define AT_HOME(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_HOME(a_key_is_kept_until_all_who_wait_for_it_were_told),
        AT_HOME(a_revocation_is_not_undone_by_an_older_answer),
        AT_HOME(a_key_that_is_made_while_it_is_asked_for_is_good),
    };
    return cmocka_run_group_tests_name("known keys", tests, NULL, NULL);
}

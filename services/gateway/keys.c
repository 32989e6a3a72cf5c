#include "keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"

enum { BUCKETS = 4096 };

struct keys {
    struct daemon *daemon;
    struct known_key *buckets[BUCKETS];
    size_t held;
    uint64_t look_ups; /* begun so far */
};

/* A look-up that is under way. */
struct look_up {
    struct keys *keys;
    uint64_t number;
    char id[KEY_ID_SIZE + 1];
};

struct keys *keys_new(struct daemon *daemon)
{
    struct keys *keys = calloc(1, sizeof *keys);
    CHECK(keys);
    keys->daemon = daemon;
    return keys;
}

static void known_key_free(struct known_key *key)
{
    free(key->caller);
    free(key->branch);
    free(key->provider_id);
    free(key);
}

void keys_free(struct keys *keys)
{
    for (size_t i = 0; i < BUCKETS; i++)
        while (keys->buckets[i]) {
            struct known_key *key = keys->buckets[i];
            keys->buckets[i] = key->next;
            known_key_free(key);
        }
    free(keys);
}

static struct known_key **find(struct keys *keys, const char *id)
{
    struct known_key **key = &keys->buckets[(text_hash(id) >> 20) % BUCKETS];
    while (*key && strcmp((*key)->id, id) != 0)
        key = &(*key)->next;
    return key;
}

static bool is_idle(const struct known_key *key, int64_t before_ms)
{
    return !key->asked && !key->telling && !key->streams && key->used_at_ms < before_ms;
}

/* Makes room: forgets what nobody used lately, and at need everything nobody waits for. */
static void forget_idle(struct keys *keys, int64_t before_ms)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct known_key **key = &keys->buckets[i];
        while (*key) {
            struct known_key *idle = *key;
            if (!is_idle(idle, before_ms)) {
                key = &idle->next;
                continue;
            }
            *key = idle->next;
            known_key_free(idle);
            keys->held--;
        }
    }
}

static struct known_key *find_or_add(struct keys *keys, const char *id, int64_t now_ms)
{
    struct known_key **place = find(keys, id);
    if (*place)
        return *place;
    if (keys->held >= KEYS_HELD_MOST)
        forget_idle(keys, now_ms - KEYS_IDLE_MS);
    if (keys->held >= KEYS_HELD_MOST)
        forget_idle(keys, now_ms);
    if (keys->held >= KEYS_HELD_MOST)
        return NULL;

    struct known_key *key = calloc(1, sizeof *key);
    CHECK(key);
    memcpy(key->id, id, KEY_ID_SIZE);
    key->tokens = (double)requests_per_second;
    key->tokens_at_us = clock_monotonic_us();
    place = find(keys, id);
    *place = key;
    keys->held++;
    return key;
}

static void replace(char **held, const char *text)
{
    free(*held);
    *held = strdup(text_or_empty(text));
    CHECK(*held);
}

static void learn(struct known_key *key, const HeldKey *held)
{
    key->there = held->there && held->hash.len == KEY_HASH_SIZE;
    key->known_at_ms = clock_monotonic_ms();
    key->roles = held->roles;
    replace(&key->branch, held->branch);
    replace(&key->provider_id, held->provider_id);
    free(key->caller);
    CHECK(asprintf(&key->caller, "key/%s", key->id) > 0);
    if (key->there)
        memcpy(key->hash, held->hash.data, KEY_HASH_SIZE);
}

static enum key_verdict judge(const struct known_key *key, const struct api_key *shown)
{
    if (!key->there)
        return KEY_UNKNOWN;
    unsigned char hash[KEY_HASH_SIZE];
    key_hash(key_pepper(), shown->secret, hash);
    return sodium_memcmp(hash, key->hash, sizeof hash) == 0 ? KEY_GOOD : KEY_UNKNOWN;
}

/* Whoever is told may go on to a request with another key, for which room is made. */
static void tell_waiters(struct known_key *key, bool known)
{
    struct key_waiter *waiter = key->waiters;
    key->waiters = NULL;
    key->telling++;
    while (waiter) {
        struct key_waiter *next = waiter->next;
        enum key_verdict verdict = known ? judge(key, &waiter->shown) : KEY_UNREACHABLE;
        waiter->checked(waiter->with, verdict, key);
        waiter = next;
    }
    key->telling--;
}

static void looked_up(void *with, const AnswerHeader *header, struct bytes body)
{
    struct look_up *look_up = with;
    struct known_key *key = *find(look_up->keys, look_up->id);
    bool latest = key && key->asked == look_up->number;
    free(look_up);
    if (!latest)
        return;
    key->asked = 0;

    struct arena *arena = arena_new();
    struct flaw flaw;
    HeldKey *held = NULL;
    if (header->kind == OK)
        held = (HeldKey *)message_unpack(arena, &held_key__descriptor, body, &flaw);
    if (held)
        learn(key, held);
    tell_waiters(key, held != NULL);
    arena_free(arena);
}

static void look_up(struct keys *keys, struct known_key *key)
{
    if (key->asked)
        return;
    struct look_up *look_up = calloc(1, sizeof *look_up);
    CHECK(look_up);
    look_up->keys = keys;
    look_up->number = key->asked = ++keys->look_ups;
    memcpy(look_up->id, key->id, sizeof look_up->id);

    struct arena *arena = arena_new();
    FindKey question = FIND_KEY__INIT;
    question.key_id = key->id;
    Caller caller = CALLER__INIT;
    caller.id = "service/gateway";
    caller.roles = SERVICE;
    AskHeader header = ASK_HEADER__INIT;
    header.message = "gateway.FindKey";
    header.caller = &caller;
    header.deadline_ms = KEYS_STALE_MS;
    daemon_ask_self(keys->daemon, &header, message_pack(arena, &question.base), looked_up, look_up);
    arena_free(arena);
}

void keys_check(struct keys *keys, struct key_waiter *waiter)
{
    int64_t now_ms = clock_monotonic_ms();
    struct known_key *key = find_or_add(keys, waiter->shown.id, now_ms);
    if (!key) {
        waiter->checked(waiter->with, KEY_UNREACHABLE, NULL);
        return;
    }
    key->used_at_ms = now_ms;
    int64_t age_ms = now_ms - key->known_at_ms;
    bool known = key->known_at_ms && age_ms < KEYS_STALE_MS;
    if (known && age_ms > KEYS_REFRESH_MS)
        look_up(keys, key);
    if (known) {
        waiter->checked(waiter->with, judge(key, &waiter->shown), key);
        return;
    }
    waiter->next = key->waiters;
    key->waiters = waiter;
    look_up(keys, key);
}

enum key_verdict keys_look_again(struct keys *keys, const char *id)
{
    int64_t now_ms = clock_monotonic_ms();
    struct known_key *key = *find(keys, id);
    if (!key || !key->known_at_ms)
        return KEY_UNREACHABLE;
    key->used_at_ms = now_ms;
    if (now_ms - key->known_at_ms > KEYS_REFRESH_MS)
        look_up(keys, key);
    if (!key->there)
        return KEY_UNKNOWN;
    return now_ms - key->known_at_ms < KEYS_STALE_MS ? KEY_GOOD : KEY_UNREACHABLE;
}

void keys_told(struct keys *keys, const Event *event)
{
    bool revoked = strcmp(event->type, "gateway.KeyRevoked") == 0;
    if (!revoked && strcmp(event->type, "gateway.KeyMade") != 0)
        return;
    struct known_key *key = *find(keys, event->aggregate);
    if (!key)
        return;
    if (revoked)
        key->there = false;
    else
        key->known_at_ms = 0;
    if (!key->asked)
        return;
    key->asked = 0; /* its answer may have been read before: another is waited for */
    look_up(keys, key);
}

long key_take_token(struct known_key *key)
{
    int64_t now_us = clock_monotonic_us();
    double most = (double)requests_per_second;
    key->tokens += (double)(now_us - key->tokens_at_us) * most / 1e6;
    key->tokens_at_us = now_us;
    if (key->tokens > most)
        key->tokens = most;
    if (key->tokens < 1)
        return -1;
    key->tokens -= 1;
    return (long)key->tokens;
}

bool keys_count_stream(struct keys *keys, const char *id, int more)
{
    struct known_key *key = *find(keys, id);
    if (!key || (more > 0 && key->streams >= (unsigned long)streams_per_key))
        return false;
    key->streams += (unsigned)more;
    return true;
}

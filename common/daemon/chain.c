#include "daemon/chain.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "edge/message.h"

struct seal {
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
};

void chain_next(const uint8_t before[CHAIN_HASH], struct bytes record, uint8_t hash[CHAIN_HASH])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, CHAIN_HASH);
    crypto_generichash_update(&state, before, CHAIN_HASH);
    crypto_generichash_update(&state, record.at, record.size);
    crypto_generichash_final(&state, hash, CHAIN_HASH);
}

struct bytes chain_digest(struct arena *arena, const char *message, struct bytes body,
                          struct bytes beside)
{
    uint8_t *digest = arena_take(arena, CHAIN_HASH);
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, CHAIN_HASH);
    crypto_generichash_update(&state, (const uint8_t *)message, strlen(message) + 1);
    crypto_generichash_update(&state, body.at, body.size);
    crypto_generichash_update(&state, beside.at, beside.size);
    crypto_generichash_final(&state, digest, CHAIN_HASH);
    return (struct bytes){digest, CHAIN_HASH};
}

struct seal *seal_open(const char *seed_file)
{
    unsigned char content[256];
    unsigned char seed[crypto_sign_SEEDBYTES];
    static const unsigned char purpose[] = "afterline seal of heads";
    FILE *file = fopen(seed_file, "r");
    if (!file)
        return NULL;

    size_t size = fread(content, 1, sizeof content, file);
    fclose(file);
    if (size < 32)
        return NULL;

    crypto_generichash(seed, sizeof seed, content, size, purpose, sizeof purpose);
    struct seal *seal = calloc(1, sizeof *seal);
    CHECK(seal);
    crypto_sign_seed_keypair(seal->public_key, seal->secret_key, seed);
    sodium_memzero(content, sizeof content);
    sodium_memzero(seed, sizeof seed);
    return seal;
}

void seal_free(struct seal *seal)
{
    if (seal)
        sodium_memzero(seal, sizeof *seal);
    free(seal);
}

const char *chain_hex(struct arena *arena, struct bytes hash)
{
    char *hex = arena_take(arena, 2 * hash.size + 1);

    return sodium_bin2hex(hex, 2 * hash.size + 1, hash.at, hash.size);
}

/* What is signed: one line that a person can make again by hand. */
static const char *head_sentence(struct arena *arena, const HeadSealed *head)
{
    const char *hex = chain_hex(arena, (struct bytes){head->hash.data, head->hash.len});

    return arena_print(arena, "%s %llu %s %lld", head->source, (unsigned long long)head->id, hex,
                       (long long)head->signed_at_ms);
}

void seal_head(const struct seal *seal, struct arena *arena, HeadSealed *head)
{
    const char *sentence = head_sentence(arena, head);

    head->signature.data = arena_take(arena, CHAIN_SIGNATURE);
    head->signature.len = CHAIN_SIGNATURE;
    crypto_sign_detached(head->signature.data, NULL, (const unsigned char *)sentence,
                         strlen(sentence), seal->secret_key);
    head->public_key.data = arena_copy_bytes(arena, seal->public_key, CHAIN_KEY);
    head->public_key.len = CHAIN_KEY;
}

bool seal_holds(struct arena *arena, const HeadSealed *head)
{
    if (head->signature.len != CHAIN_SIGNATURE || head->public_key.len != CHAIN_KEY
        || head->hash.len != CHAIN_HASH)
        return false;

    const char *sentence = head_sentence(arena, head);
    return crypto_sign_verify_detached(head->signature.data, (const unsigned char *)sentence,
                                       strlen(sentence), head->public_key.data)
           == 0;
}

struct bytes chain_told(struct arena *arena, struct bytes record, struct bytes hash)
{
    static const uint8_t tag[] = {0x8a, 0x01, CHAIN_HASH}; /* field 17, length-delimited, 32 */
    uint8_t *told = arena_take(arena, record.size + sizeof tag + hash.size);

    CHECK(hash.size == CHAIN_HASH);
    memcpy(told, record.at, record.size);
    memcpy(told + record.size, tag, sizeof tag);
    memcpy(told + record.size + sizeof tag, hash.at, hash.size);
    return (struct bytes){told, record.size + sizeof tag + hash.size};
}

#include "key_format.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { ID_AT = 3, SECRET_AT = ID_AT + KEY_ID_SIZE + 1, SUM_AT = SECRET_AT + KEY_SECRET_SIZE };

static uint32_t crc32_of(const char *text, size_t size)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static void print_checksum(char *text)
{
    uint32_t crc = crc32_of(text, SUM_AT);
    for (int i = 0; i < 6; i++)
        text[SUM_AT + i] = base64url[(crc >> (6 * i)) & 63];
    text[KEY_SIZE] = '\0';
}

bool key_parse(const char *text, struct api_key *key)
{
    if (strlen(text) != KEY_SIZE || strncmp(text, "al_", 3) != 0 || text[SECRET_AT - 1] != '_')
        return false;
    if (strspn(text + ID_AT, base32) != KEY_ID_SIZE || strspn(text + SECRET_AT, base64url) < 49)
        return false;
    char expected[KEY_SIZE + 1];
    memcpy(expected, text, SUM_AT);
    print_checksum(expected);
    if (strcmp(expected, text) != 0)
        return false;

    memcpy(key->id, text + ID_AT, KEY_ID_SIZE);
    key->id[KEY_ID_SIZE] = '\0';
    memcpy(key->secret, text + SECRET_AT, KEY_SECRET_SIZE);
    key->secret[KEY_SECRET_SIZE] = '\0';
    return true;
}

void key_print(const struct api_key *key, char text[KEY_SIZE + 1])
{
    memcpy(text, "al_", ID_AT);
    memcpy(text + ID_AT, key->id, KEY_ID_SIZE);
    text[SECRET_AT - 1] = '_';
    memcpy(text + SECRET_AT, key->secret, KEY_SECRET_SIZE);
    print_checksum(text);
}

void key_random_id(char id[KEY_ID_SIZE + 1])
{
    unsigned char random[KEY_ID_SIZE];
    randombytes_buf(random, sizeof random);
    for (int i = 0; i < KEY_ID_SIZE; i++)
        id[i] = base32[random[i] & 31];
    id[KEY_ID_SIZE] = '\0';
}

static void print_secret(const unsigned char bytes[32], char secret[KEY_SECRET_SIZE + 1])
{
    sodium_bin2base64(secret, KEY_SECRET_SIZE + 1, bytes, 32,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void key_random_secret(char secret[KEY_SECRET_SIZE + 1])
{
    unsigned char random[32];
    randombytes_buf(random, sizeof random);
    print_secret(random, secret);
}

static void digest(const unsigned char *pepper, const char *what, const char *text,
                   unsigned char to[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, pepper, KEY_PEPPER_SIZE, 32);
    crypto_generichash_update(&state, (const unsigned char *)what, strlen(what) + 1);
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
    crypto_generichash_final(&state, to, 32);
}

void key_secret_of(const unsigned char *pepper, const char *seed, char secret[KEY_SECRET_SIZE + 1])
{
    unsigned char bytes[32];
    digest(pepper, "secret", seed, bytes);
    print_secret(bytes, secret);
}

void key_hash(const unsigned char *pepper, const char *secret, unsigned char hash[KEY_HASH_SIZE])
{
    digest(pepper, "hash", secret, hash);
}

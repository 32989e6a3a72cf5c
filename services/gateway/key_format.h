/*
 * key_format: what an API key looks like.
 *
 *     al_<id, 12 of base32>_<secret, 43 of base64url><checksum, 6>
 *
 * The prefix is for scanners that look for leaked secrets; the checksum (CRC-32) refuses a mistyped
 * key without asking anybody.  Of the secret only BLAKE2b-256 under the house's pepper is kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum {
    KEY_ID_SIZE = 12,
    KEY_SECRET_SIZE = 43,
    KEY_SIZE = 3 + KEY_ID_SIZE + 1 + KEY_SECRET_SIZE + 6,
    KEY_HASH_SIZE = 32,
    KEY_PEPPER_SIZE = 32,
};

struct api_key {
    char id[KEY_ID_SIZE + 1];
    char secret[KEY_SECRET_SIZE + 1];
};

/* False where it is not a key, or mistyped. */
bool key_parse(const char *text, struct api_key *key);
void key_print(const struct api_key *key, char text[KEY_SIZE + 1]);

void key_random_id(char id[KEY_ID_SIZE + 1]);
void key_random_secret(char secret[KEY_SECRET_SIZE + 1]);

/* What a seed becomes under the pepper: the recorded answer of a command holds the seed only. */
void key_secret_of(const unsigned char *pepper, const char *seed, char secret[KEY_SECRET_SIZE + 1]);

/* What is kept of a secret. */
void key_hash(const unsigned char *pepper, const char *secret, unsigned char hash[KEY_HASH_SIZE]);

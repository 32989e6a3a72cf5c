/*
 * chain: hashes that make a rewritten past visible, and signatures over them.
 *
 * h(n) = BLAKE2b-256(h(n−1) ‖ event n packed without its hash); h(0) is 32 zero bytes.  A head is
 * signed with ed25519 (RFC 8032) over "source id hex(hash) signed_at_ms".
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "envelope.pb-c.h"

enum { CHAIN_HASH = 32, CHAIN_SIGNATURE = 64, CHAIN_KEY = 32 };

void chain_next(const uint8_t before[CHAIN_HASH], struct bytes record, uint8_t hash[CHAIN_HASH]);

/* Digest of a command: its name, its packed body, and what was asked beside it. */
struct bytes chain_digest(struct arena *arena, const char *message, struct bytes body,
                          struct bytes beside);

/* As people compare it. */
const char *chain_hex(struct arena *arena, struct bytes hash);

/* A signing key made of the bytes of a secret file; false where the file can't be read. */
struct seal;
struct seal *seal_open(const char *seed_file);
void seal_free(struct seal *seal);
void seal_head(const struct seal *seal, struct arena *arena, HeadSealed *head);
bool seal_holds(struct arena *arena, const HeadSealed *head);

/* An event as it is told: the record with its hash behind (a protobuf field may come last). */
struct bytes chain_told(struct arena *arena, struct bytes record, struct bytes hash);

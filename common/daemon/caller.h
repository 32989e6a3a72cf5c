/*
 * caller: on whose behalf something is asked, and what they may.
 *
 * The gateway decides it from the key; a service trusts it only from a peer that may speak for
 * others.  Scope: `branch` limits to that branch and those below, `provider_id` to what that
 * provider holds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/table.h"

enum role {
    ADMIN = 1 << 0,
    AGENT = 1 << 1,
    LEAD = 1 << 2,
    MANAGER = 1 << 3,
    DISPATCHER = 1 << 4,
    TECHNICIAN = 1 << 5,
    INSPECTOR = 1 << 6,
    FINANCE = 1 << 7,
    AUDITOR = 1 << 8,
    PROVIDER = 1 << 9,
    SUBSCRIBER = 1 << 10,
    IMPORTER = 1 << 11,
    SERVICE = 1 << 12, /* another daemon of the house; never given to a key */

    STAFF = ADMIN | AGENT | LEAD | MANAGER | DISPATCHER | TECHNICIAN | INSPECTOR,
    ANYONE = (1 << 13) - 1,
};

struct caller {
    const char *id; /* "key/…", "service/dispatch" */
    uint32_t roles;
    const char *branch;      /* "" for all */
    const char *provider_id; /* "" for all */
};

/* The bit of a role's word ("agent"), 0 where there is no such role that a key may hold. */
uint32_t role_bit(const char *word);
/* "agent, lead": for sentences and the contract. */
char *role_words(struct arena *arena, uint32_t roles);

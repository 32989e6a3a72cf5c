#include "daemon/caller.h"

#include <string.h>

#include "base/text.h"

/* Word, bit, whether a key may hold it. */
static const struct {
    const char *word;
    uint32_t bit;
    bool for_keys;
} roles_known[] = {
    {"admin",      ADMIN,      true },
    {"agent",      AGENT,      true },
    {"lead",       LEAD,       true },
    {"manager",    MANAGER,    true },
    {"dispatcher", DISPATCHER, true },
    {"technician", TECHNICIAN, true },
    {"inspector",  INSPECTOR,  true },
    {"finance",    FINANCE,    true },
    {"auditor",    AUDITOR,    true },
    {"provider",   PROVIDER,   true },
    {"subscriber", SUBSCRIBER, true },
    {"importer",   IMPORTER,   true },
    {"service",    SERVICE,    false},
};

uint32_t role_bit(const char *word)
{
    for (size_t i = 0; i < LENGTH(roles_known); i++)
        if (roles_known[i].for_keys && strcmp(roles_known[i].word, word) == 0)
            return roles_known[i].bit;
    return 0;
}

char *role_words(struct arena *arena, uint32_t roles)
{
    struct text words = text_new(arena);

    for (size_t i = 0; i < LENGTH(roles_known); i++) {
        if (!(roles & roles_known[i].bit))
            continue;
        if (words.length > 0)
            text_add(&words, ", ");
        text_add(&words, roles_known[i].word);
    }
    return words.at;
}

#include <sodium.h>
#include <string.h>

#include "journey_inside.h"

static void mix(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static const char *spell(struct arena *arena, const unsigned char *bytes)
{
    char hex[KEY_TEXT];

    return arena_print(arena, "import-%s", sodium_bin2hex(hex, sizeof hex, bytes, KEY_BYTES));
}

const char *journey_key(const struct journey *journey, const unsigned char *digest,
                        const char *step)
{
    unsigned char bytes[KEY_BYTES];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof bytes);
    mix(&state, map_name(journey->travel->map));
    mix(&state, journey->reference);
    if (digest)
        crypto_generichash_update(&state, digest, KEY_BYTES);
    mix(&state, step);
    crypto_generichash_final(&state, bytes, sizeof bytes);
    return spell(journey->row->arena, bytes);
}

static unsigned count_met(struct journey *journey, const unsigned char *digest)
{
    struct met *met = journey->met;

    while (met && memcmp(met->digest, digest, KEY_BYTES) != 0)
        met = met->next;
    if (!met) {
        met = arena_take(journey->travel->arena, sizeof *met);
        memcpy(met->digest, digest, KEY_BYTES);
        met->next = journey->met;
        journey->met = met;
    }
    return met->times++;
}

void journey_digest(struct journey *journey, struct waiting_row *row)
{
    unsigned char content[KEY_BYTES];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof content);
    for (size_t i = 0; i < map_columns(journey->travel->map); i++)
        mix(&state, row->entry.values[i]);
    crypto_generichash_final(&state, content, sizeof content);

    unsigned times = count_met(journey, content);
    crypto_generichash_init(&state, NULL, 0, sizeof row->digest);
    crypto_generichash_update(&state, content, sizeof content);
    mix(&state, arena_print(row->arena, "%u", times));
    crypto_generichash_final(&state, row->digest, sizeof row->digest);
}

const char *journey_key_once(const struct journey *journey, const char *what)
{
    unsigned char bytes[KEY_BYTES];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof bytes);
    mix(&state, map_name(journey->travel->map));
    mix(&state, what);
    crypto_generichash_final(&state, bytes, sizeof bytes);
    return spell(journey->row->arena, bytes);
}

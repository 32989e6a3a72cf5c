#include "events/cursor.h"

#include <sodium.h>
#include <string.h>

/* Version, positions, checksum: 45 bytes, which base64 turns into 60 letters without padding. */
enum { VERSION = 1, BODY = 1 + 8 * SOURCES, SUM = 4 };

static const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const char *const sources[SOURCES] = {"intake", "dispatch", "returns", "complaints", "reporting"};

int source_index(const char *source)
{
    for (int i = 0; i < SOURCES; i++)
        if (strcmp(sources[i], source) == 0)
            return i;
    return -1;
}

/* Not a secret: it tells a cursor of ours from any other word. */
static void checksum(const unsigned char *body, unsigned char sum[SUM])
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; i < BODY; i++)
        hash = (hash ^ body[i]) * 0x100000001b3u;
    for (int i = 0; i < SUM; i++)
        sum[i] = (unsigned char)((hash >> 32) >> (8 * i));
}

void cursor_print(const struct cursor *cursor, char text[CURSOR_SIZE + 1])
{
    unsigned char bytes[BODY + SUM] = {VERSION};
    for (int i = 0; i < SOURCES; i++)
        for (int j = 0; j < 8; j++)
            bytes[1 + 8 * i + j] = (unsigned char)(cursor->at[i] >> (8 * j));
    checksum(bytes, bytes + BODY);
    sodium_bin2base64(text, CURSOR_SIZE + 1, bytes, sizeof bytes, variant);
}

bool cursor_parse(const char *text, struct cursor *cursor)
{
    unsigned char bytes[BODY + SUM], sum[SUM];
    size_t size = 0;
    if (strlen(text) != CURSOR_SIZE
        || sodium_base642bin(bytes, sizeof bytes, text, CURSOR_SIZE, NULL, &size, NULL, variant)
        || size != sizeof bytes || bytes[0] != VERSION)
        return false;
    checksum(bytes, sum);
    if (memcmp(sum, bytes + BODY, SUM) != 0)
        return false;

    for (int i = 0; i < SOURCES; i++) {
        cursor->at[i] = 0;
        for (int j = 0; j < 8; j++)
            cursor->at[i] |= (uint64_t)bytes[1 + 8 * i + j] << (8 * j);
    }
    return true;
}

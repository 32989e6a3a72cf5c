#include "http/unused.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { ROOM_AT_FIRST = 4096 };

void unused_add(struct unused *unused, struct bytes bytes)
{
    size_t needed = unused->size + bytes.size;
    if (needed > unused->room) {
        unused->room = needed < ROOM_AT_FIRST ? ROOM_AT_FIRST : needed * 2;
        unused->at = realloc(unused->at, unused->room);
        CHECK(unused->at);
    }
    memcpy(unused->at + unused->size, bytes.at, bytes.size);
    unused->size = needed;
}

void unused_keep(struct unused *unused, struct bytes rest)
{
    if (rest.size)
        memmove(unused->at, rest.at, rest.size);
    unused->size = rest.size;
    if (rest.size)
        return;
    free(unused->at);
    *unused = (struct unused){0};
}

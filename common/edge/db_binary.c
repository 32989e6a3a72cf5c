#include <arpa/inet.h>
#include <string.h>

#include "edge/db_own.h"

enum { OID_BYTES = 17 }; /* bytea */

/* A parameter that is sent as it is. */
struct binary {
    const char *at;
    int size;
    struct binary *next;
};

/* The head of an array of one dimension, big-endian, as array_send of PostgreSQL writes it. */
struct array_head {
    uint32_t dimensions, has_nulls, element_type, count, first_index;
};

static char *put_number(char *to, uint32_t number)
{
    number = htonl(number);
    memcpy(to, &number, sizeof number);
    return to + sizeof number;
}

static size_t size_of(const struct bytes *items, size_t count)
{
    size_t size = sizeof(struct array_head) + count * sizeof(uint32_t);

    for (size_t i = 0; i < count; i++)
        size += items[i].size;
    return size;
}

char *db_bytes_array(struct db *db, const struct bytes *items, size_t count)
{
    struct array_head head = {htonl(1), 0, htonl(OID_BYTES), htonl((uint32_t)count), htonl(1)};
    struct binary *binary = arena_take(db->later, sizeof *binary);
    size_t size = size_of(items, count);
    char *array = arena_take(db->later, size);
    char *to = memcpy(array, &head, sizeof head);

    to += sizeof head;
    for (size_t i = 0; i < count; i++) {
        to = put_number(to, (uint32_t)items[i].size);
        if (items[i].size)
            memcpy(to, items[i].at, items[i].size);
        to += items[i].size;
    }
    *binary = (struct binary){array, (int)size, db->binaries};
    db->binaries = binary;
    return array;
}

int db_take_binary(struct db *db, const char *parameter)
{
    struct binary **at = &db->binaries;

    while (*at && (*at)->at != parameter)
        at = &(*at)->next;
    if (!*at)
        return 0;

    int size = (*at)->size;
    *at = (*at)->next;
    return size;
}

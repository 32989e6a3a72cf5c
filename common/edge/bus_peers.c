#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "edge/bus_inside.h"

enum {
    PEERS_MOST = 1000,
    PEERS_LINE_MOST = 1024,
};

struct peer_reader {
    struct arena *arena;
    const char *file;
    struct peer *rows;
    size_t count;
    int line;
    const char **why;
};

static bool wrong(struct peer_reader *reader, const char *what)
{
    *reader->why = arena_print(reader->arena, "%s:%d: %s", reader->file, reader->line, what);
    return false;
}

static bool is_name(const char *name)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t service = strspn(name, word);

    if (service == 0 || name[service] == '\0')
        return service > 0;
    const char *instance = name + service + 1;
    return name[service] == '.' && *instance && strspn(instance, word) == strlen(instance);
}

static bool is_key(const char *key)
{
    uint8_t decoded[BUS_KEY_BYTES];

    return strlen(key) == BUS_KEY_TEXT && zmq_z85_decode(decoded, key);
}

static bool is_endpoint(const char *endpoint)
{
    return strcmp(endpoint, "-") == 0 || strncmp(endpoint, "ipc://", 6) == 0
           || strncmp(endpoint, "tcp://", 6) == 0;
}

static bool is_new(const struct peer_reader *reader, const char *name, const char *key)
{
    for (size_t i = 0; i < reader->count; i++)
        if (strcmp(reader->rows[i].name, name) == 0 || strcmp(reader->rows[i].key, key) == 0)
            return false;
    return true;
}

static const char *copy_endpoint(struct arena *arena, const char *endpoint)
{
    return strcmp(endpoint, "-") == 0 ? NULL : arena_copy(arena, endpoint);
}

static bool add_peer(struct peer_reader *reader, char *const word[4])
{
    struct arena *arena = reader->arena;

    if (!is_name(word[0]))
        return wrong(reader, "a name is <service>.<instance> or one word, in lower case");
    if (!is_key(word[1]))
        return wrong(reader, "a public key is 40 characters of Z85");
    if (!is_endpoint(word[2]) || !is_endpoint(word[3]))
        return wrong(reader, "an endpoint is ipc://…, tcp://… or -");
    if (!is_new(reader, word[0], word[1]))
        return wrong(reader, "this name or this key stands above already");
    if (reader->count == PEERS_MOST)
        return wrong(reader, "more peers than a house may have");
    reader->rows[reader->count++] = (struct peer){
        .name = arena_copy(arena, word[0]),
        .service = arena_print(arena, "%.*s", (int)strcspn(word[0], "."), word[0]),
        .key = arena_copy(arena, word[1]),
        .ask = copy_endpoint(arena, word[2]),
        .tell = copy_endpoint(arena, word[3]),
    };
    return true;
}

/* "#" begins a comment only as the first character of a word after the fourth, or of the line: a
 * key may contain it. */
static bool read_line(struct peer_reader *reader, char *line)
{
    char *word[5] = {0};
    char *rest = NULL;
    size_t count = 0;

    reader->line++;
    if (!strchr(line, '\n') && strlen(line) == PEERS_LINE_MOST - 1)
        return wrong(reader, "the line is too long");
    for (char *at = strtok_r(line, " \t\r\n", &rest); at && count < LENGTH(word);
         at = strtok_r(NULL, " \t\r\n", &rest))
        word[count++] = at;
    if (count == 0 || word[0][0] == '#')
        return true;
    if (count < 4 || (count == 5 && word[4][0] != '#'))
        return wrong(reader, "expected: name, public key, ask, tell");
    return add_peer(reader, word);
}

bool peers_read(struct arena *arena, const char *file, struct peers *peers, const char **why)
{
    FILE *from = fopen(file, "re");
    char line[PEERS_LINE_MOST];
    bool fine = true;

    if (!from) {
        *why = arena_print(arena, "%s: %s", file, strerror(errno));
        return false;
    }
    struct peer_reader reader = {
        .arena = arena,
        .file = file,
        .rows = arena_take(arena, PEERS_MOST * sizeof(struct peer)),
        .why = why,
    };
    while (fine && fgets(line, sizeof line, from))
        fine = read_line(&reader, line);
    fclose(from);
    *peers = (struct peers){reader.rows, reader.count};
    return fine;
}

const struct peer *peers_find(const struct peers *peers, const char *name)
{
    for (size_t i = 0; i < peers->count; i++)
        if (strcmp(peers->rows[i].name, name) == 0)
            return &peers->rows[i];
    return NULL;
}

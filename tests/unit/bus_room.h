/*
 * bus_room: a loop, a folder and a bus that knows its own key, for tests that open real sockets.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/table.h"
#include "base/text.h"
#include "edge/bus.h"

enum { ROOM_PATIENCE_MS = 10000, ROOM_PEERS_MOST = 8 };

struct room {
    struct arena *arena;
    struct loop *loop;
    struct bus *bus;
    char folder[32];
    char key[41];
    struct peer peers[ROOM_PEERS_MOST];
    size_t peer_count;
};

struct waiting {
    struct loop *loop;
    const unsigned *count;
    unsigned least;
    int64_t give_up_at;
};

static inline void look_at_count(void *with)
{
    struct waiting *waiting = with;

    if (*waiting->count >= waiting->least || clock_monotonic_ms() >= waiting->give_up_at)
        loop_stop(waiting->loop);
}

/* Runs the loop until there are so many, or for as long as this. */
static inline bool comes_within(struct loop *loop, const unsigned *count, unsigned least, int ms)
{
    struct waiting waiting = {loop, count, least, clock_monotonic_ms() + ms};
    struct alarm_clock *alarm = alarm_new(loop, look_at_count, &waiting);

    alarm_set(alarm, 0, 1);
    if (*count < least)
        loop_run(loop);
    alarm_free(alarm);
    return *count >= least;
}

static inline bool comes(struct loop *loop, const unsigned *count, unsigned least)
{
    return comes_within(loop, count, least, ROOM_PATIENCE_MS);
}

static inline char *room_endpoint(struct room *room, const char *name)
{
    return arena_print(room->arena, "ipc://%s/%s", room->folder, name);
}

/* A peer whose sockets this same bus binds: so its key is ours. */
static inline const struct peer *room_peer(struct room *room, const char *name, const char *service)
{
    struct peer *peer = &room->peers[room->peer_count++];

    *peer = (struct peer){
        .name = name,
        .service = service,
        .key = room->key,
        .ask = room_endpoint(room, arena_print(room->arena, "%s.ask", name)),
        .tell = room_endpoint(room, arena_print(room->arena, "%s.tell", name)),
    };
    return peer;
}

static inline void room_make_key(struct room *room)
{
    const char *why = NULL;

    room->arena = arena_new();
    strcpy(room->folder, "/tmp/bus-XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    char *secret = arena_print(room->arena, "%s/secret", room->folder);
    assert_true(bus_make_key(secret, room->key, &why));
}

static inline void room_open_bus(struct room *room)
{
    const struct peers peers = {room->peers, room->peer_count};

    room->loop = loop_new();
    room->bus = bus_open(room->loop, &peers, arena_print(room->arena, "%s/secret", room->folder));
}

static inline void room_close(struct room *room)
{
    bus_free(room->bus);
    loop_free(room->loop);
    for (size_t i = 0; i < room->peer_count; i++) {
        unlink(room->peers[i].ask + strlen("ipc://"));
        unlink(room->peers[i].tell + strlen("ipc://"));
    }
    unlink(arena_print(room->arena, "%s/secret", room->folder));
    assert_int_equal(rmdir(room->folder), 0);
    arena_free(room->arena);
}

static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static inline bool bytes_are(struct bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.at, text, bytes.size) == 0;
}

/* ---- asking ---- */

/* Sends once there is a connection, at once where there is. */
static inline bool send_when_possible(struct loop *loop, struct asker *to, struct bytes header,
                                      struct bytes body)
{
    int64_t until_ms = clock_monotonic_ms() + ROOM_PATIENCE_MS;
    unsigned never = 0;

    while (!asker_send(to, header, body)) {
        if (clock_monotonic_ms() >= until_ms)
            return false;
        comes_within(loop, &never, 1, 1);
    }
    return true;
}

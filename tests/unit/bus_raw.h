/*
 * bus_raw: raw sockets, which say what a well-behaved peer never says and keep what they hear.
 */
#pragma once

#include "bus_room.h"
#include "edge/bundle.h"
#include "edge/bus_inside.h"

enum { RAW_FRAMES_MOST = 3, RAW_HEARD_MOST = 16 };

/* One message: how many frames it had, the first (at a ROUTER: who sent it) and the last. */
struct raw_heard {
    int frames;
    struct bytes first;
    struct bytes last;
};

struct raw {
    struct bus_socket socket;
    struct arena *arena;
    unsigned heard_count;
    struct raw_heard heard[RAW_HEARD_MOST]; /* the first of heard_count */
};

static inline struct bytes copy_of(struct arena *arena, zmq_msg_t *frame)
{
    struct bytes bytes = bus_frame(frame);

    return (struct bytes){arena_copy_bytes(arena, bytes.at, bytes.size), bytes.size};
}

static inline unsigned raw_take(struct bus_socket *socket)
{
    struct raw *raw = (struct raw *)socket;
    zmq_msg_t frames[RAW_FRAMES_MOST];
    int taken = bus_take(socket, frames, 1, RAW_FRAMES_MOST);

    if (taken <= 0)
        return taken == TAKEN_BAD;
    if (raw->heard_count < RAW_HEARD_MOST)
        raw->heard[raw->heard_count] = (struct raw_heard){taken, copy_of(raw->arena, &frames[0]),
                                                          copy_of(raw->arena, &frames[taken - 1])};
    raw->heard_count++;
    bus_frames_close(frames, taken);
    return 1;
}

static inline struct raw *raw_new(struct room *room, int type)
{
    const struct socket_plan plan = {type, 1000, 1000};
    struct raw *raw = bus_socket_new(room->bus, sizeof *raw, &plan);

    raw->arena = room->arena;
    return raw;
}

/* A peer of whatever key, which asks. */
static inline struct raw *raw_dealer(struct room *room, const char *public_key,
                                     const char *secret_key)
{
    struct raw *raw = raw_new(room, ZMQ_DEALER);
    int immediate = 0;

    zmq_setsockopt(raw->socket.zmq, ZMQ_IMMEDIATE, &immediate, sizeof immediate);
    zmq_setsockopt(raw->socket.zmq, ZMQ_CURVE_SERVERKEY, room->key, 40);
    zmq_setsockopt(raw->socket.zmq, ZMQ_CURVE_PUBLICKEY, public_key, 40);
    zmq_setsockopt(raw->socket.zmq, ZMQ_CURVE_SECRETKEY, secret_key, 40);
    assert_int_equal(zmq_connect(raw->socket.zmq, room->peers[0].ask), 0);
    bus_socket_watch(&raw->socket, raw_take);
    return raw;
}

/* The house's own key. */
static inline struct raw *raw_neighbour(struct room *room)
{
    return raw_dealer(room, room->bus->public_key, room->bus->secret_key);
}

/* An instance that answers nothing by itself. */
static inline struct raw *raw_router(struct room *room)
{
    const char *why = NULL;
    struct raw *raw = raw_new(room, ZMQ_ROUTER);

    assert_true(bus_socket_bind(&raw->socket, room->peers[0].ask, &why));
    bus_socket_watch(&raw->socket, raw_take);
    return raw;
}

static inline void raw_say(struct raw *raw, struct bytes frame)
{
    assert_true(bus_send(&raw->socket, frame, false));
}

static inline void raw_say_two(struct raw *raw, struct bytes header, struct bytes body)
{
    assert_true(bus_send(&raw->socket, header, true));
    raw_say(raw, body);
}

static inline void raw_free(struct raw *raw)
{
    bus_socket_free(&raw->socket);
}

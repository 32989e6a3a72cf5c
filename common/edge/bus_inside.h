/*
 * bus_inside: what the bus's own files share.  Nobody else includes it.
 *
 * Every socket of the bus begins with a bus_socket.  Messages are taken from it after polling,
 * until BUS_TURN_MOST are counted; it may be freed inside the callback that a message leads to.
 */
#pragma once

#include <stdint.h>
#include <zmq.h>

#include "base/check.h"
#include "edge/bus.h"

enum {
    BUS_KEY_TEXT = 40, /* Z85 */
    BUS_KEY_BYTES = 32,
    BUS_CURVE_MOST = 64, /* what encryption adds to a frame, which libzmq's limit counts */
    /* Bundles of questions on their way to one instance; beyond that the next is tried. */
    BUS_QUESTIONS_MOST = 512,
    /* Answers on their way to one asker: as many as it may have questions open. */
    BUS_ANSWERS_MOST = 4096,
    BUS_TOLD_MOST = 250, /* pages on their way to one hearer; beyond that it reads the history */
};

enum { TAKEN_BAD = -1, TAKEN_NONE = 0 }; /* or the number of frames */

struct bus_socket {
    struct bus *bus;
    struct bus_socket *next;
    void *zmq;
    struct watch *watch;
    /* One message; as how many it counts in this turn, 0 where there is none. */
    unsigned (*take)(struct bus_socket *socket);
    bool owing; /* `take` has something of its own to tell */
    bool bound;
    bool taking;
    bool closed;
};

struct known_key {
    uint8_t key[BUS_KEY_BYTES];
    char *name;
};

struct known_keys {
    struct known_key *rows;
    size_t count;
};

struct bus {
    struct loop *loop;
    void *context;
    struct bus_socket *sockets;
    struct bus_socket *door; /* where libzmq asks who may come in */
    struct known_keys known;
    unsigned long cuts;
    char public_key[BUS_KEY_TEXT + 1];
    char secret_key[BUS_KEY_TEXT + 1];
    struct bus_counts counts;
    int64_t refusal_logged_ms;
};

struct socket_plan {
    int type;
    int send_most;
    int receive_most;
};

/* Zeroed memory of `size` that begins with an open socket, all options set, not yet anywhere. */
void *bus_socket_new(struct bus *bus, size_t size, const struct socket_plan *plan);
/* From now on messages are taken in the loop's turns. */
void bus_socket_watch(struct bus_socket *socket, unsigned (*take)(struct bus_socket *socket));
/* The answering side of CURVE, and its endpoint.  On false the socket is freed. */
bool bus_socket_bind(struct bus_socket *socket, const char *endpoint, const char **why);
/* Cuts off whoever is connected to a bound socket; they may come again. */
void bus_socket_cut(struct bus_socket *socket);
/* The asking side of CURVE. */
void bus_socket_connect(struct bus_socket *socket, const char *endpoint, const char *server_key);
void bus_socket_free(struct bus_socket *socket);

/* Takes a message of `least` to `most` frames; how many, to be closed with bus_frames_close.  One
 * of more or fewer is TAKEN_BAD: drained and counted. */
int bus_take(struct bus_socket *socket, zmq_msg_t *frames, int least, int most);
void bus_frames_close(zmq_msg_t *frames, int count);
struct bytes bus_frame(zmq_msg_t *frame);

/* Sends one frame; never blocks. */
bool bus_send(struct bus_socket *socket, struct bytes frame, bool more);
/* Whether a message would find somebody connected and room in the queue. */
bool bus_can_send(struct bus_socket *socket);

/* The handshake's doorkeeper (ZAP), and the test that it keeps the door. */
void bus_door_open(struct bus *bus, const struct peers *peers);
void bus_door_test(struct bus *bus);
void known_keys_free(struct known_keys *known);

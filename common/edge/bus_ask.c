#include <stdio.h>
#include <string.h>

#include "edge/bus_inside.h"

struct answerer {
    struct bus_socket socket;
    on_question *asked;
    void *with;
};

struct asker {
    struct bus_socket socket;
    struct bus_monitor *monitor;
    on_answer *answered;
    void *with;
};

/* Tells when an asker's connection breaks. */
struct bus_monitor {
    struct bus_socket socket;
    on_lost *lost;
    void *with;
};

/* ---- answer ---- */

enum { QUESTION_WHO, QUESTION_HEADER, QUESTION_BODY, QUESTION_FRAMES };

/* The peer's name is read from the body: libzmq 4.3.4 loses it on the first frame of a message. */
static void hand_over(struct answerer *answerer, zmq_msg_t *frames)
{
    const char *peer = zmq_msg_gets(&frames[QUESTION_BODY], "User-Id");
    struct bytes who = bus_frame(&frames[QUESTION_WHO]);
    struct reply_to reply_to;

    if (!peer || who.size > sizeof reply_to.routing_id) {
        answerer->socket.bus->counts.oversized++;
        return;
    }
    memcpy(reply_to.routing_id, who.at, who.size);
    reply_to.size = (unsigned char)who.size;
    answerer->asked(answerer->with, peer, &reply_to, bus_frame(&frames[QUESTION_HEADER]),
                    bus_frame(&frames[QUESTION_BODY]));
}

static bool take_question(struct bus_socket *socket)
{
    zmq_msg_t frames[QUESTION_FRAMES];
    enum taken taken = bus_take(socket, frames, QUESTION_FRAMES);

    if (taken != TAKEN_ONE)
        return taken == TAKEN_BAD;
    hand_over((struct answerer *)socket, frames);
    bus_frames_close(frames, QUESTION_FRAMES);
    return true;
}

struct answerer *answerer_new(struct bus *bus, const char *endpoint, on_question *asked, void *with,
                              const char **why)
{
    static const struct socket_plan plan = {ZMQ_ROUTER, BUS_ANSWERS_MOST, BUS_QUESTIONS_MOST};
    struct answerer *answerer = bus_socket_new(bus, sizeof *answerer, &plan);

    answerer->asked = asked;
    answerer->with = with;
    if (!bus_socket_bind(&answerer->socket, endpoint, why))
        return NULL;
    bus_socket_watch(&answerer->socket, take_question);
    return answerer;
}

bool answerer_send(struct answerer *answerer, const struct reply_to *reply_to, struct bytes header,
                   struct bytes body)
{
    struct bus_socket *socket = &answerer->socket;
    struct bytes who = {reply_to->routing_id, reply_to->size};

    if (header.size > BUS_FRAME_MOST || body.size > BUS_FRAME_MOST)
        return false;
    if (bus_send(socket, who, true) && bus_send(socket, header, true)
        && bus_send(socket, body, false))
        return true;
    socket->bus->counts.unroutable++;
    return false;
}

void answerer_free(struct answerer *answerer)
{
    if (answerer)
        bus_socket_free(&answerer->socket);
}

/* ---- ask ---- */

static bool take_answer(struct bus_socket *socket)
{
    struct asker *asker = (struct asker *)socket;
    zmq_msg_t frames[BUS_FRAMES_MOST];
    enum taken taken = bus_take(socket, frames, BUS_FRAMES_MOST);

    if (taken != TAKEN_ONE)
        return taken == TAKEN_BAD;
    asker->answered(asker->with, bus_frame(&frames[0]), bus_frame(&frames[1]));
    bus_frames_close(frames, BUS_FRAMES_MOST);
    return true;
}

static bool take_loss(struct bus_socket *socket)
{
    struct bus_monitor *monitor = (struct bus_monitor *)socket;
    zmq_msg_t frames[2]; /* event and number, address */
    enum taken taken = bus_take(socket, frames, 2);

    if (taken != TAKEN_ONE)
        return taken == TAKEN_BAD;
    bus_frames_close(frames, 2);
    monitor->lost(monitor->with);
    return true;
}

static struct bus_monitor *monitor_new(struct asker *asker, on_lost *lost, void *with)
{
    static const struct socket_plan plan = {ZMQ_PAIR, 0, 0};
    struct bus_monitor *monitor = bus_socket_new(asker->socket.bus, sizeof *monitor, &plan);
    char endpoint[64];

    monitor->lost = lost;
    monitor->with = with;
    snprintf(endpoint, sizeof endpoint, "inproc://asker-%p", (void *)asker);
    CHECK(zmq_socket_monitor(asker->socket.zmq, endpoint, ZMQ_EVENT_DISCONNECTED) == 0);
    CHECK(zmq_connect(monitor->socket.zmq, endpoint) == 0);
    bus_socket_watch(&monitor->socket, take_loss);
    return monitor;
}

struct asker *asker_new(struct bus *bus, const struct peer *peer, on_answer *answered,
                        on_lost *lost, void *with)
{
    static const struct socket_plan plan = {ZMQ_DEALER, BUS_QUESTIONS_MOST, BUS_ANSWERS_MOST};
    struct asker *asker = bus_socket_new(bus, sizeof *asker, &plan);

    asker->answered = answered;
    asker->with = with;
    asker->monitor = monitor_new(asker, lost, with);
    bus_socket_connect(&asker->socket, peer->ask, peer->key);
    bus_socket_watch(&asker->socket, take_answer);
    return asker;
}

bool asker_send(struct asker *asker, struct bytes header, struct bytes body)
{
    if (header.size > BUS_FRAME_MOST || body.size > BUS_FRAME_MOST)
        return false;
    return bus_send(&asker->socket, header, true) && bus_send(&asker->socket, body, false);
}

void asker_free(struct asker *asker)
{
    if (!asker)
        return;
    zmq_socket_monitor(asker->socket.zmq, NULL, 0);
    bus_socket_free(&asker->monitor->socket);
    bus_socket_free(&asker->socket);
}

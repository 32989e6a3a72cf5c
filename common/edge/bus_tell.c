#include <string.h>

#include "edge/bus_inside.h"

enum { FRAME_TOPIC, FRAME_TOLD, TOLD_FRAMES };

static const char *const topics[] = {[TOLD_GATHERED] = "gathered", [TOLD_AT_ONCE] = "at_once"};

struct teller {
    struct bus_socket socket;
};

struct hearer {
    struct bus_socket socket;
    on_told *heard;
    void *with;
};

struct teller *teller_new(struct bus *bus, const char *endpoint, const char **why)
{
    static const struct socket_plan plan = {ZMQ_PUB, BUS_TOLD_MOST, BUS_TOLD_MOST};
    struct teller *teller = bus_socket_new(bus, sizeof *teller, &plan);

    return bus_socket_bind(&teller->socket, endpoint, why) ? teller : NULL;
}

void teller_send(struct teller *teller, enum told_topic topic, struct bytes told)
{
    struct bytes word = {(const uint8_t *)topics[topic], strlen(topics[topic])};

    if (told.size <= BUS_FRAME_MOST && bus_send(&teller->socket, word, true))
        bus_send(&teller->socket, told, false);
}

void teller_free(struct teller *teller)
{
    if (teller)
        bus_socket_free(&teller->socket);
}

static unsigned take_told(struct bus_socket *socket)
{
    struct hearer *hearer = (struct hearer *)socket;
    zmq_msg_t frames[TOLD_FRAMES];
    int taken = bus_take(socket, frames, TOLD_FRAMES, TOLD_FRAMES);

    if (taken <= 0)
        return taken == TAKEN_BAD;
    hearer->heard(hearer->with, bus_frame(&frames[FRAME_TOLD]));
    bus_frames_close(frames, TOLD_FRAMES);
    return 1;
}

static void listen_to(struct hearer *hearer, enum told_topic topic)
{
    const char *word = topics[topic];

    CHECK(zmq_setsockopt(hearer->socket.zmq, ZMQ_SUBSCRIBE, word, strlen(word)) == 0);
}

struct hearer *hearer_new(struct bus *bus, const struct peer *peer, on_told *heard, void *with)
{
    static const struct socket_plan plan = {ZMQ_SUB, BUS_TOLD_MOST, BUS_TOLD_MOST};
    struct hearer *hearer = bus_socket_new(bus, sizeof *hearer, &plan);

    hearer->heard = heard;
    hearer->with = with;
    listen_to(hearer, TOLD_GATHERED);
    bus_socket_connect(&hearer->socket, peer->tell, peer->key);
    bus_socket_watch(&hearer->socket, take_told);
    return hearer;
}

void hearer_hurry(struct hearer *hearer)
{
    listen_to(hearer, TOLD_AT_ONCE);
    watch_touch(hearer->socket.watch);
}

void hearer_free(struct hearer *hearer)
{
    if (hearer)
        bus_socket_free(&hearer->socket);
}

#include "edge/bus_inside.h"

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

void teller_send(struct teller *teller, struct bytes told)
{
    if (told.size <= BUS_FRAME_MOST)
        bus_send(&teller->socket, told, false);
}

void teller_free(struct teller *teller)
{
    if (teller)
        bus_socket_free(&teller->socket);
}

static bool take_told(struct bus_socket *socket)
{
    struct hearer *hearer = (struct hearer *)socket;
    zmq_msg_t frame;
    enum taken taken = bus_take(socket, &frame, 1);

    if (taken != TAKEN_ONE)
        return taken == TAKEN_BAD;
    hearer->heard(hearer->with, bus_frame(&frame));
    bus_frames_close(&frame, 1);
    return true;
}

struct hearer *hearer_new(struct bus *bus, const struct peer *peer, on_told *heard, void *with)
{
    static const struct socket_plan plan = {ZMQ_SUB, BUS_TOLD_MOST, BUS_TOLD_MOST};
    struct hearer *hearer = bus_socket_new(bus, sizeof *hearer, &plan);

    hearer->heard = heard;
    hearer->with = with;
    CHECK(zmq_setsockopt(hearer->socket.zmq, ZMQ_SUBSCRIBE, "", 0) == 0);
    bus_socket_connect(&hearer->socket, peer->tell, peer->key);
    bus_socket_watch(&hearer->socket, take_told);
    return hearer;
}

void hearer_free(struct hearer *hearer)
{
    if (hearer)
        bus_socket_free(&hearer->socket);
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "edge/bus_inside.h"

enum {
    DOOR_TEST_MS = 5000,
    DOOR_LOG_MS = 10000,      /* one line at most */
    DOOR_QUESTION_FRAMES = 7, /* ZeroMQ RFC 27: version, id, domain, address, routing id, … */
    DOOR_ID = 1,
    DOOR_MECHANISM = 5,
    DOOR_KEY = 6,
};

static bool frame_is(zmq_msg_t *frame, const void *bytes, size_t size)
{
    return zmq_msg_size(frame) == size && memcmp(zmq_msg_data(frame), bytes, size) == 0;
}

static const char *name_of(const struct bus *bus, zmq_msg_t *key)
{
    for (size_t i = 0; i < bus->known.count; i++)
        if (frame_is(key, bus->known.rows[i].key, BUS_KEY_BYTES))
            return bus->known.rows[i].name;
    return NULL;
}

static struct bytes of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void door_answer(struct bus_socket *door, zmq_msg_t *id, const char *name)
{
    bus_send(door, of_text("1.0"), true);
    bus_send(door, bus_frame(id), true);
    bus_send(door, of_text(name ? "200" : "400"), true);
    bus_send(door, of_text(name ? "" : "unknown key"), true);
    bus_send(door, of_text(name ? name : ""), true);
    bus_send(door, of_text(""), false);
}

/* Whoever keeps knocking fills no log. */
static void note_refusal(struct bus *bus)
{
    int64_t now = clock_monotonic_ms();

    bus->counts.refused++;
    if (now - bus->refusal_logged_ms < DOOR_LOG_MS)
        return;
    bus->refusal_logged_ms = now;
    log_warn("did=let_in said=refused reason=unknown_key refused=%lu", bus->counts.refused);
}

static unsigned door_take(struct bus_socket *door)
{
    zmq_msg_t frames[DOOR_QUESTION_FRAMES];
    int taken = bus_take(door, frames, DOOR_QUESTION_FRAMES, DOOR_QUESTION_FRAMES);

    if (taken == TAKEN_NONE)
        return 0;
    CHECK(taken > 0); /* libzmq itself asks, about CURVE only */
    const char *name = NULL;
    if (frame_is(&frames[DOOR_MECHANISM], "CURVE", 5))
        name = name_of(door->bus, &frames[DOOR_KEY]);
    if (!name)
        note_refusal(door->bus);
    door_answer(door, &frames[DOOR_ID], name);
    bus_frames_close(frames, DOOR_QUESTION_FRAMES);
    return 1;
}

static struct known_keys known_keys_of(const struct peers *peers)
{
    struct known_keys known = {calloc(peers->count + 1, sizeof(struct known_key)), peers->count};

    CHECK(known.rows);
    for (size_t i = 0; i < known.count; i++) {
        CHECK(zmq_z85_decode(known.rows[i].key, peers->rows[i].key));
        known.rows[i].name = strdup(peers->rows[i].name);
        CHECK(known.rows[i].name);
    }
    return known;
}

void known_keys_free(struct known_keys *known)
{
    for (size_t i = 0; i < known->count; i++)
        free(known->rows[i].name);
    free(known->rows);
}

static bool is_among(const struct known_keys *known, const struct known_key *one)
{
    for (size_t i = 0; i < known->count; i++)
        if (memcmp(known->rows[i].key, one->key, BUS_KEY_BYTES) == 0
            && strcmp(known->rows[i].name, one->name) == 0)
            return true;
    return false;
}

unsigned bus_let_in(struct bus *bus, const struct peers *peers)
{
    struct known_keys before = bus->known;
    unsigned gone = 0;

    bus->known = known_keys_of(peers);
    for (size_t i = 0; i < before.count; i++)
        gone += !is_among(&bus->known, &before.rows[i]);
    known_keys_free(&before);
    for (struct bus_socket *socket = bus->sockets; gone > 0 && socket; socket = socket->next)
        if (socket->bound && !socket->closed)
            bus_socket_cut(socket);
    return gone;
}

void bus_door_open(struct bus *bus, const struct peers *peers)
{
    static const struct socket_plan plan = {ZMQ_REP, 0, 0};

    bus->known = known_keys_of(peers);
    bus->refusal_logged_ms = clock_monotonic_ms(); /* the test's stranger is not worth a line */
    bus->door = bus_socket_new(bus, sizeof *bus->door, &plan);
    CHECK(zmq_bind(bus->door->zmq, "inproc://zeromq.zap.01") == 0);
    bus_socket_watch(bus->door, door_take);
}

/* ---- the test ---- */

/* What the stranger's side saw of its handshake; 0 while it is going on. */
static int handshake_event(void *monitor)
{
    zmq_msg_t frame;
    uint16_t event = 0;

    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, monitor, ZMQ_DONTWAIT) >= (int)sizeof event)
        memcpy(&event, zmq_msg_data(&frame), sizeof event);
    while (zmq_msg_more(&frame))
        zmq_msg_recv(&frame, monitor, ZMQ_DONTWAIT);
    zmq_msg_close(&frame);
    return event;
}

/* Before the loop runs, so it turns for the doorkeeper itself. */
static int watch_handshake(struct bus *bus, void *monitor)
{
    int64_t give_up_at = clock_monotonic_ms() + DOOR_TEST_MS;
    int event = 0;

    while (event == 0 && clock_monotonic_ms() < give_up_at) {
        zmq_pollitem_t items[] = {
            {bus->door->zmq, 0, ZMQ_POLLIN, 0},
            {monitor,        0, ZMQ_POLLIN, 0},
        };
        zmq_poll(items, 2, 100);
        while (bus->door->take(bus->door))
            ;
        event = handshake_event(monitor);
    }
    return event;
}

static void *monitor_of(struct bus *bus, void *zmq)
{
    void *monitor = zmq_socket(bus->context, ZMQ_PAIR);

    CHECK(zmq_socket_monitor(zmq, "inproc://stranger",
                             ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
                                 | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
                                 | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
          == 0);
    CHECK(monitor && zmq_connect(monitor, "inproc://stranger") == 0);
    return monitor;
}

static void *stranger_to(struct bus *bus)
{
    char public_key[BUS_KEY_TEXT + 1];
    char secret_key[BUS_KEY_TEXT + 1];
    void *stranger = zmq_socket(bus->context, ZMQ_DEALER);
    int no_time = 0;

    CHECK(stranger && zmq_curve_keypair(public_key, secret_key) == 0);
    zmq_setsockopt(stranger, ZMQ_LINGER, &no_time, sizeof no_time);
    zmq_setsockopt(stranger, ZMQ_CURVE_SERVERKEY, bus->public_key, BUS_KEY_TEXT);
    zmq_setsockopt(stranger, ZMQ_CURVE_PUBLICKEY, public_key, BUS_KEY_TEXT);
    zmq_setsockopt(stranger, ZMQ_CURVE_SECRETKEY, secret_key, BUS_KEY_TEXT);
    return stranger;
}

void bus_door_test(struct bus *bus)
{
    static const struct socket_plan plan = {ZMQ_ROUTER, 1, 1};
    char endpoint[64];
    const char *why = NULL;
    struct bus_socket *house = bus_socket_new(bus, sizeof *house, &plan);

    snprintf(endpoint, sizeof endpoint, "ipc://@afterline-door-%d-%lld", (int)getpid(),
             (long long)clock_monotonic_us());
    if (!bus_socket_bind(house, endpoint, &why))
        die("the door can't be tested at %s: %s", endpoint, why);
    void *stranger = stranger_to(bus);
    void *monitor = monitor_of(bus, stranger);
    CHECK(zmq_connect(stranger, endpoint) == 0);

    int event = watch_handshake(bus, monitor);
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        die("the bus lets strangers in");
    if (event != ZMQ_EVENT_HANDSHAKE_FAILED_AUTH || bus->counts.refused == 0)
        die("a stranger's key was not refused within %d ms (event %d)", DOOR_TEST_MS, event);

    zmq_socket_monitor(stranger, NULL, 0);
    zmq_close(monitor);
    zmq_close(stranger);
    bus_socket_free(house);
    bus->counts = (struct bus_counts){0};
    bus->refusal_logged_ms -= DOOR_LOG_MS;
}

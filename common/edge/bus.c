#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "edge/bus_inside.h"

enum { CLOSING_MOST_MS = 30000, ENDPOINT_MOST = 1024 };

/* ---- keys ---- */

static bool write_secret(const char *secret_file, const char *secret, const char **why)
{
    int file = open(secret_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (file < 0) {
        *why = strerror(errno);
        return false;
    }

    bool written = write(file, secret, BUS_KEY_TEXT) == BUS_KEY_TEXT && write(file, "\n", 1) == 1
                   && fsync(file) == 0;
    close(file);
    if (!written) {
        *why = "the secret key can't be written";
        unlink(secret_file);
    }
    return written;
}

bool bus_make_key(const char *secret_file, char *public_key, const char **why)
{
    char secret[BUS_KEY_TEXT + 1];

    if (zmq_curve_keypair(public_key, secret) != 0) {
        *why = "libzmq makes no keys here";
        return false;
    }
    bool written = write_secret(secret_file, secret, why);
    explicit_bzero(secret, sizeof secret);
    return written;
}

static void read_secret(struct bus *bus, const char *secret_file)
{
    struct stat about;
    int file = open(secret_file, O_RDONLY | O_CLOEXEC);

    if (file < 0 || fstat(file, &about) != 0)
        die("the secret key %s can't be read: %s", secret_file, strerror(errno));
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        die("the secret key %s may be read by others: give it mode 0400", secret_file);
    if (read(file, bus->secret_key, BUS_KEY_TEXT) != BUS_KEY_TEXT
        || zmq_curve_public(bus->public_key, bus->secret_key) != 0)
        die("%s is not a secret key: %d characters of Z85", secret_file, BUS_KEY_TEXT);
    close(file);
}

/* ---- sockets ---- */

struct option {
    int name;
    int value;
};

/* The same for every socket; the reasons stand in docs, the surprising ones here.  Heartbeats find
 * a dead connection; a frozen process is found by its silence (daemon/ask).  With IMMEDIATE nothing
 * is queued for an instance that is away, so the next is tried at once.  A short handshake frees
 * the slot of those who connect and say nothing. */
static const struct option options[] = {
    {ZMQ_LINGER,              0    },
    {ZMQ_IMMEDIATE,           1    },
    {ZMQ_HEARTBEAT_IVL,       1000 },
    {ZMQ_HEARTBEAT_TIMEOUT,   3000 },
    {ZMQ_HEARTBEAT_TTL,       3000 },
    {ZMQ_HANDSHAKE_IVL,       5000 },
    {ZMQ_CONNECT_TIMEOUT,     2000 },
    {ZMQ_RECONNECT_IVL,       100  },
    {ZMQ_RECONNECT_IVL_MAX,   5000 },
    {ZMQ_TCP_KEEPALIVE,       1    },
    {ZMQ_TCP_KEEPALIVE_IDLE,  30   },
    {ZMQ_TCP_KEEPALIVE_INTVL, 10   },
    {ZMQ_TCP_KEEPALIVE_CNT,   3    },
    {ZMQ_TCP_MAXRT,           10000},
    {ZMQ_BACKLOG,             128  },
    {ZMQ_IPV6,                1    },
};

static void set_number(void *zmq, int name, int value)
{
    CHECK(zmq_setsockopt(zmq, name, &value, sizeof value) == 0);
}

static void set_options(void *zmq, const struct socket_plan *plan)
{
    int64_t frame_most = BUS_FRAME_MOST + BUS_CURVE_MOST;

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        set_number(zmq, options[i].name, options[i].value);
    CHECK(zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &frame_most, sizeof frame_most) == 0);
    set_number(zmq, ZMQ_SNDHWM, plan->send_most);
    set_number(zmq, ZMQ_RCVHWM, plan->receive_most);
    if (plan->type == ZMQ_ROUTER) {
        set_number(zmq, ZMQ_ROUTER_MANDATORY, 1); /* or what can't be delivered seems sent */
        set_number(zmq, ZMQ_ROUTER_HANDOVER, 1);  /* or an asker that comes back is ignored */
    }
}

void *bus_socket_new(struct bus *bus, size_t size, const struct socket_plan *plan)
{
    struct bus_socket *socket = calloc(1, size);

    CHECK(socket);
    socket->bus = bus;
    socket->zmq = zmq_socket(bus->context, plan->type);
    CHECK(socket->zmq);
    set_options(socket->zmq, plan);
    socket->next = bus->sockets;
    bus->sockets = socket;
    return socket;
}

static void socket_forget(struct bus_socket *socket)
{
    struct bus_socket **at = &socket->bus->sockets;

    while (*at != socket)
        at = &(*at)->next;
    *at = socket->next;
    free(socket);
}

void bus_socket_free(struct bus_socket *socket)
{
    if (!socket || socket->closed)
        return;
    socket->closed = true;
    watch_free(socket->watch); /* before its descriptor goes */
    zmq_close(socket->zmq);
    if (!socket->taking)
        socket_forget(socket);
}

static bool socket_drain(void *with)
{
    struct bus_socket *socket = with;
    unsigned counted = 0;
    unsigned taken = 1;

    socket->taking = true;
    while (counted < BUS_TURN_MOST && taken > 0 && !socket->closed) {
        taken = socket->take(socket);
        counted += taken;
    }
    socket->taking = false;
    if (!socket->closed)
        return taken > 0;
    socket_forget(socket);
    return false;
}

static int socket_events(const struct bus_socket *socket)
{
    int events = 0;
    size_t size = sizeof events;

    return zmq_getsockopt(socket->zmq, ZMQ_EVENTS, &events, &size) == 0 ? events : 0;
}

static bool socket_ready(void *with)
{
    const struct bus_socket *socket = with;

    return socket->owing || socket_events(socket) & ZMQ_POLLIN;
}

void bus_socket_watch(struct bus_socket *socket, unsigned (*take)(struct bus_socket *socket))
{
    int descriptor;
    size_t size = sizeof descriptor;

    CHECK(zmq_getsockopt(socket->zmq, ZMQ_FD, &descriptor, &size) == 0);
    socket->take = take;
    socket->watch = watch_new(socket->bus->loop, descriptor, socket_ready, socket_drain, socket);
}

bool bus_socket_bind(struct bus_socket *socket, const char *endpoint, const char **why)
{
    const struct bus *bus = socket->bus;

    set_number(socket->zmq, ZMQ_CURVE_SERVER, 1);
    CHECK(zmq_setsockopt(socket->zmq, ZMQ_CURVE_SECRETKEY, bus->secret_key, BUS_KEY_TEXT) == 0);
    CHECK(zmq_setsockopt(socket->zmq, ZMQ_ZAP_DOMAIN, "house", 5) == 0);
    socket->bound = zmq_bind(socket->zmq, endpoint) == 0;
    if (socket->bound)
        return true;
    *why = zmq_strerror(errno);
    bus_socket_free(socket);
    return false;
}

/* What was bound stays until its thread has closed it, and would take the name of the next along.
 */
static void await_closing(void *monitor)
{
    zmq_pollitem_t closed = {monitor, 0, ZMQ_POLLIN, 0};
    int64_t until_ms = clock_monotonic_ms() + CLOSING_MOST_MS;
    int came = 0;

    while (came < 1 && clock_monotonic_ms() < until_ms)
        came = zmq_poll(&closed, 1, CLOSING_MOST_MS); /* a signal ends it early */
    CHECK(came == 1);
}

void bus_socket_cut(struct bus_socket *socket)
{
    void *monitor = zmq_socket(socket->bus->context, ZMQ_PAIR);
    char endpoint[ENDPOINT_MOST], closing[64];
    size_t size = sizeof endpoint;

    snprintf(closing, sizeof closing, "inproc://closing-%lu", ++socket->bus->cuts);
    CHECK(zmq_getsockopt(socket->zmq, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0);
    CHECK(zmq_socket_monitor(socket->zmq, closing, ZMQ_EVENT_CLOSED) == 0);
    CHECK(monitor && zmq_connect(monitor, closing) == 0 && zmq_unbind(socket->zmq, endpoint) == 0);
    await_closing(monitor);
    zmq_socket_monitor(socket->zmq, NULL, 0);
    zmq_close(monitor);
    CHECK(zmq_bind(socket->zmq, endpoint) == 0);
    if (socket->watch)
        watch_touch(socket->watch);
}

void bus_socket_connect(struct bus_socket *socket, const char *endpoint, const char *server_key)
{
    const struct bus *bus = socket->bus;

    CHECK(zmq_setsockopt(socket->zmq, ZMQ_CURVE_SERVERKEY, server_key, BUS_KEY_TEXT) == 0);
    CHECK(zmq_setsockopt(socket->zmq, ZMQ_CURVE_PUBLICKEY, bus->public_key, BUS_KEY_TEXT) == 0);
    CHECK(zmq_setsockopt(socket->zmq, ZMQ_CURVE_SECRETKEY, bus->secret_key, BUS_KEY_TEXT) == 0);
    if (zmq_connect(socket->zmq, endpoint) != 0)
        die("%s is no endpoint to connect to: %s", endpoint, zmq_strerror(errno));
}

/* ---- frames ---- */

static int drain_rest(struct bus_socket *socket)
{
    zmq_msg_t frame;
    int drained = 0;

    zmq_msg_init(&frame);
    do
        drained += zmq_msg_recv(&frame, socket->zmq, ZMQ_DONTWAIT) >= 0;
    while (zmq_msg_more(&frame));
    zmq_msg_close(&frame);
    return drained;
}

int bus_take(struct bus_socket *socket, zmq_msg_t *frames, int least, int most)
{
    int taken = 0;
    bool more = true;

    while (more && taken < most) {
        zmq_msg_init(&frames[taken]);
        if (zmq_msg_recv(&frames[taken], socket->zmq, ZMQ_DONTWAIT) < 0) {
            CHECK(taken == 0); /* a message arrives whole or not at all */
            return TAKEN_NONE;
        }
        more = zmq_msg_more(&frames[taken++]);
    }
    if (taken >= least && !more)
        return taken;
    if (more)
        drain_rest(socket);
    bus_frames_close(frames, taken);
    socket->bus->counts.dropped++;
    return TAKEN_BAD;
}

void bus_frames_close(zmq_msg_t *frames, int count)
{
    for (int i = 0; i < count; i++)
        zmq_msg_close(&frames[i]);
}

struct bytes bus_frame(zmq_msg_t *frame)
{
    return (struct bytes){zmq_msg_data(frame), zmq_msg_size(frame)};
}

bool bus_send(struct bus_socket *socket, struct bytes frame, bool more)
{
    int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);

    if (socket->watch)
        watch_touch(socket->watch);
    return zmq_send(socket->zmq, frame.at, frame.size, flags) >= 0;
}

bool bus_can_send(struct bus_socket *socket)
{
    watch_touch(socket->watch);
    return socket_events(socket) & ZMQ_POLLOUT;
}

/* ---- the bus ---- */

struct bus *bus_open(struct loop *loop, const struct peers *peers, const char *secret_file)
{
    struct bus *bus = calloc(1, sizeof *bus);

    CHECK(bus);
    bus->loop = loop;
    read_secret(bus, secret_file);
    bus->context = zmq_ctx_new();
    CHECK(bus->context);
    zmq_ctx_set(bus->context, ZMQ_IO_THREADS, 1);
    bus_door_open(bus, peers);
    bus_door_test(bus);
    return bus;
}

void bus_free(struct bus *bus)
{
    if (!bus)
        return;
    while (bus->sockets) {
        CHECK(!bus->sockets->taking); /* not from inside a callback */
        bus_socket_free(bus->sockets);
    }
    zmq_ctx_term(bus->context);
    known_keys_free(&bus->known);
    explicit_bzero(bus->secret_key, sizeof bus->secret_key);
    free(bus);
}

struct bus_counts bus_counts(const struct bus *bus)
{
    return bus->counts;
}

#include <stdio.h>
#include <string.h>

#include "edge/bundle.h"
#include "edge/bus_inside.h"

enum {
    FORM_BUNDLE = 1, /* as many frames has a message of this form */
    FORM_ALONE = BUS_FRAMES_MOST,
    ANSWERED_AT_ONCE_MOST = 16, /* askers for whom bundles are begun; one more, and all leave */
};

/* A bundle of answers, and for whom it is. */
struct addressed {
    struct reply_to to;
    struct bundle bundle;
};

struct answerer {
    struct bus_socket socket;
    on_question *asked;
    void *with;
    struct addressed begun[ANSWERED_AT_ONCE_MOST];
    unsigned begun_count;
};

struct asker {
    struct bus_socket socket;
    struct bus_monitor *monitor;
    on_answer *answered;
    on_lost *lost;
    void *with;
    struct bundle bundle;
};

/* Tells when an asker's connection breaks. */
struct bus_monitor {
    struct bus_socket socket;
    struct asker *asker;
};

/* ---- what is said in a message, in one form or the other ---- */

struct said {
    struct bytes header;
    struct bytes body;
    struct bytes bundle; /* what of it was not taken yet */
    unsigned left;
};

/* How many questions or answers there are; 0: it is not a bundle. */
static unsigned said_read(struct said *said, zmq_msg_t *frames, int form)
{
    *said = (struct said){.left = 1};
    if (form == FORM_ALONE) {
        said->header = bus_frame(&frames[0]);
        said->body = bus_frame(&frames[1]);
        return said->left;
    }
    said->bundle = bus_frame(&frames[0]);
    said->left = bundle_count(said->bundle);
    return said->left;
}

static bool said_next(struct said *said)
{
    if (said->left == 0)
        return false;
    said->left--;
    if (said->bundle.size > 0)
        bundle_next(&said->bundle, &said->header, &said->body);
    return true;
}

static bool fits_frames(struct bytes header, struct bytes body)
{
    return header.size <= BUS_FRAME_MOST && body.size <= BUS_FRAME_MOST;
}

static bool send_alone(struct bus_socket *socket, struct bytes header, struct bytes body)
{
    return bus_send(socket, header, true) && bus_send(socket, body, false);
}

static bool send_bundle(struct bus_socket *socket, const struct bundle *bundle)
{
    return bus_send(socket, (struct bytes){bundle->packed, bundle->size}, false);
}

/* ---- answer ---- */

/* The peer's name is read from the last frame: libzmq 4.3.4 loses it on the first of a message. */
static unsigned hand_over(struct answerer *answerer, zmq_msg_t *frames, int form)
{
    const char *peer = zmq_msg_gets(&frames[form], "User-Id");
    struct bytes who = bus_frame(&frames[0]);
    struct reply_to reply_to = {.size = (unsigned char)who.size, .bundled = form == FORM_BUNDLE};
    struct said said;
    unsigned count = said_read(&said, frames + 1, form);

    if (!peer || who.size > sizeof reply_to.routing_id || count == 0) {
        answerer->socket.bus->counts.dropped++;
        return 1;
    }
    memcpy(reply_to.routing_id, who.at, who.size);
    while (!answerer->socket.closed && said_next(&said))
        answerer->asked(answerer->with, peer, &reply_to, said.header, said.body);
    return count;
}

static unsigned take_questions(struct bus_socket *socket)
{
    zmq_msg_t frames[1 + BUS_FRAMES_MOST];
    int taken = bus_take(socket, frames, 1 + FORM_BUNDLE, 1 + FORM_ALONE);

    if (taken <= 0)
        return taken == TAKEN_BAD;
    unsigned count = hand_over((struct answerer *)socket, frames, taken - 1);
    bus_frames_close(frames, taken);
    return count;
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
    bus_socket_watch(&answerer->socket, take_questions);
    return answerer;
}

static bool send_whom(struct answerer *answerer, const struct reply_to *to)
{
    return bus_send(&answerer->socket, (struct bytes){to->routing_id, to->size}, true);
}

static void answer_bundle(struct answerer *answerer, struct addressed *begun)
{
    if (begun->bundle.count > 0
        && !(send_whom(answerer, &begun->to) && send_bundle(&answerer->socket, &begun->bundle)))
        answerer->socket.bus->counts.unroutable += begun->bundle.count;
    bundle_empty(&begun->bundle);
}

static void answer_alone(struct answerer *answerer, const struct reply_to *to, struct bytes header,
                         struct bytes body)
{
    if (!fits_frames(header, body) || !send_whom(answerer, to)
        || !send_alone(&answerer->socket, header, body))
        answerer->socket.bus->counts.unroutable++;
}

void answerer_flush(struct answerer *answerer)
{
    for (unsigned i = 0; i < answerer->begun_count; i++)
        answer_bundle(answerer, &answerer->begun[i]);
    answerer->begun_count = 0;
}

static void settle_answers(void *with)
{
    answerer_flush(with);
}

static bool same_asker(const struct reply_to *one, const struct reply_to *other)
{
    return one->size == other->size && memcmp(one->routing_id, other->routing_id, one->size) == 0;
}

static struct addressed *begun_for(struct answerer *answerer, const struct reply_to *to)
{
    for (unsigned i = 0; i < answerer->begun_count; i++)
        if (same_asker(&answerer->begun[i].to, to))
            return &answerer->begun[i];
    if (answerer->begun_count == ANSWERED_AT_ONCE_MOST)
        answerer_flush(answerer);
    struct addressed *begun = &answerer->begun[answerer->begun_count++];
    begun->to = *to;
    return begun;
}

void answerer_send(struct answerer *answerer, const struct reply_to *reply_to, struct bytes header,
                   struct bytes body)
{
    if (!reply_to->bundled) {
        answer_alone(answerer, reply_to, header, body);
        return;
    }
    struct addressed *begun = begun_for(answerer, reply_to);
    if (!bundle_fits(&begun->bundle, header, body))
        answer_bundle(answerer, begun);
    if (!bundle_fits(&begun->bundle, header, body)) {
        answer_alone(answerer, reply_to, header, body);
        return;
    }
    bundle_add(&begun->bundle, header, body);
    watch_settle(answerer->socket.watch, settle_answers);
}

void answerer_free(struct answerer *answerer)
{
    if (answerer)
        bus_socket_free(&answerer->socket);
}

/* ---- ask ---- */

static unsigned tell_unsent(struct asker *asker)
{
    asker->socket.owing = false;
    asker->lost(asker->with);
    return 1;
}

static unsigned take_answers(struct bus_socket *socket)
{
    struct asker *asker = (struct asker *)socket;
    zmq_msg_t frames[BUS_FRAMES_MOST];
    struct said said;

    if (socket->owing)
        return tell_unsent(asker);
    int taken = bus_take(socket, frames, FORM_BUNDLE, FORM_ALONE);
    if (taken <= 0)
        return taken == TAKEN_BAD;
    unsigned count = said_read(&said, frames, taken);
    while (!socket->closed && said_next(&said))
        asker->answered(asker->with, said.header, said.body);
    bus_frames_close(frames, taken);
    if (count > 0)
        return count;
    socket->bus->counts.dropped++;
    return 1;
}

static unsigned take_loss(struct bus_socket *socket)
{
    const struct asker *asker = ((struct bus_monitor *)socket)->asker;
    zmq_msg_t frames[2]; /* event and number, address */
    int taken = bus_take(socket, frames, 2, 2);

    if (taken <= 0)
        return taken == TAKEN_BAD;
    bus_frames_close(frames, taken);
    asker->lost(asker->with);
    return 1;
}

static struct bus_monitor *monitor_new(struct asker *asker)
{
    static const struct socket_plan plan = {ZMQ_PAIR, 0, 0};
    struct bus_monitor *monitor = bus_socket_new(asker->socket.bus, sizeof *monitor, &plan);
    char endpoint[64];

    monitor->asker = asker;
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
    asker->lost = lost;
    asker->with = with;
    asker->monitor = monitor_new(asker);
    bus_socket_connect(&asker->socket, peer->ask, peer->key);
    bus_socket_watch(&asker->socket, take_answers);
    return asker;
}

/* Nobody is there any more.  That is told when answers are taken: whoever asks is not called while
 * it is asking. */
static bool ask_bundle(struct asker *asker)
{
    bool sent = asker->bundle.count == 0 || send_bundle(&asker->socket, &asker->bundle);

    asker->socket.owing |= !sent;
    bundle_empty(&asker->bundle);
    return sent;
}

static void settle_questions(void *with)
{
    ask_bundle(with);
}

bool asker_send(struct asker *asker, struct bytes header, struct bytes body)
{
    if (!fits_frames(header, body))
        return false;
    if (!bundle_fits(&asker->bundle, header, body) && !ask_bundle(asker))
        return false;
    if (!bundle_fits(&asker->bundle, header, body))
        return send_alone(&asker->socket, header, body);
    if (asker->bundle.count == 0 && !bus_can_send(&asker->socket))
        return false;
    bundle_add(&asker->bundle, header, body);
    watch_settle(asker->socket.watch, settle_questions);
    return true;
}

void asker_free(struct asker *asker)
{
    if (!asker)
        return;
    zmq_socket_monitor(asker->socket.zmq, NULL, 0);
    bus_socket_free(&asker->monitor->socket);
    bus_socket_free(&asker->socket);
}

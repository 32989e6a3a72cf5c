/*
 * bus: ZeroMQ with CURVE.  Ask and answer, tell and listen; the only files that say `zmq_`.
 *
 * One context a process.  Every socket has CURVE on and all options of reliability.md §1.3.  The
 * ZAP handler is bound before the first socket: a peer is let in if its public key stands in the
 * peers file, and what it sends carries its name.  bus_open connects to itself with a random key
 * and ends the process if that is let in.
 *
 * All calls on the loop's thread.  A message is at most BUS_FRAMES_MOST frames of at most
 * BUS_FRAME_MOST bytes; more is drained, counted and dropped.  Sends never block: a full queue
 * returns false.  **A send that returned true proves nothing**: only an answer does.
 *
 * Questions and answers travel in one of two forms.  Two frames are header and body of one.  One
 * frame is a bundle (edge/bundle.h): what the house says to one peer in a turn of the loop, sent
 * before the loop sleeps.  Whoever asks in two frames is answered in two frames; whoever asks in a
 * bundle is answered in bundles, but for what no bundle holds, which is two frames in any case.
 *
 * The peers file is the address book and the list of keys, one peer a line, "#" for comments:
 *
 *     name         public key (Z85)                          ask                     tell
 *     intake.0     rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7  ipc:///run/…/intake.0   ipc:///run/…/…
 *     operator     …                                         -                       -
 *
 * A name is <service>.<instance>, or a bare word for peers that only ask.  Who can be asked is of
 * the house, and is trusted as a service; nobody from outside is given such an address.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "edge/loop.h"

enum {
    BUS_FRAME_MOST = 4 * 1024 * 1024,
    BUS_FRAMES_MOST = 2, /* header and body, after the routing id */
    BUS_TURN_MOST = 64,  /* taken from one socket before the loop turns; no bundle is parted */
};

struct peer {
    const char *name;    /* "intake.0" */
    const char *service; /* "intake"; the name itself where it has no dot */
    const char *key;     /* public, Z85 */
    const char *ask;     /* NULL where it answers nothing */
    const char *tell;    /* NULL where it tells nothing */
};

struct peers {
    const struct peer *rows;
    size_t count;
};

/* Reads a peers file; false with *why (in the arena). */
bool peers_read(struct arena *arena, const char *file, struct peers *peers, const char **why);

/* The row of a name; NULL for none. */
const struct peer *peers_find(const struct peers *peers, const char *name);

/* Makes a key pair, Z85: secret to a file with mode 0400, public to public_key[41]. */
bool bus_make_key(const char *secret_file, char *public_key, const char **why);

struct bus;
/* Dies where the key can't be read or a stranger would be let in. */
struct bus *bus_open(struct loop *loop, const struct peers *peers, const char *secret_file);
void bus_free(struct bus *bus); /* lingers for nothing */
/* Now these come in; how many keys are gone: if any, all are cut off, and who may comes back. */
unsigned bus_let_in(struct bus *bus, const struct peers *peers);

/* ---- answer: a ROUTER ---- */
struct answerer;
/* `reply_to` is opaque, small, and may be kept until answered. */
struct reply_to {
    unsigned char routing_id[32];
    unsigned char size;
    bool bundled;
};
typedef void on_question(void *with, const char *peer, const struct reply_to *reply_to,
                         struct bytes header, struct bytes body);
struct answerer *answerer_new(struct bus *bus, const char *endpoint, on_question *asked, void *with,
                              const char **why);
/* Where the asker is gone or its queue is full, the answer is counted and nobody's. */
void answerer_send(struct answerer *answerer, const struct reply_to *reply_to, struct bytes header,
                   struct bytes body);
void answerer_flush(struct answerer *answerer); /* what was sent leaves now */
void answerer_free(struct answerer *answerer);

/* ---- ask: a DEALER to one instance ---- */
struct asker;
typedef void on_answer(void *with, struct bytes header, struct bytes body);
/* The connection broke, or was not there any more: what was asked and not answered will not be. */
typedef void on_lost(void *with);
struct asker *asker_new(struct bus *bus, const struct peer *peer, on_answer *answered,
                        on_lost *lost, void *with);
/* False where the instance is away or its queue is full. */
bool asker_send(struct asker *asker, struct bytes header, struct bytes body);
void asker_free(struct asker *asker);

/* ---- tell: a PUB; listen: a SUB to one instance ----
 * Frames [topic][told].  All is told on "gathered"; for those in a hurry before, on "at_once". */
enum told_topic { TOLD_GATHERED, TOLD_AT_ONCE };
struct teller;
struct teller *teller_new(struct bus *bus, const char *endpoint, const char **why);
/* May be dropped: the feed is paged. */
void teller_send(struct teller *teller, enum told_topic topic, struct bytes told);
void teller_free(struct teller *teller);

struct hearer;
typedef void on_told(void *with, struct bytes told);
struct hearer *hearer_new(struct bus *bus, const struct peer *peer, on_told *heard, void *with);
void hearer_hurry(struct hearer *hearer); /* from now on it hears at once, too */
void hearer_free(struct hearer *hearer);

struct bus_counts {           /* since the start */
    unsigned long dropped;    /* messages: wrong number of frames, a broken bundle, or nobody's */
    unsigned long refused;    /* handshakes of unknown keys */
    unsigned long unroutable; /* answers whose asker was gone or full, or which no frame holds */
};
struct bus_counts bus_counts(const struct bus *bus);

/*
 * ask: one question to one service, one answer, whichever instance gives it.
 *
 * The question goes to the instance that answered last; on NOT_ACTIVE, on a full queue, when the
 * connection breaks, or when an instance has answered nothing at all for ASK_SILENCE_MS, to the
 * next, *with the same key*, until the deadline.  So a command may arrive twice; the recorded
 * answer makes that harmless.  When none is left it begins anew after ASK_PAUSE_MS, without those
 * that were silent unless all were; they have the question, and may still answer it.  At the
 * deadline the answer is UNAVAILABLE "no_answer": it may or may not have been carried out, and
 * asking again with the same key says which.
 *
 * A question to the own service is first put to this process itself (daemon_ask_self).  On the
 * loop's thread.
 *
 * An answer to a command says up to which event it wrote; ask_known tells what all answers so far
 * said.  A question that carries this is not answered from what stands before it, but refused
 * UNAVAILABLE "behind".  Where events are passed over (daemon/listen), a place may stand a quarter
 * of a second behind for nothing.
 */
#pragma once

#include "daemon/daemon.h"

enum {
    ASK_SILENCE_MS = 1000,
    ASK_PAUSE_MS = 50,
    ASK_DEADLINE_MS = 10000, /* usual; at most ASK_DEADLINE_MOST_MS */
    ASK_DEADLINE_MOST_MS = 60000,
    ASK_OPEN_MOST = 4096, /* questions open at once in one process; one more is UNAVAILABLE */
    ASK_BYTES_MOST = 64 * 1024 * 1024, /* of all their bodies together; likewise */
};

/* How far sources have told. */
struct known {
    Position **places;
    size_t count;
};

struct question {
    const char *service;
    const char *message; /* "intake.RegisterTicket" */
    const char *key;     /* NULL for queries */
    struct caller caller;
    uint32_t deadline_ms; /* 0: usual */
    const char *trace;
    uint64_t expected_version;
    bool keyed;
    struct bytes beside; /* digest of what was asked and the body does not say; for commands */
    struct known known;  /* what has to be in the answer; for queries */
    struct bytes body;   /* packed; copied */
};

void asks_open(struct daemon *daemon); /* sockets to every instance of the peers file */
/* What is still open is answered UNAVAILABLE "stopping". */
void asks_close(struct daemon *daemon);
/* `answered` is called once, on the loop, before or after this returns. */
void ask(struct daemon *daemon, const struct question *question, on_answered *answered, void *with);

/* How far the other services have told, as their answers to this process say. */
struct known ask_known(const struct daemon *daemon, struct arena *arena);

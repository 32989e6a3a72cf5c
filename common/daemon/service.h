/*
 * service: the tables of a daemon, and the one main they share.
 *
 * A service is data: what it can be asked, what it tells, what it overhears, what it does by the
 * clock, what it stores.  The skeleton brings them to life: one loop thread that moves bytes, one
 * writer that changes the schema in batches, two readers that answer queries (architecture §2).
 *
 * Four verbs every daemon shares: run (none) · --check · --migrate · --contract.
 */
#pragma once

#include "base/check.h"
#include "base/settings.h"
#include "base/table.h"
#include "daemon/list.h"
#include "daemon/schema.h"
#include "daemon/scope.h"
#include "edge/message.h"
#include "envelope.pb-c.h"

/* MESSAGE(register_ticket): its name, which is also the handler's, log's and metric's, and type. */
#define MESSAGE(name) #name, &name##__descriptor

/* A command or a query: message, handler, who may ask. */
struct command {
    const char *name;
    const ProtobufCMessageDescriptor *message;
    handler *run;
    uint32_t roles;
    bool unlimited; /* it concerns the whole house: nobody who is limited to a branch may ask */
};

/* What a command will look at, asked with the beginning of its batch (daemon/foresee.h). */
struct foresight {
    const char *name;
    const ProtobufCMessageDescriptor *message;
    handler *run; /* false: trouble in db */
};

struct event {
    const char *name;
    const ProtobufCMessageDescriptor *message;
};

/*
 * What a service overhears.  `message` NULL: every event of `source` (reporting).  `kinds`: only
 * where the message's field `kind` is one of them (they end with NULL), or ANY_KIND.  Whoever
 * follows a source keeps the heads of its chain; HEADS, and `run` NULL: it is followed for these.
 */
struct reaction {
    const char *source; /* "dispatch" */
    const char *name;
    const ProtobufCMessageDescriptor *message;
    handler *run;
    const char *const *kinds;
};
#define ANY_KIND NULL
#define HEADS    "keep_head", &head_sealed__descriptor

/* A durable timer: set with timer_set, fired once, in a transaction with its effect. */
struct timer {
    const char *name;
    handler *run;
};

/* A counter for new aggregates: letter, the table and its bigint key. */
struct counter {
    char letter;
    const char *table;  /* "intake.ticket" */
    const char *column; /* "ticket_id" */
};

/* A string field that holds an identifier, wherever it stands: checked at the door. */
struct identifier {
    const char *field; /* "ticket_id" */
    char letter;       /* 'T' */
};

/* How long a text of a command may be, by field ("customer.name"): what is longer is noted before
 * the handler runs, as "too_long", and refused with whatever else is wrong. */
struct limit {
    const char *field;
    size_t most; /* bytes */
};

struct daemon;

struct service {
    const char *name;
    const char *about;
    const struct schema *schema;
    TABLE_OF(struct lifecycle) lives;
    TABLE_OF(struct setting) settings;
    TABLE_OF(struct command) commands;
    TABLE_OF(struct command) queries;
    TABLE_OF(struct event) events;
    TABLE_OF(struct reaction) reactions;
    TABLE_OF(struct timer) timers;
    TABLE_OF(struct foresight) foresights;
    TABLE_OF(struct counter) counters;
    TABLE_OF(struct identifier) identifiers;
    TABLE_OF(struct limit) limits;
    /* Tables that Rebuild empties, listener positions aside; empty: Rebuild is refused. */
    TABLE_OF(const char *) pictures;
    /* More rooms on the loop (gateway's HTTP): after the daemon stands, before the loop runs. */
    void (*moved_in)(struct daemon *daemon);
    /* On the loop, at SIGTERM, before the threads end: stop taking new work; may be NULL. */
    void (*moving_out)(struct daemon *daemon);
    /* On the loop, after that: whether something under way deserves its end; may be NULL. */
    bool (*under_way)(const struct daemon *daemon);
    /* After the loop has run, when every question was answered: frees what moved_in made. */
    void (*moved_out)(struct daemon *daemon);
    /* On the loop, for each event of its own that was committed (gateway's keys); may be NULL. */
    void (*told)(struct daemon *daemon, const Event *event);
};

/* The row of a timer's name; NULL for none. */
const struct timer *service_timer(const struct service *service, const char *name);

int service_main(int argc, char **argv, const struct service *service);

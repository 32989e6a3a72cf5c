/*
 * request: one thing asked, overheard or due, from arrival to answer.
 *
 * A handler is three paragraphs: look (db_one, db_all), decide (lifecycle, rules), do (db_run,
 * emit, reply).  It never logs, commits, packs or frees, and does not know who transports it.  It
 * returns true when all is done; false means the reason is recorded (refuse, or trouble in db) and
 * the transaction is doomed.  Refuse before the first write: that costs nothing.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/caller.h"
#include "daemon/kind.h"
#include "daemon/lifecycle.h"
#include "edge/db.h"

struct service;
struct violation {
    const char *field;
    const char *reason;
    const char *detail;
};

struct request {
    struct arena *arena;
    struct db *db;
    const struct service *service;
    const ProtobufCMessage *body;
    struct caller caller;
    int64_t now_ms;  /* wall clock, read once */
    const char *key; /* idempotency key, "" for queries, reactions and timers */
    const char *trace;
    uint64_t expected_version; /* If-Match; 0: any */
    const struct Event *event; /* for a reaction: what is overheard */
    struct work *work;         /* the skeleton's own notes */
};

typedef bool handler(struct request *req);

/* ---- look ---- */

/* The body, as the message whose table row named this handler. */
#define request_body(req, type)                                                                    \
    ((const void *)(CHECK((req)->body->descriptor == &type##__descriptor), (req)->body))

/* "T10002345" → "1000234": an identifier's digits, for SQL; the door has checked it.  "" → NULL. */
const char *request_id(struct request *req, const char *id);

/* 1000234 (text from a row) → "T10002345"; "" for null. */
const char *id_of(struct request *req, char letter, const char *number);

/* ---- decide ---- */

/* Says no; always false.  Only the first reason counts. */
bool refuse(struct request *req, enum kind kind, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Notes one wrong field; all are named at once by refuse_violations, which is true where there are
 * none and refuses INVALID "invalid" otherwise. */
void violate(struct request *req, const char *field, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool refuse_violations(struct request *req);

/* Refuses CONFLICT `reason` with the present state and the moves allowed from it. */
bool refuse_move(struct request *req, const struct lifecycle *life, const char *id,
                 const char *state, const char *by);

/* Where If-Match named another version: refuses STALE with state and moves.  True: go on. */
bool expect_version(struct request *req, const struct lifecycle *life, uint64_t version,
                    const char *state);

/* Whether all is applied here that the asker knows was told; refuses UNAVAILABLE "behind"
 * otherwise, and the gateway asks again.  For whoever misses what they would have been told of. */
bool expect_told(struct request *req);

/* ---- do ---- */

/* The next number of a counter of the plan (struct counter): known before its insert. */
int64_t next_number(struct request *req, char letter);

/* What an event is about. */
struct told {
    const char *subject; /* the ticket, where there is one; what is parked together */
    const char *aggregate;
    uint64_t version; /* of the aggregate, after the change */
    const char *branch;
    const char *provider_id; /* "" for none */
    int64_t occurred_at_ms;  /* 0: now */
};
bool emit(struct request *req, struct told told, const ProtobufCMessage *event);

/* The answer.  Copied at once. */
bool reply(struct request *req, const ProtobufCMessage *answer);
bool reply_version(struct request *req, uint64_t version, const ProtobufCMessage *answer);
/* As reply_version, and something new came to be: 201. */
bool reply_made(struct request *req, uint64_t version, const ProtobufCMessage *answer);

/* A message of this type filled from the row's columns of the same names ("customer.name" reaches
 * into sub-messages; columns without a field are a defect).  Columns named in the plan's
 * identifiers (ticket_id, …) become identifiers with letter and check digit. */
void *fill(struct request *req, const ProtobufCMessageDescriptor *type, const struct row *row);
#define filled(req, type, row) fill(req, &type##__descriptor, row)

/* Notes that personal data of `subject` leaves unmasked.  A query's answer then leaves only after
 * the note is on disk (promise 7). */
void disclose(struct request *req, const char *subject, const char *what);

/* Sets, moves or takes back a durable timer of the plan (struct timer), in this transaction. */
bool timer_set(struct request *req, const char *timer, const char *subject, int64_t due_ms);
bool timer_cancel(struct request *req, const char *timer, const char *subject);
/* In a timer's handler: the subject it was set for. */
const char *timer_subject(const struct request *req);

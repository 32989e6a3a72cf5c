/*
 * work: one thing to do, from the moment it arrives until its answer has left.
 *
 * A command, an event overheard, a timer that is due, a question, or a note that personal data was
 * seen.  With its own arena it belongs to the loop, then to one worker, then to the loop again.
 */
#pragma once

#include "daemon/service.h"

enum work_kind { WORK_COMMAND, WORK_QUERY, WORK_EVENT, WORK_TIMER, WORK_SEAL, WORK_NOTE };

/* How an attempt ended. */
enum outcome {
    OUTCOME_NONE,    /* not begun: left for another batch */
    OUTCOME_SETTLED, /* the answer is filled; for events and timers: applied, or put aside */
    OUTCOME_AGAIN,   /* nothing is known to be committed: do it again, with the same key */
};

struct seen {
    const char *caller;
    const char *subject;
    const char *what;
    const char *trace;
    struct seen *next;
};

/* An event a handler emitted, before it has its number. */
struct emitted {
    Event event;
    struct emitted *next;
    struct bytes told; /* once numbered: packed with its hash, as published */
};

struct work {
    struct work *next;
    struct arena *arena;
    enum work_kind kind;
    enum outcome outcome;
    void (*done)(struct work *work, void *with); /* on the loop */
    void *with;

    /* asked */
    const AskHeader *header;
    struct bytes body;
    const struct command *command;
    int64_t deadline_ms;          /* monotonic */
    int64_t arrived_us;           /* monotonic */
    struct bytes digest;          /* of message and body */
    const ProtobufCMessage *read; /* the body, once it was unpacked */

    /* overheard */
    const Event *event;
    uint64_t
        follows; /* the event of its source it comes after; those between concern nobody here */
    struct bytes packed;

    /* due */
    const struct timer *timer;
    const char *subject;
    const char *due_at;

    /* what a handler left */
    struct request request;
    AnswerHeader answer;
    struct bytes answer_body;
    struct violation *violations; /* room for MESSAGE_FLAWS_MOST, once there is one */
    size_t violation_count;
    struct emitted *emitted, **emitted_end;
    struct seen *seen;
    bool spare;              /* a query, asked of an instance that does not write */
    bool recorded;           /* the answer was found, nothing was done */
    bool poisoned;           /* wrote before it refused: may not share a transaction */
    bool rewound;            /* positions were set back: followers begin again */
    bool parking;            /* touched what is parked */
    int64_t earliest_due_ms; /* of the timers it set */
    struct writer *writer;   /* for its numbers; NULL on a reader */
    const char *failure;     /* trouble to log once */
    unsigned lost;           /* how often the connection broke under it, or the time ran out */
    const char *park;        /* an event that is to be put aside: why */
};

struct work_queue {
    struct work *first, **end;
    size_t count;
};

void work_queue_init(struct work_queue *queue);
void work_push(struct work_queue *queue, struct work *work);
struct work *work_pop(struct work_queue *queue);

struct work *work_new(enum work_kind kind);
struct work *work_new_in(struct arena *arena, enum work_kind kind); /* the work's from now on */
void work_free(struct work *work);

/* Makes the request of this work anew, for another attempt. */
void work_begin(struct work *work, const struct service *service, struct db *db, int64_t now_ms);

/* Unpacks the body, where that was not done before.  False: refused. */
bool work_read(struct work *work, const ProtobufCMessageDescriptor *type);

/* Runs the handler of a command or a query on the calling thread: door checks, role, handler. True:
 * answered.  False: refused (the answer is filled) or trouble in db. */
bool work_run(struct work *work, handler *run, const ProtobufCMessageDescriptor *type);

/* The table row of "intake.RegisterTicket" among a service's own and the house's; NULL for none. */
const struct command *work_find(const struct service *service, const char *message,
                                enum work_kind *kind);

/* Puts the violations into the answer: it is then complete but for its number. */
void work_finish_answer(struct work *work);

/* Fills the answer: a refusal of the skeleton's. */
void work_refuse(struct work *work, enum kind kind, const char *reason, const char *sentence);

/* Turns trouble in db into the answer; the log gets what was said. */
void work_failed(struct work *work, enum db_trouble trouble, const char *said);

/* Answers a query on the calling thread: handler, then the connection is ready for the next. */
void query_run(struct work *work, const struct service *service, struct db *db);

/*
 * ask_inside: the questions that are open, and their memory.  For ask*.c alone.
 *
 * A question's number says which slot it has, so that its answer finds it without searching; slots
 * and their memory are used again.
 */
#pragma once

#include "daemon/ask.h"

enum {
    ASK_INSTANCES_MOST = 64, /* of one service: a bit each in open_question.tried */
};

/* One instance of a service. */
struct instance {
    struct asks *asks;
    struct target *target;
    struct asker *asker; /* NULL: this process itself */
    unsigned index;
    int64_t heard_at;
    int64_t unsure_upto; /* what was asked until then may have got lost with a connection */
};

struct target {
    const char *service;
    struct instance instances[ASK_INSTANCES_MOST];
    unsigned count;
    unsigned favourite; /* answered last */
    uint64_t upto;      /* it told at least so far, as its answers say */
};

struct open_question {
    uint64_t number;
    struct target *target;
    struct instance *instance; /* NULL: pausing until resume_at */
    uint64_t tried;            /* a bit per instance, since the last pause */
    bool sent;                 /* it left us once: sent again, it may be carried out already */
    uint64_t silent;           /* a bit per instance that has the question and says nothing */
    unsigned silences;
    int64_t asked_at;
    int64_t resume_at;
    int64_t deadline_at;
    on_answered *answered;
    void *with;
    uint8_t *memory; /* packed header, room for the fields behind it, body */
    size_t room;
    size_t header_size;
    size_t body_size;
    unsigned listed_at;
};

struct asks {
    struct daemon *daemon;
    struct alarm_clock *alarm;
    struct arena *scratch;
    unsigned scratch_users;
    struct target *targets;
    size_t target_count;
    struct open_question slots[ASK_OPEN_MOST];
    uint16_t listed[ASK_OPEN_MOST]; /* all slots: first the open_count in use, then the free */
    unsigned open_count;
    uint64_t asked;
    size_t bytes;
    int64_t now; /* monotonic, as of the last question or tick */
    bool ticking;
    bool closing;
};

void slots_open(struct asks *asks);
void slots_close(struct asks *asks);

struct open_question *slot_take(struct asks *asks);
void slot_give(struct asks *asks, struct open_question *open);
struct open_question *slot_find(struct asks *asks, uint64_t number);
struct open_question *slot_listed(struct asks *asks, unsigned at);

/* Copies the question. */
void slot_keep(struct asks *asks, struct open_question *open, const struct question *question);
/* Its header with what is left of its deadline, and its body. */
struct bytes slot_header(const struct asks *asks, struct open_question *open);
struct bytes slot_body(const struct open_question *open);

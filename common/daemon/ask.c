#include <stdlib.h>
#include <string.h>

#include "daemon/ask_inside.h"
#include "daemon/metrics.h"

enum {
    ASK_TICK_MS = 10,
    ASK_SILENCES_MOST = 3, /* each doubles the patience with the next instance */
};

/* ---- memory that is gone when the outermost user is done ---- */

static struct arena *scratch_begin(struct asks *asks)
{
    asks->scratch_users++;
    return asks->scratch;
}

static void scratch_end(struct asks *asks)
{
    if (--asks->scratch_users == 0)
        arena_reset(asks->scratch);
}

/* ---- the end of a question ---- */

static void question_end(struct asks *asks, struct open_question *open, const AnswerHeader *header,
                         struct bytes body)
{
    on_answered *answered = open->answered;
    void *with = open->with;

    slot_give(asks, open);
    answered(with, header, body);
}

static AnswerHeader unavailable(const char *reason, const char *sentence)
{
    AnswerHeader header = ANSWER_HEADER__INIT;

    header.kind = UNAVAILABLE;
    header.reason = reason;
    header.sentence = sentence;
    header.retry_after_ms = ASK_SILENCE_MS;
    return header;
}

static void question_give_up(struct asks *asks, struct open_question *open, const char *reason,
                             const char *sentence)
{
    AnswerHeader header = unavailable(reason, sentence);

    question_end(asks, open, &header, (struct bytes){NULL, 0});
}

/* ---- the way of a question from instance to instance ---- */

static uint64_t bit_of(const struct instance *instance)
{
    return UINT64_C(1) << instance->index;
}

static void question_answered(struct instance *instance, const AnswerHeader *header,
                              struct bytes body);

static void self_answered(void *with, const AnswerHeader *header, struct bytes body)
{
    question_answered(with, header, body);
}

static void ask_self(struct instance *instance, struct open_question *open, struct bytes packed)
{
    struct asks *asks = instance->asks;
    struct flaw flaw;
    const ProtobufCMessage *header =
        message_unpack(scratch_begin(asks), &ask_header__descriptor, packed, &flaw);

    if (header)
        daemon_ask_self(asks->daemon, (const AskHeader *)header, slot_body(open), self_answered,
                        instance);
    else
        question_give_up(asks, open, "unreadable", "the question's header is not one");
    scratch_end(asks);
}

/* True: it is on its way, or even answered. */
static bool question_send(struct open_question *open, struct instance *instance)
{
    struct bytes header = slot_header(instance->asks, open);

    open->tried |= bit_of(instance);
    open->instance = instance;
    open->asked_at = instance->asks->now;
    if (instance->asker && !asker_send(instance->asker, header, slot_body(open)))
        return false;
    metric_add(METRIC_ASKED_AGAIN, open->sent);
    open->sent = true;
    if (!instance->asker)
        ask_self(instance, open, header);
    return true;
}

/* Who says nothing has the question and may still answer it.  It is not waited for once more while
 * somebody else answers: a spare that is about to take over says NOT_ACTIVE until it does. */
static void begin_round(struct open_question *open)
{
    uint64_t all = UINT64_MAX >> (ASK_INSTANCES_MOST - open->target->count);

    if (open->silent == all)
        open->silent = 0;
    open->tried = open->silent;
}

/* To the next instance that was not tried; where there is none, the others again after a pause. */
static void question_go(struct asks *asks, struct open_question *open)
{
    struct target *target = open->target;

    for (unsigned i = 0; i < target->count; i++) {
        struct instance *instance = &target->instances[(target->favourite + i) % target->count];
        if (!(open->tried >> instance->index & 1) && question_send(open, instance))
            return;
    }
    open->instance = NULL;
    begin_round(open);
    open->resume_at = asks->now + ASK_PAUSE_MS;
}

static void question_answered(struct instance *instance, const AnswerHeader *header,
                              struct bytes body)
{
    struct asks *asks = instance->asks;
    struct open_question *open = slot_find(asks, header->number);

    if (!open || open->target != instance->target)
        return;
    open->silent &= ~bit_of(instance);
    if (header->upto > instance->target->upto)
        instance->target->upto = header->upto;
    if (header->kind != NOT_ACTIVE) {
        instance->target->favourite = instance->index;
        question_end(asks, open, header, body);
    } else if (open->instance == instance) {
        question_go(asks, open);
    }
}

static void bus_answered(void *with, struct bytes packed, struct bytes body)
{
    struct instance *instance = with;
    struct asks *asks = instance->asks;
    struct flaw flaw;

    instance->heard_at = asks->now;
    if (instance->unsure_upto > asks->now)
        instance->unsure_upto = asks->now;
    const ProtobufCMessage *header =
        message_unpack(scratch_begin(asks), &answer_header__descriptor, packed, &flaw);
    if (header)
        question_answered(instance, (const AnswerHeader *)header, body);
    scratch_end(asks);
}

/* ---- time ---- */

/* It was asked while the connection broke, and nobody says what became of it. */
static bool may_be_lost(const struct open_question *open)
{
    return open->asked_at <= open->instance->unsure_upto;
}

/* Who answers others is only slow, unless the question never came to it. */
static bool is_silent(const struct asks *asks, const struct open_question *open)
{
    const struct instance *instance = open->instance;
    bool heard = instance->heard_at > open->asked_at && !may_be_lost(open);
    int64_t since = heard ? instance->heard_at : open->asked_at;

    return instance->asker && asks->now - since >= (int64_t)ASK_SILENCE_MS << open->silences;
}

/* New questions need not find out once more that this instance says nothing. */
static void question_leave_silent(struct asks *asks, struct open_question *open)
{
    struct target *target = open->target;

    if (target->favourite == open->instance->index)
        target->favourite = (target->favourite + 1) % target->count;
    if (open->silences < ASK_SILENCES_MOST)
        open->silences++;
    if (!may_be_lost(open))
        open->silent |= bit_of(open->instance);
    question_go(asks, open);
}

static void question_tick(struct asks *asks, struct open_question *open)
{
    if (asks->now >= open->deadline_at)
        question_give_up(asks, open, "no_answer",
                         "no instance answered in time; it may or may not have been carried out");
    else if (!open->instance && asks->now >= open->resume_at)
        question_go(asks, open);
    else if (open->instance && is_silent(asks, open))
        question_leave_silent(asks, open);
}

/* Backwards, because a question that ends is replaced in the list by one already seen. */
static void tick(void *with)
{
    struct asks *asks = with;

    asks->now = clock_monotonic_ms();
    for (unsigned i = asks->open_count; i-- > 0;)
        if (i < asks->open_count)
            question_tick(asks, slot_listed(asks, i));
    asks->ticking = asks->open_count > 0;
    if (!asks->ticking)
        alarm_stop(asks->alarm);
}

static void instance_lost(void *with)
{
    struct instance *instance = with;
    struct asks *asks = instance->asks;

    asks->now = clock_monotonic_ms();
    instance->unsure_upto = INT64_MAX; /* until something is heard again */
    for (unsigned i = asks->open_count; i-- > 0;) {
        struct open_question *open = slot_listed(asks, i);
        if (i >= asks->open_count || open->target != instance->target)
            continue;
        open->silent &= ~bit_of(instance);
        if (open->instance == instance)
            question_go(asks, open);
    }
}

/* ---- the beginning of a question ---- */

static struct target *target_find(struct asks *asks, const char *service)
{
    for (size_t i = 0; i < asks->target_count; i++)
        if (strcmp(asks->targets[i].service, service) == 0)
            return &asks->targets[i];
    return NULL;
}

static uint32_t patience_of(const struct question *question)
{
    if (question->deadline_ms == 0)
        return ASK_DEADLINE_MS;
    return question->deadline_ms < ASK_DEADLINE_MOST_MS ? question->deadline_ms
                                                        : ASK_DEADLINE_MOST_MS;
}

static void start_ticking(struct asks *asks)
{
    if (asks->ticking)
        return;
    asks->ticking = true;
    alarm_set(asks->alarm, ASK_TICK_MS, ASK_TICK_MS);
}

static const char *why_not(const struct asks *asks, const struct target *target,
                           const struct question *question)
{
    if (asks->closing)
        return "stopping";
    if (!target)
        return "no_such_service";
    if (asks->open_count == ASK_OPEN_MOST || asks->bytes + question->body.size > ASK_BYTES_MOST)
        return "too_many_open";
    return NULL;
}

void ask(struct daemon *daemon, const struct question *question, on_answered *answered, void *with)
{
    struct asks *asks = daemon->asks;
    struct target *target = target_find(asks, question->service);
    const char *not = why_not(asks, target, question);

    if (not ) {
        AnswerHeader header = unavailable(not, "the question was not asked");
        answered(with, &header, (struct bytes){NULL, 0});
        return;
    }

    struct open_question *open = slot_take(asks);
    asks->now = clock_monotonic_ms();
    open->target = target;
    open->tried = 0;
    open->sent = false;
    open->silent = 0;
    open->silences = 0;
    open->deadline_at = asks->now + patience_of(question);
    open->answered = answered;
    open->with = with;
    slot_keep(asks, open, question);
    start_ticking(asks);
    question_go(asks, open);
}

/* ---- the address book ---- */

static struct target *target_made(struct asks *asks, const char *service)
{
    struct target *target = target_find(asks, service);

    if (target)
        return target;
    target = &asks->targets[asks->target_count++];
    target->service = service;
    return target;
}

static struct instance *instance_made(struct asks *asks, const char *service)
{
    struct target *target = target_made(asks, service);

    if (target->count == ASK_INSTANCES_MOST)
        die("more than %d instances of %s", ASK_INSTANCES_MOST, service);
    struct instance *instance = &target->instances[target->count];
    *instance = (struct instance){.asks = asks, .target = target, .index = target->count++};
    return instance;
}

void asks_open(struct daemon *daemon)
{
    struct asks *asks = calloc(1, sizeof *asks);

    CHECK(asks);
    asks->daemon = daemon;
    asks->alarm = alarm_new(daemon->loop, tick, asks);
    asks->scratch = arena_new();
    asks->targets = calloc(daemon->peers.count + 1, sizeof *asks->targets);
    CHECK(asks->targets);
    slots_open(asks);
    daemon->asks = asks;

    instance_made(asks, daemon->service->name);
    for (size_t i = 0; i < daemon->peers.count; i++) {
        const struct peer *peer = &daemon->peers.rows[i];
        if (!peer->ask || strcmp(peer->name, daemon->instance) == 0)
            continue;
        struct instance *instance = instance_made(asks, peer->service);
        instance->asker = asker_new(daemon->bus, peer, bus_answered, instance_lost, instance);
    }
}

void asks_close(struct daemon *daemon)
{
    struct asks *asks = daemon->asks;

    if (!asks)
        return;
    asks->closing = true;
    while (asks->open_count > 0)
        question_give_up(asks, slot_listed(asks, 0), "stopping", "this process is stopping");
    for (size_t i = 0; i < asks->target_count; i++)
        for (unsigned j = 0; j < asks->targets[i].count; j++)
            asker_free(asks->targets[i].instances[j].asker);
    alarm_free(asks->alarm);
    arena_free(asks->scratch);
    slots_close(asks);
    free(asks->targets);
    free(asks);
    daemon->asks = NULL;
}

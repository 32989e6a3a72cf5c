#include "daemon/status.h"

#include <string.h>

#include "daemon/listen.h"
#include "daemon/metrics.h"
#include "daemon/workers.h"

static void answer(struct work *work, const ProtobufCMessage *message)
{
    static const AnswerHeader no_answer = ANSWER_HEADER__INIT;

    work->answer = no_answer;
    work->answer.trace = work->header->trace;
    work->answer.message = message->descriptor->name;
    work->answer_body = message_pack(work->arena, message);
    work->outcome = OUTCOME_SETTLED;
}

static bool any_may_answer(struct work *work)
{
    struct flaw flaw = {0};
    const ReadStatus *asked = (const ReadStatus *)message_unpack(
        work->arena, &read_status__descriptor, work->body, &flaw);

    return asked && asked->any;
}

static void answer_status(struct daemon *daemon, struct work *work)
{
    struct workers_view view = workers_view(daemon);
    Status status = STATUS__INIT;

    if (!view.active && !any_may_answer(work)) {
        work_refuse(work, NOT_ACTIVE, "not_active", "another instance writes");
        return;
    }
    status.instance = daemon->instance;
    status.service = daemon->service->name;
    status.active = view.active;
    status.epoch = view.epoch;
    status.head = view.head;
    status.parked = view.parked;
    status.queued = (uint32_t)view.queued;
    status.positions = arena_take(work->arena, (view.place_count + 1) * sizeof(Position *));
    for (size_t i = 0; i < view.place_count; i++) {
        Position *position = arena_take(work->arena, sizeof *position);
        position__init(position);
        position->source = view.places[i].source;
        position->at = view.places[i].at;
        position->head = listening_head(daemon, view.places[i].source);
        status.positions[status.n_positions++] = position;
    }
    answer(work, &status.base);
}

static void answer_metrics(struct daemon *daemon, struct work *work)
{
    struct text page = text_new(work->arena);
    Metrics metrics = METRICS__INIT;

    metrics_print(&page, daemon->instance, strcmp(daemon->service->name, "gateway") == 0);
    metrics.text = page.at;
    answer(work, &metrics.base);
}

/* What can be asked of the loop, and who may ask. */
static const struct {
    const ProtobufCMessageDescriptor *message;
    void (*answer)(struct daemon *daemon, struct work *work);
    uint32_t roles;
} questions[] = {
    {&read_status__descriptor,  answer_status,  SERVICE | ADMIN | AUDITOR},
    {&read_metrics__descriptor, answer_metrics, SERVICE                  },
};

bool status_answers(struct daemon *daemon, struct work *work)
{
    const Caller *caller = work->header->caller;

    for (size_t i = 0; i < LENGTH(questions); i++) {
        if (strcmp(work->header->message, questions[i].message->name) != 0)
            continue;
        if (caller && (caller->roles & questions[i].roles))
            questions[i].answer(daemon, work);
        else
            work_refuse(work, FORBIDDEN, "role", "this is for those who look after the house");
        return true;
    }
    return false;
}

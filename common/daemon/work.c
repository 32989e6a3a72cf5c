#include "daemon/work.h"

#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "daemon/chain.h"
#include "daemon/house.h"

void work_queue_init(struct work_queue *queue)
{
    *queue = (struct work_queue){.end = &queue->first};
}

void work_push(struct work_queue *queue, struct work *work)
{
    work->next = NULL;
    *queue->end = work;
    queue->end = &work->next;
    queue->count++;
}

struct work *work_pop(struct work_queue *queue)
{
    struct work *work = queue->first;
    if (!work)
        return NULL;

    queue->first = work->next;
    if (!queue->first)
        queue->end = &queue->first;
    queue->count--;
    return work;
}

struct work *work_new_in(struct arena *arena, enum work_kind kind)
{
    struct work *work = arena_take(arena, sizeof *work);

    work->arena = arena;
    work->kind = kind;
    work->deadline_ms = INT64_MAX;
    work->arrived_us = clock_monotonic_us();
    return work;
}

struct work *work_new(enum work_kind kind)
{
    return work_new_in(arena_new(), kind);
}

void work_free(struct work *work)
{
    arena_free(work->arena);
}

static struct caller caller_of(const struct work *work)
{
    const Caller *asked = work->header ? work->header->caller : NULL;

    if (asked)
        return (struct caller){asked->id, asked->roles, asked->branch, asked->provider_id};
    return (struct caller){work->event ? work->event->caller : "clock", SERVICE, "", ""};
}

void work_begin(struct work *work, const struct service *service, struct db *db, int64_t now_ms)
{
    static const AnswerHeader no_answer = ANSWER_HEADER__INIT;

    work->answer = no_answer;
    work->answer.trace = work->header ? work->header->trace : "";
    work->answer_body = (struct bytes){NULL, 0};
    work->violation_count = 0;
    work->emitted = NULL;
    work->emitted_end = &work->emitted;
    work->seen = NULL;
    work->recorded = work->poisoned = work->rewound = work->parking = false;
    work->failure = work->park = NULL;
    work->earliest_due_ms = INT64_MAX;
    work->outcome = OUTCOME_NONE;
    work->request = (struct request){
        .arena = work->arena,
        .db = db,
        .service = service,
        .caller = caller_of(work),
        .now_ms = now_ms,
        .key = work->header ? work->header->key : "",
        .trace = work->header  ? work->header->trace
                 : work->event ? work->event->trace
                               : "",
        .expected_version = work->header ? work->header->expected_version : 0,
        .event = work->event,
        .work = work,
    };
}

/* Identifiers of the message itself; what stands in lists, the handler judges item by item. */
static bool identifiers_hold(struct work *work, const struct service *service)
{
    struct request *req = &work->request;

    for (size_t i = 0; i < service->identifiers.count; i++) {
        const struct identifier *row = &service->identifiers.rows[i];
        const char *id = message_text(req->body, row->field);
        int64_t number;
        if (text_empty(id))
            continue;

        enum id_verdict verdict = id_parse(id, row->letter, &number);
        if (verdict == ID_OK)
            continue;

        bool digit = verdict == ID_BAD_CHECK_DIGIT;
        violate(req, row->field, digit ? "bad_check_digit" : "bad_identifier",
                digit ? "the check digit of this identifier does not fit: mistyped?"
                      : "expected %c, digits and a check digit, as in %s",
                row->letter, id_text(req->arena, row->letter, ids_first));
        return refuse(req, UNREADABLE, digit ? "bad_check_digit" : "bad_identifier",
                      "%s is not an identifier of this kind", row->field);
    }
    return true;
}

/* Whoever is held to a provider may do no more than a provider, whatever else they are. */
static bool caller_may(struct work *work, const struct command *command)
{
    struct request *req = &work->request;

    if (!(req->caller.roles & command->roles))
        return refuse(req, FORBIDDEN, "role", "this needs one of the roles %s",
                      role_words(req->arena, command->roles & ~(uint32_t)SERVICE));
    if (!text_empty(req->caller.provider_id) && !(command->roles & PROVIDER))
        return refuse(req, FORBIDDEN, "not_for_providers",
                      "this is not for those who work for a provider");
    return !command->unlimited || text_empty(req->caller.branch)
           || refuse(req, FORBIDDEN, "out_of_scope", "this concerns more than the branch %s",
                     req->caller.branch);
}

static void note_limits(struct request *req)
{
    for (size_t i = 0; i < req->service->limits.count; i++) {
        const struct limit *row = &req->service->limits.rows[i];
        if (strlen(text_or_empty(message_text(req->body, row->field))) > row->most)
            violate(req, row->field, "too_long", "expected at most %zu bytes", row->most);
    }
}

bool work_read(struct work *work, const ProtobufCMessageDescriptor *type)
{
    struct request *req = &work->request;
    struct flaw flaw = {0};

    req->body = work->read;
    if (req->body && req->body->descriptor == type)
        return true;
    struct bytes body =
        work->event ? (struct bytes){work->event->body.data, work->event->body.len} : work->body;

    req->body = work->read = message_unpack(req->arena, type, body, &flaw);
    if (req->body)
        return true;
    violate(req, text_or_empty(flaw.field), flaw.reason, "%s", flaw.detail);
    return refuse(req, UNREADABLE, flaw.reason, "%s", flaw.detail);
}

bool work_run(struct work *work, handler *run, const ProtobufCMessageDescriptor *type)
{
    struct request *req = &work->request;

    db_use(req->db, work->arena);
    if (type && !work_read(work, type))
        return false;
    if (work->command
        && (!caller_may(work, work->command) || !identifiers_hold(work, req->service)))
        return false;
    if (work->kind == WORK_COMMAND)
        note_limits(req);

    unsigned long writes = db_writes(req->db);
    if (run(req) && refuse_violations(req))
        return true;
    work->poisoned = db_writes(req->db) != writes;
    return false;
}

static const struct command *find_in(const struct command *rows, size_t count, const char *message)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].message->name, message) == 0)
            return &rows[i];
    return NULL;
}

const struct command *work_find(const struct service *service, const char *message,
                                enum work_kind *kind)
{
    const struct command *found = find_in(service->commands.rows, service->commands.count, message);
    if (!found)
        found = find_in(house_commands.rows, house_commands.count, message);
    *kind = WORK_COMMAND;
    if (found)
        return found;

    found = find_in(service->queries.rows, service->queries.count, message);
    if (!found)
        found = find_in(house_queries.rows, house_queries.count, message);
    *kind = WORK_QUERY;
    return found;
}

const struct timer *service_timer(const struct service *service, const char *name)
{
    for (size_t i = 0; i < service->timers.count; i++)
        if (strcmp(service->timers.rows[i].name, name) == 0)
            return &service->timers.rows[i];
    return NULL;
}

void work_refuse(struct work *work, enum kind kind, const char *reason, const char *sentence)
{
    static const AnswerHeader no_answer = ANSWER_HEADER__INIT;

    work->answer = no_answer;
    work->answer.kind = kind;
    work->answer.reason = reason;
    work->answer.sentence = sentence;
    work->answer.trace = work->header ? work->header->trace : "";
    if (kind == UNAVAILABLE || kind == TOO_MANY)
        work->answer.retry_after_ms = 1000;
    work->answer_body = (struct bytes){NULL, 0};
    work->outcome = OUTCOME_SETTLED;
}

/* What the asker is told of trouble in db. */
struct verdict {
    enum kind kind;
    const char *reason;
    const char *sentence;
};

static const struct verdict none = {NOT_FOUND, "not_found", "there is no such thing"};
static const struct verdict failed = {UNAVAILABLE, "failed",
                                      "this could not be carried out; ask again"};
static const struct verdict defect = {DEFECT, "defect",
                                      "this can't be carried out, and asking again won't help"};

/* The world changes; what a statement says, and what it may not, stays. */
static const struct verdict *const verdicts[] = {
    [DB_FINE] = &defect,  [DB_NONE] = &none,     [DB_MISSED] = &defect, [DB_WRONG] = &defect,
    [DB_AGAIN] = &failed, [DB_FULL] = &failed,   [DB_LATE] = &failed,   [DB_LOST] = &failed,
    [DB_DOUBT] = &failed, [DB_DEFECT] = &defect,
};

void work_failed(struct work *work, enum db_trouble trouble, const char *said)
{
    const struct verdict *verdict = verdicts[trouble];

    if (verdict != &none)
        work->failure = arena_copy(work->arena, said);
    work_refuse(work, verdict->kind, verdict->reason, verdict->sentence);
}

void work_finish_answer(struct work *work)
{
    AnswerHeader *answer = &work->answer;

    bool of_fields = answer->kind == INVALID || answer->kind == UNREADABLE;

    if (answer->n_violations || work->violation_count == 0 || !of_fields)
        return;
    answer->violations = arena_take(work->arena, work->violation_count * sizeof(Violation *));
    for (size_t i = 0; i < work->violation_count; i++) {
        Violation *violation = arena_take(work->arena, sizeof *violation);
        violation__init(violation);
        violation->field = work->violations[i].field;
        violation->reason = work->violations[i].reason;
        violation->detail = work->violations[i].detail;
        answer->violations[answer->n_violations++] = violation;
    }
}

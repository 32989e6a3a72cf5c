#include "daemon/request.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/utf8.h"
#include "daemon/work.h"
#include "house_sql.h"

const char *request_id(struct request *req, const char *id)
{
    int64_t number;

    if (text_empty(id) || id_parse(id, id[0], &number) != ID_OK)
        return NULL;
    return db_number(req->arena, number);
}

const char *id_of(struct request *req, char letter, const char *number)
{
    return text_empty(number) ? "" : id_text(req->arena, letter, strtoll(number, NULL, 10));
}

/* A sentence that quotes a caller may be cut, but not inside of a character: what is no text could
 * not be answered. */
__attribute__((format(printf, 2, 0))) static char *print_list(struct arena *arena,
                                                              const char *format, va_list list)
{
    char text[1024];

    vsnprintf(text, sizeof text, format, list);
    text[utf8_valid(text, strlen(text))] = '\0';
    return arena_copy(arena, text);
}

bool refuse(struct request *req, enum kind kind, const char *reason, const char *format, ...)
{
    AnswerHeader *answer = &req->work->answer;
    if (answer->kind != OK)
        return false;

    va_list list;
    va_start(list, format);
    answer->sentence = print_list(req->arena, format, list);
    va_end(list);
    answer->kind = kind;
    answer->reason = reason;
    return false;
}

void violate(struct request *req, const char *field, const char *reason, const char *format, ...)
{
    struct work *work = req->work;
    if (work->violation_count == MESSAGE_FLAWS_MOST)
        return;
    if (!work->violations)
        work->violations = arena_take(work->arena, MESSAGE_FLAWS_MOST * sizeof *work->violations);

    va_list list;
    va_start(list, format);
    work->violations[work->violation_count++] =
        (struct violation){field, reason, print_list(req->arena, format, list)};
    va_end(list);
}

bool refuse_violations(struct request *req)
{
    if (req->work->violation_count == 0)
        return true;
    return refuse(req, INVALID, "invalid", "%zu of the fields can't be accepted",
                  req->work->violation_count);
}

/* The state and the moves possible from it, into the answer. */
static void show_state(struct request *req, const struct lifecycle *life, const char *state)
{
    AnswerHeader *answer = &req->work->answer;

    answer->state = arena_copy(req->arena, state);
    answer->allowed = lifecycle_allowed(req->arena, life, state);
    while (answer->allowed[answer->n_allowed])
        answer->n_allowed++;
}

bool refuse_move(struct request *req, const struct lifecycle *life, const char *id,
                 const char *state, const char *by)
{
    show_state(req, life, state);
    return refuse(req, CONFLICT, "not_allowed", "%s %s is %s: %s is not possible now", life->noun,
                  id, state, by);
}

bool expect_version(struct request *req, const struct lifecycle *life, uint64_t version,
                    const char *state)
{
    if (!req->expected_version || req->expected_version == version)
        return true;
    show_state(req, life, state);
    req->work->answer.version = version;
    return refuse(req, STALE, "stale", "expected version %" PRIu64 ", it is %" PRIu64 " by now",
                  req->expected_version, version);
}

/* A place moves in the transaction of the effect: what is read behind it is there. */
bool expect_told(struct request *req)
{
    const AskHeader *asked = req->work->header;
    if (asked->n_known == 0)
        return true;

    const char **sources = arena_take(req->arena, asked->n_known * sizeof *sources);
    const char **places = arena_take(req->arena, asked->n_known * sizeof *places);
    for (size_t i = 0; i < asked->n_known; i++) {
        sources[i] = asked->known[i]->source;
        places[i] = db_number(req->arena, (int64_t)asked->known[i]->at);
    }
    struct row behind;
    if (!db_maybe(req->db, &behind, house_sql.find_behind,
                  db_array(req->arena, sources, asked->n_known),
                  db_array(req->arena, places, asked->n_known)))
        return false;
    return !behind.values
           || refuse(req, UNAVAILABLE, "behind", "what %s told after event %s is not applied yet",
                     row_text(&behind, "source"), row_text(&behind, "at"));
}

/* The name of an event's message is its type; everything else about it comes from the request. */
bool emit(struct request *req, struct told told, const ProtobufCMessage *message)
{
    struct emitted *emitted = arena_take(req->arena, sizeof *emitted);
    Event *event = &emitted->event;
    struct bytes body = message_pack(req->arena, message);

    event__init(event);
    event->source = req->service->name;
    event->type = message->descriptor->name;
    event->subject = arena_copy(req->arena, text_or_empty(told.subject));
    event->aggregate = arena_copy(req->arena, text_or_empty(told.aggregate));
    event->version = told.version;
    event->branch = arena_copy(req->arena, text_or_empty(told.branch));
    event->provider_id = arena_copy(req->arena, text_or_empty(told.provider_id));
    event->recorded_at_ms = req->now_ms;
    event->occurred_at_ms = told.occurred_at_ms ? told.occurred_at_ms : req->now_ms;
    event->caller = text_or_empty(req->caller.id);
    event->trace = text_or_empty(req->trace);
    event->key = text_or_empty(req->key);
    if (req->event) {
        event->cause_source = req->event->source;
        event->cause_id = req->event->id;
    }
    event->body.data = (uint8_t *)body.at;
    event->body.len = body.size;

    *req->work->emitted_end = emitted;
    req->work->emitted_end = &emitted->next;
    return true;
}

bool reply(struct request *req, const ProtobufCMessage *answer)
{
    return reply_version(req, 0, answer);
}

bool reply_version(struct request *req, uint64_t version, const ProtobufCMessage *answer)
{
    struct work *work = req->work;

    work->answer.message = answer->descriptor->name;
    work->answer.version = version;
    work->answer_body = message_pack(req->arena, answer);
    return true;
}

bool reply_made(struct request *req, uint64_t version, const ProtobufCMessage *answer)
{
    req->work->answer.made = true;
    return reply_version(req, version, answer);
}

static char letter_of(const struct service *service, const char *column)
{
    for (size_t i = 0; i < service->identifiers.count; i++)
        if (strcmp(service->identifiers.rows[i].field, column) == 0)
            return service->identifiers.rows[i].letter;
    return 0;
}

/* Every item of "{1000001,1000002}" as an identifier. */
static const char *ids_of(struct request *req, char letter, const char *value)
{
    if (value[0] != '{')
        return id_of(req, letter, value);

    struct text list = text_new(req->arena);
    const char *at = value + 1;
    text_add(&list, "{");
    while (*at && *at != '}') {
        char *end;
        long long number = strtoll(at, &end, 10);
        CHECK(end > at);
        text_print(&list, "%s%s", list.length > 1 ? "," : "", id_text(req->arena, letter, number));
        at = *end == ',' ? end + 1 : end;
    }
    text_add(&list, "}");
    return list.at;
}

void *fill(struct request *req, const ProtobufCMessageDescriptor *type, const struct row *row)
{
    ProtobufCMessage *message = message_new(req->arena, type);

    for (size_t i = 0; i < row->names->count; i++) {
        const char *name = row->names->names[i];
        const char *value = row->values[i];
        struct flaw flaw = {0};
        if (!value)
            continue;

        char letter = letter_of(req->service, name);
        if (letter)
            value = ids_of(req, letter, value);
        CHECK(message_set(req->arena, message, name, value, &flaw));
    }
    return message;
}

void disclose(struct request *req, const char *subject, const char *what)
{
    struct seen *seen = arena_take(req->arena, sizeof *seen);

    *seen = (struct seen){
        .caller = text_or_empty(req->caller.id),
        .subject = arena_copy(req->arena, subject),
        .what = what,
        .trace = text_or_empty(req->trace),
        .next = req->work->seen,
    };
    req->work->seen = seen;
}

bool timer_set(struct request *req, const char *timer, const char *subject, int64_t due_ms)
{
    CHECK(service_timer(req->service, timer));
    if (due_ms < req->work->earliest_due_ms)
        req->work->earliest_due_ms = due_ms;
    return db_run(req->db, house_sql.set_timer, timer, subject, db_instant(req->arena, due_ms));
}

bool timer_cancel(struct request *req, const char *timer, const char *subject)
{
    CHECK(service_timer(req->service, timer));
    return db_run(req->db, house_sql.cancel_timer, timer, subject);
}

const char *timer_subject(const struct request *req)
{
    return req->work->subject;
}

#include "room_own.h"

#include <stdio.h>
#include <string.h>

#include "base/ids.h"

const char *printed(const char *format, ...)
{
    char text[4096];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return arena_copy(room.test, text);
}

/* Says what was answered, where the test expected something else. */
static bool surprised(void)
{
    const struct work *work = room.last;

    print_message("answered %d %s: %s %s\n", (int)work->answer.kind, work->answer.reason,
                  work->answer.sentence, text_or_empty(work->failure));
    for (size_t i = 0; i < work->violation_count; i++)
        print_message("    %s %s: %s\n", work->violations[i].field, work->violations[i].reason,
                      work->violations[i].detail);
    return false;
}

bool was_done(void)
{
    return room.last->answer.kind == OK || surprised();
}

bool was_made(void)
{
    return was_done() && (room.last->answer.made || surprised());
}

bool was_replayed(void)
{
    return room.last->answer.replayed || surprised();
}

bool was_refused(enum kind kind, const char *reason)
{
    const AnswerHeader *header = &room.last->answer;

    return (header->kind == kind && strcmp(header->reason, reason) == 0) || surprised();
}

bool was_violated(const char *field, const char *reason)
{
    const struct work *work = room.last;

    for (size_t i = 0; i < work->violation_count; i++)
        if (strcmp(work->violations[i].field, field) == 0
            && strcmp(work->violations[i].reason, reason) == 0)
            return true;
    return surprised();
}

size_t violations(void)
{
    return room.last->violation_count;
}

bool was_disclosed(const char *subject)
{
    return strcmp(value(printed("select count(*) from %s.disclosure where subject = '%s'",
                                room.service->schema->name, subject)),
                  "0")
           != 0;
}

bool was_parked(void)
{
    return strcmp(value(printed("select count(*) from %s.parked where settled = ''",
                                room.service->schema->name)),
                  "0")
           != 0;
}

const char *refused_in(void)
{
    return room.last->answer.state;
}

bool allows(const char *move)
{
    const AnswerHeader *header = &room.last->answer;

    for (size_t i = 0; i < header->n_allowed; i++)
        if (strcmp(header->allowed[i], move) == 0)
            return true;
    return false;
}

static const ProtobufCMessage *unpacked(const ProtobufCMessageDescriptor *type, struct bytes body)
{
    struct flaw flaw = {0};
    const ProtobufCMessage *message = message_unpack(room.test, type, body, &flaw);

    if (!message)
        fail_msg("%s does not unpack: %s", type->name, flaw.detail);
    return message;
}

const ProtobufCMessage *room_answer(const ProtobufCMessageDescriptor *type)
{
    if (!was_done())
        fail();
    assert_string_equal(room.last->answer.message, type->name);
    return unpacked(type, room.last->answer_body);
}

uint64_t answer_version(void)
{
    return room.last->answer.version;
}

const Event *heard_event(const char *type)
{
    const Event *found = NULL;

    for (const struct emitted *at = room.last->emitted; at; at = at->next)
        if (strcmp(at->event.type, type) == 0)
            found = &at->event;
    return found;
}

const ProtobufCMessage *room_heard(const ProtobufCMessageDescriptor *type)
{
    const Event *event = heard_event(type->name);

    return event ? unpacked(type, (struct bytes){event->body.data, event->body.len}) : NULL;
}

size_t heard_count(void)
{
    size_t count = 0;

    for (const struct emitted *at = room.last ? room.last->emitted : NULL; at; at = at->next)
        count++;
    return count;
}

/* A connection of its own, for a statement is prepared when a connection opens. */
const char *value(const char *sql)
{
    struct statement statement = {"value", sql};
    struct statement_table table = {&statement, 1};
    struct db *db = room_connect((struct db_options){.statements = &table, .statement_tables = 1},
                                 room.conninfo);
    struct row row;

    db_use(db, room.test);
    if (!db_one(db, &row, statement))
        fail_msg("%s: %s", sql, db_sentence(db));
    db_close(db);
    return text_or_empty(row.values[0]);
}

const char *number_in(const char *id)
{
    int64_t number;

    assert_int_equal(id_parse(id, id[0], &number), ID_OK);
    return printed("%lld", (long long)number);
}

const char *id_in(char letter, int64_t number)
{
    return id_text(room.test, letter, number);
}

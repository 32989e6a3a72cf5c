#include "api/carry.h"

#include <stdlib.h>
#include <string.h>

#include "api/words.h"
#include "daemon/ask.h"
#include "edge/loop.h"
#include "edge/message.h"

const char carry_replayed[] = "Idempotent-Replayed: true\r\n";

struct question carry_question(struct exchange *exchange, const char *service,
                               const ProtobufCMessage *message)
{
    return (struct question){
        .service = service ? service : message->descriptor->package_name,
        .message = message->descriptor->name,
        .key = exchange->key,
        .caller = exchange->caller,
        .deadline_ms = (uint32_t)answer_ms,
        .trace = exchange->trace,
        .expected_version = exchange->expected_version,
        .keyed = exchange->keyed,
        .body = message_pack(exchange->arena, message),
    };
}

void carry_problem(struct exchange *exchange, const AnswerHeader *header)
{
    struct problem problem = problem_of(header);
    if (header->trace && strlen(header->trace) == TRACE_SIZE - 1)
        memcpy(exchange->trace, header->trace, TRACE_SIZE);
    if (header->replayed)
        problem.fields = carry_replayed;
    exchange_problem(exchange, &problem);
}

/* ---- the answer ---- */

/* "/v1/tickets/{ticket_id}" with the identifier of what was made. */
static void add_location(struct text *to, struct exchange *exchange, const ProtobufCMessage *answer)
{
    const char *path = exchange->matched.route->made_at;
    const char *open = path ? strchr(path, '{') : NULL;
    if (!open)
        return;
    const char *field = arena_print(exchange->arena, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
    const char *value = message_text(answer, field);
    if (!text_empty(value))
        text_print(to, "Location: %.*s%s\r\n", (int)(open - path), path, value);
}

static void add_encoded(struct text *to, const char *value)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    for (; *value; value++) {
        if (strchr(plain, *value))
            text_add_bytes(to, value, 1);
        else
            text_print(to, "%%%02X", (unsigned char)*value);
    }
}

void carry_link(struct text *to, struct exchange *exchange, const char *name, const char *next)
{
    if (text_empty(next))
        return;
    text_print(to, "Link: <%s?", exchange->head.path);
    const char *query = exchange->head.query;
    struct parameter parameter;
    while (value_parameter(exchange->arena, &query, &parameter)) {
        if (strcmp(parameter.name, name) == 0)
            continue;
        add_encoded(to, parameter.name);
        text_add(to, "=");
        add_encoded(to, text_or_empty(parameter.value));
        text_add(to, "&");
    }
    text_print(to, "%s=", name);
    add_encoded(to, next);
    text_add(to, ">; rel=\"next\"\r\n");
}

static struct text header_lines(struct exchange *exchange, const AnswerHeader *header,
                                const ProtobufCMessage *message)
{
    struct text fields = text_new(exchange->arena);
    if (header->version)
        text_print(&fields, "ETag: \"%llu\"\r\n", (unsigned long long)header->version);
    if (header->replayed)
        text_add(&fields, carry_replayed);
    if (header->made)
        add_location(&fields, exchange, message);
    if (exchange->matched.route->options & ROUTE_LISTED)
        carry_link(&fields, exchange, "cursor", message_text(message, "next_cursor"));
    return fields;
}

static void answer_with(struct exchange *exchange, const AnswerHeader *header,
                        const ProtobufCMessage *message)
{
    struct text fields = header_lines(exchange, header, message);
    const char *none_match = exchange->head.of[FIELD_IF_NONE_MATCH];
    bool reads = strcmp(exchange->matched.route->method, "GET") == 0;
    if (reads && none_match && header->version
        && value_lists_version(none_match, header->version)) {
        exchange_answer(exchange, &(struct answer){.status = 304, .fields = fields.at});
        return;
    }
    struct text json = text_new(exchange->arena);
    message_to_json(&json, message);
    struct answer answer = {
        .status = header->made ? 201 : 200,
        .type = "application/json",
        .body = {(const uint8_t *)json.at, json.length},
        .fields = fields.at,
    };
    exchange_answer(exchange, &answer);
}

/* The answer's message; where there is none, the exchange is over. */
static ProtobufCMessage *read_answer(struct exchange *exchange, const AnswerHeader *header,
                                     struct bytes body)
{
    if (!exchange->connection) {
        exchange_free(exchange);
        return NULL;
    }
    if (header->kind != OK) {
        carry_problem(exchange, header);
        return NULL;
    }
    const ProtobufCMessageDescriptor *type = exchange->matched.route->answer;
    if (strcmp(type->name, header->message) != 0)
        type = word_type(header->message);
    struct flaw flaw;
    ProtobufCMessage *message = type ? message_unpack(exchange->arena, type, body, &flaw) : NULL;
    if (!message)
        exchange_refuse(exchange, 500, "unreadable_answer", "the service's answer can't be read");
    return message;
}

static void answered(void *with, const AnswerHeader *header, struct bytes body)
{
    ProtobufCMessage *message = read_answer(with, header, body);
    if (message)
        answer_with(with, header, message);
}

static void key_answered(void *with, const AnswerHeader *header, struct bytes body)
{
    struct exchange *exchange = with;
    ProtobufCMessage *message = read_answer(exchange, header, body);
    if (!message)
        return;
    Key *made = (Key *)message;
    struct api_key key;
    char *shown = arena_take(exchange->arena, KEY_SIZE + 1);
    CHECK(strlen(made->key_id) == KEY_ID_SIZE);
    memcpy(key.id, made->key_id, sizeof key.id);
    key_secret_of(key_pepper(), made->key, key.secret);
    key_print(&key, shown);
    made->key = shown;
    answer_with(exchange, header, message);
}

static bool is_service(const char *name)
{
    for (size_t i = 0; i < SERVICES; i++)
        if (strcmp(services[i], name) == 0)
            return true;
    return false;
}

/* What is asked, read once however often it is put; false: refused. */
static bool read_question(struct exchange *exchange)
{
    struct flaw flaw = {0};
    const char *service = matched_parameter(&exchange->matched, "service");
    if (service && !is_service(service)) {
        exchange_refuse(exchange, 404, "no_such_service", "there is no service of this name");
        return false;
    }
    ProtobufCMessage *message = carry_read(exchange, &flaw);
    if (!message) {
        carry_flaw(exchange, &flaw);
        return false;
    }
    exchange->question = carry_question(exchange, service, message);
    return true;
}

static void put(struct exchange *exchange, on_answered *then)
{
    ask(exchange->border->daemon, &exchange->question, then, exchange);
}

/* ---- what stands on what others told ---- */

static void look_again(void *with)
{
    struct exchange *exchange = with;
    exchange->audience.gone = NULL;
    exchange->matched.route->own(exchange);
}

static void has_left(void *with)
{
    exchange_free(with);
}

static bool stands_behind(const AnswerHeader *header)
{
    return header->kind == NOT_FOUND || strcmp(header->reason, "behind") == 0;
}

static void perhaps_answered(void *with, const AnswerHeader *header, struct bytes body)
{
    struct exchange *exchange = with;
    if (!stands_behind(header) || !exchange->connection || exchange->looks == LOOKS_MOST) {
        exchange->then(exchange, header, body);
        return;
    }
    if (!exchange->again)
        exchange->again = alarm_new(exchange->border->daemon->loop, look_again, exchange);
    exchange->looks++;
    exchange->audience = (struct audience){.gone = has_left, .with = exchange};
    alarm_set(exchange->again, LOOK_AGAIN_MS, 0);
}

/* What has to be known stays what it was at first: a house that goes on telling would never be
 * caught up with.  The last look takes what there is. */
static void put_again(struct exchange *exchange)
{
    if (exchange->looks == 0)
        exchange->question.known = ask_known(exchange->border->daemon, exchange->arena);
    if (exchange->looks == LOOKS_MOST)
        exchange->question.known.count = 0;
    put(exchange, perhaps_answered);
}

static void carry_to(struct exchange *exchange, on_answered *then)
{
    exchange->then = then;
    if (exchange->looks == 0 && !read_question(exchange))
        return;
    if (exchange->matched.route->options & ROUTE_TOLD)
        put_again(exchange);
    else
        put(exchange, then);
}

void carry(struct exchange *exchange)
{
    carry_to(exchange, answered);
}

void carry_new_key(struct exchange *exchange)
{
    carry_to(exchange, key_answered);
}

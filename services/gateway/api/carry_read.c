#include <stdlib.h>
#include <string.h>

#include "api/carry.h"
#include "daemon/list.h"
#include "edge/message.h"

/* ---- what is wrong ---- */

bool carry_add_flaw(struct arena *arena, struct flaw *flaws, struct flaw one)
{
    if (!flaws->reason) {
        *flaws = one;
        return false;
    }
    while (flaws->more)
        flaws = flaws->more;
    flaws->more = arena_copy_bytes(arena, &one, sizeof one);
    return false;
}

/* What can't be read counts more than what can and is not taken. */
static const struct flaw *gravest(const struct flaw *flaw)
{
    for (const struct flaw *at = flaw; at; at = at->more)
        if (at->unreadable)
            return at;
    return flaw;
}

void carry_flaw(struct exchange *exchange, const struct flaw *flaw)
{
    Violation violations[MESSAGE_FLAWS_MOST];
    const Violation *shown[MESSAGE_FLAWS_MOST];
    const struct flaw *first = gravest(flaw);
    struct problem problem = {
        .status = first->unreadable ? 400 : 422,
        .reason = first->reason,
        .detail = text_empty(first->detail) ? "the request can't be read" : first->detail,
        .violations = shown,
    };
    for (const struct flaw *at = flaw; at && problem.violation_count < MESSAGE_FLAWS_MOST;
         at = at->more) {
        if (text_empty(at->field))
            continue;
        Violation *violation = &violations[problem.violation_count];
        violation__init(violation);
        violation->field = at->field;
        violation->reason = at->reason;
        violation->detail = text_or_empty(at->detail);
        shown[problem.violation_count++] = violation;
    }
    exchange_problem(exchange, &problem);
}

/* ---- the question ---- */

static bool wrong(struct flaw *flaw, struct flaw what)
{
    *flaw = what;
    return false;
}

static bool set_from_path(struct exchange *exchange, ProtobufCMessage *message, size_t parameter,
                          struct flaw *flaw)
{
    const struct matched *matched = &exchange->matched;
    const char *name = matched->parameters[parameter].name;
    const char *value = matched->parameters[parameter].value;
    if (!message_has(message->descriptor, name))
        return true; /* {service}: it says who is asked */
    const char *sent = message_text(message, name);
    if (!text_empty(sent) && strcmp(sent, value) != 0)
        return wrong(flaw, (struct flaw){name, "differs_from_path", "the path names another one",
                                         .unreadable = false});
    return message_set(exchange->arena, message, name, value, flaw);
}

static bool read_path(struct exchange *exchange, ProtobufCMessage *message, struct flaw *flaws)
{
    bool read = true;
    for (size_t i = 0; i < exchange->matched.count; i++) {
        struct flaw one;
        if (!set_from_path(exchange, message, i, &one))
            read = carry_add_flaw(exchange->arena, flaws, one);
    }
    return read;
}

struct flaw carry_bad_limit(struct arena *arena)
{
    return (struct flaw){"limit", "out_of_range", arena_print(arena, "expected 1 to %d", LIST_MOST),
                         .unreadable = false};
}

/* To a service 0 is a limit that was not said; who says it asks for a page of nothing. */
static bool is_no_page(const struct exchange *exchange, const struct parameter *parameter)
{
    return (exchange->matched.route->options & (ROUTE_LISTED | ROUTE_EVENTS))
           && strcmp(parameter->name, "limit") == 0 && strtoul(parameter->value, NULL, 10) == 0;
}

static bool set_parameter(struct exchange *exchange, const struct parameter *parameter,
                          ProtobufCMessage *message, struct flaw *flaw)
{
    const char *name = parameter->name, *value = parameter->value;
    if (!*value)
        return true;
    if (!message_set(exchange->arena, message, name, value, flaw))
        return false;
    if (!is_no_page(exchange, parameter))
        return true;
    return wrong(flaw, carry_bad_limit(exchange->arena));
}

static bool read_parameter(struct exchange *exchange, const struct parameter *parameter,
                           ProtobufCMessage *message, struct flaw *flaw)
{
    bool reads = strcmp(exchange->matched.route->method, "GET") == 0;
    const char *name = parameter->name;
    bool of_path = matched_parameter(&exchange->matched, name) != NULL;
    if (!parameter->value)
        return wrong(flaw, (struct flaw){name, "bad_query", "the query's escapes can't be read",
                                         .unreadable = true});
    if (!reads || of_path || !message_has(message->descriptor, name))
        return wrong(flaw, (struct flaw){name, "unknown_field", "there is no such parameter",
                                         .unreadable = true});
    return set_parameter(exchange, parameter, message, flaw);
}

/* Whether it is one of those `seen`, which stand between ampersands; it is one of them now. */
static bool is_repeated(struct text *seen, const char *name)
{
    const char *again = arena_print(seen->arena, "&%s&", name);
    bool repeated = strstr(seen->at, again) != NULL;
    text_add(seen, again + 1);
    return repeated;
}

static bool read_query(struct exchange *exchange, ProtobufCMessage *message, struct flaw *flaws)
{
    const char *query = exchange->head.query;
    struct parameter parameter;
    struct text seen = text_new(exchange->arena);
    size_t flaw_count = 0;
    text_add(&seen, "&");
    while (flaw_count < MESSAGE_FLAWS_MOST
           && value_parameter(exchange->arena, &query, &parameter)) {
        struct flaw one = {parameter.name, "duplicate_field", "a parameter is given once",
                           .unreadable = true};
        if (!is_repeated(&seen, parameter.name)
            && read_parameter(exchange, &parameter, message, &one))
            continue;
        carry_add_flaw(exchange->arena, flaws, one);
        flaw_count++;
    }
    return flaw_count == 0;
}

bool carry_query(struct exchange *exchange, ProtobufCMessage *message, struct flaw *flaw)
{
    *flaw = (struct flaw){0};
    return read_query(exchange, message, flaw);
}

ProtobufCMessage *carry_read(struct exchange *exchange, struct flaw *flaws)
{
    const ProtobufCMessageDescriptor *type = exchange->matched.route->message;
    struct bytes json = {(const uint8_t *)exchange->body.at, exchange->body.length};
    ProtobufCMessage *sent =
        json.size ? message_from_json(exchange->arena, type, json, flaws) : NULL;
    bool read = sent || !json.size;
    ProtobufCMessage *message = sent ? sent : message_new(exchange->arena, type);
    read = read_path(exchange, message, flaws) && read;
    read = read_query(exchange, message, flaws) && read;
    return read ? message : NULL;
}

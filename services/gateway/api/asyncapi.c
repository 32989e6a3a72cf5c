#include <messages.h>
#include <string.h>

#include "api/documents.h"
#include "api/schema.h"
#include "events/cursor.h"
#include "http/exchange.h"

static const char head[] =
    "{\"asyncapi\":\"3.0.0\",\"info\":{\"title\":\"Afterline\",\"version\":\"1\"},"
    "\"defaultContentType\":\"application/json\",\"channels\":{\"events\":{\"address\":"
    "\"/v1/events\",\"description\":\"Everything that happened, in causal order; a server-sent "
    "event's data is a CloudEvent.\",\"messages\":{";

static const char operations[] =
    "}}},\"operations\":{\"follow\":{\"action\":\"send\",\"channel\":{\"$ref\":"
    "\"#/channels/events\"}}},\"components\":{\"messages\":{";

static const char payload[] =
    "\"payload\":{\"type\":\"object\",\"required\":[\"specversion\",\"id\",\"source\",\"type\","
    "\"sequence\",\"cursor\",\"data\"],\"properties\":{\"specversion\":{\"const\":\"1.0\"},"
    "\"id\":{\"type\":\"string\"},\"source\":{\"type\":\"string\"},\"subject\":{\"type\":"
    "\"string\"},"
    "\"time\":{\"type\":\"string\",\"format\":\"date-time\"},\"datacontenttype\":{\"const\":"
    "\"application/json\"},\"traceparent\":{\"type\":\"string\"},\"branch\":{\"type\":\"string\"},"
    "\"cause\":{\"type\":\"string\"},\"sequence\":{\"type\":\"string\"},\"cursor\":{\"type\":"
    "\"string\"},";

static bool speaks_of(const struct schemas *spoken, const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < spoken->count; i++)
        if (spoken->types[i] == type)
            return true;
    return false;
}

/* What belongs to a source and is neither asked nor answered by any route is told. */
static void find_events(struct arena *arena, struct schemas *events)
{
    struct schemas *spoken = arena_take(arena, sizeof *spoken);
    for (size_t i = 0; i < routes.count; i++) {
        if (routes.rows[i].message)
            schemas_add(spoken, routes.rows[i].message);
        if (routes.rows[i].answer)
            schemas_add(spoken, routes.rows[i].answer);
    }
    for (unsigned i = 0; i < message_type_count; i++) {
        const ProtobufCMessageDescriptor *type = message_types[i];
        if (source_index(type->package_name) >= 0 && !speaks_of(spoken, type))
            events->types[events->count++] = type;
    }
}

static void print_message(struct text *to, const ProtobufCMessageDescriptor *type)
{
    text_print(to, "\"%s\":{\"name\":\"%s\",\"contentType\":\"application/json\",",
               type->short_name, text_event_type(to->arena, type->name));
    text_add(to, payload);
    text_print(to, "\"type\":{\"const\":\"%s\"},", text_event_type(to->arena, type->name));
    text_print(to, "\"data\":{\"$ref\":\"#/components/schemas/%s\"}}}}", type->short_name);
}

void asyncapi_print(struct text *to)
{
    struct schemas *events = arena_take(to->arena, sizeof *events);
    struct schemas *all = arena_take(to->arena, sizeof *all);
    find_events(to->arena, events);
    text_add(to, head);
    for (size_t i = 0; i < events->count; i++)
        text_print(to, "%s\"%s\":{\"$ref\":\"#/components/messages/%s\"}", i ? "," : "",
                   events->types[i]->short_name, events->types[i]->short_name);
    text_add(to, operations);
    for (size_t i = 0; i < events->count; i++) {
        text_add(to, i ? "," : "");
        print_message(to, events->types[i]);
        schemas_add(all, events->types[i]);
    }
    text_add(to, "},\"schemas\":{");
    schemas_print(to, all);
    text_add(to, "}}}");
}

static void answer_document(struct exchange *exchange, void (*print)(struct text *to))
{
    struct text text = text_new(exchange->arena);
    print(&text);
    struct answer answer = {
        .status = 200,
        .type = "application/json",
        .body = {(const uint8_t *)text.at, text.length},
    };
    exchange_answer(exchange, &answer);
}

void serve_openapi(struct exchange *exchange)
{
    answer_document(exchange, openapi_print);
}

void serve_asyncapi(struct exchange *exchange)
{
    answer_document(exchange, asyncapi_print);
}

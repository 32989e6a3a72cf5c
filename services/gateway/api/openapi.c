#include <string.h>

#include "api/documents.h"
#include "api/schema.h"
#include "daemon/list.h"
#include "http/exchange.h"

static const char head[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Afterline\",\"version\":\"1\",\"description\":"
    "\"After-sales service: tickets, jobs, returns, complaints, events.\"},"
    "\"security\":[{\"key\":[]}],\"paths\":{";

static const char components[] =
    "},\"components\":{\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}},"
    "\"responses\":{\"problem\":{\"description\":\"What is wrong (RFC 9457)\",\"content\":{"
    "\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
    "\"schemas\":{";

static const char problem_schema[] =
    "\"Problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\","
    "\"reason\","
    "\"trace_id\"],\"properties\":{\"type\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":"
    "\"string\"},\"reason\":{\"type\":\"string\",\"description\":\"a stable word for programs\"},"
    "\"trace_id\":{\"type\":\"string\"},\"violations\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"object\",\"properties\":{\"field\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"},"
    "\"detail\":{\"type\":\"string\"}}}},\"state\":{\"type\":\"string\"},\"allowed\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"string\"}},\"retry_after_seconds\":{\"type\":\"integer\"},"
    "\"oldest\":{\"type\":\"string\",\"description\":\"the oldest cursor there is\"}}},";

/* Its name, its place and what it takes; the description and the brace are still to come. */
static void begin_parameter(struct text *to, const char *name, const char *in,
                            const ProtobufCFieldDescriptor *field)
{
    text_print(to, "%s{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"schema\":",
               to->at[to->length - 1] == '[' ? "" : ",", name, in,
               strcmp(in, "path") == 0 ? "true" : "false");
    if (strcmp(name, "limit") == 0)
        text_print(to, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":%d,\"default\":%d}",
                   LIST_MOST, LIST_USUAL);
    else if (field)
        schema_field_print(to, field);
    else
        text_add(to, "{\"type\":\"string\"}");
}

static void print_parameter(struct text *to, const char *name, const char *in, const char *about)
{
    begin_parameter(to, name, in, NULL);
    if (about) {
        text_add(to, ",\"description\":");
        message_json_string(to, about);
    }
    text_add(to, "}");
}

static void print_query(struct text *to, const ProtobufCMessageDescriptor *type,
                        const ProtobufCFieldDescriptor *field)
{
    begin_parameter(to, field->name, "query", field);
    description_print(to, type, field->name);
    text_add(to, "}");
}

static bool is_in_path(const struct route *route, const char *name)
{
    const char *at = route->path;
    size_t size = strlen(name);
    while ((at = strchr(at, '{')) != NULL) {
        if (strncmp(++at, name, size) == 0 && at[size] == '}')
            return true;
    }
    return false;
}

static void print_path_parameters(struct text *to, const struct route *route)
{
    for (const char *at = strchr(route->path, '{'); at; at = strchr(at + 1, '{')) {
        char name[64];
        size_t size = strcspn(at + 1, "}");
        memcpy(name, at + 1, size);
        name[size] = '\0';
        print_parameter(to, name, "path", NULL);
    }
}

static void print_parameters(struct text *to, const struct route *route)
{
    bool reads = strcmp(route->method, "GET") == 0;
    text_add(to, "\"parameters\":[");
    print_path_parameters(to, route);
    for (unsigned i = 0; reads && route->message && i < route->message->n_fields; i++)
        if (!is_in_path(route, route->message->fields[i].name))
            print_query(to, route->message, &route->message->fields[i]);
    if (!reads)
        print_parameter(
            to, "Idempotency-Key", "header",
            "of one request to one service, at most 255 characters: asked again with it, "
            "what was answered is answered again");
    if (route_is_versioned(route))
        print_parameter(to, "If-Match", "header", "the ETag of what is to be changed");
    text_add(to, "]");
}

static void print_content(struct text *to, const char *type,
                          const ProtobufCMessageDescriptor *message)
{
    text_print(to, "\"%s\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}", type,
               message->short_name);
}

static void print_body(struct text *to, const struct route *route)
{
    if (strcmp(route->method, "GET") == 0 || strcmp(route->method, "DELETE") == 0)
        return;
    text_add(to, ",\"requestBody\":{\"content\":{");
    print_content(to, "application/json", route->message);
    if (route->options & ROUTE_MERGED) {
        text_add(to, ",");
        print_content(to, "application/merge-patch+json", route->message);
    }
    if (route->options & ROUTE_NDJSON)
        text_add(to, ",\"application/x-ndjson\":{\"schema\":{\"$ref\":"
                     "\"#/components/schemas/JobUpdate\"}}");
    text_add(to, "}}");
}

static void print_answers(struct text *to, const struct route *route)
{
    text_print(to, ",\"responses\":{\"%s\":{\"description\":\"%s\"", route->made_at ? "201" : "200",
               route->made_at ? "made" : "as it is now");
    if (route->answer) {
        text_add(to, ",\"content\":{");
        print_content(to, "application/json", route->answer);
        text_add(to, "}");
    } else if (route->options & ROUTE_EVENTS) {
        text_add(to, ",\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\"}},"
                     "\"text/event-stream\":{\"schema\":{\"type\":\"string\"}}}");
    }
    text_add(to, "},\"default\":{\"$ref\":\"#/components/responses/problem\"}}");
}

static void print_operation(struct text *to, const struct route *route)
{
    static const char *const words[][2] = {
        {"GET",    "get"   },
        {"POST",   "post"  },
        {"PATCH",  "patch" },
        {"DELETE", "delete"}
    };
    for (size_t i = 0; i < LENGTH(words); i++)
        if (strcmp(words[i][0], route->method) == 0)
            text_print(to, "\"%s\":{", words[i][1]);
    if (route->message)
        text_print(to, "\"operationId\":\"%s\",", route->message->short_name);
    if (route->options & ROUTE_OPEN)
        text_add(to, "\"security\":[],");
    print_parameters(to, route);
    print_body(to, route);
    print_answers(to, route);
    text_add(to, "}");
}

static bool is_first_of_path(size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(routes.rows[i].path, routes.rows[row].path) == 0)
            return false;
    return true;
}

static void print_path(struct text *to, size_t first)
{
    const char *path = routes.rows[first].path;
    text_print(to, "%s\"%s\":{", first ? "," : "", path);
    for (size_t i = first; i < routes.count; i++) {
        if (strcmp(routes.rows[i].path, path) != 0)
            continue;
        text_add(to, i > first ? "," : "");
        print_operation(to, &routes.rows[i]);
    }
    text_add(to, "}");
}

void openapi_print(struct text *to)
{
    struct schemas *schemas = arena_take(to->arena, sizeof *schemas);
    text_add(to, head);
    for (size_t i = 0; i < routes.count; i++) {
        if (is_first_of_path(i))
            print_path(to, i);
        if (routes.rows[i].message)
            schemas_add(schemas, routes.rows[i].message);
        if (routes.rows[i].answer)
            schemas_add(schemas, routes.rows[i].answer);
    }
    text_add(to, components);
    text_add(to, problem_schema);
    schemas_print(to, schemas);
    text_add(to, "}}}");
}

#include "api/schema.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "base/table.h"
#include "comments.h"
#include "edge/message.h"

static const char *const scalars[] = {
    [PROTOBUF_C_TYPE_INT32] = "{\"type\":\"integer\",\"format\":\"int32\"}",
    [PROTOBUF_C_TYPE_SINT32] = "{\"type\":\"integer\",\"format\":\"int32\"}",
    [PROTOBUF_C_TYPE_SFIXED32] = "{\"type\":\"integer\",\"format\":\"int32\"}",
    [PROTOBUF_C_TYPE_INT64] = "{\"type\":[\"integer\",\"string\"],\"format\":\"int64\"}",
    [PROTOBUF_C_TYPE_SINT64] = "{\"type\":[\"integer\",\"string\"],\"format\":\"int64\"}",
    [PROTOBUF_C_TYPE_SFIXED64] = "{\"type\":[\"integer\",\"string\"],\"format\":\"int64\"}",
    [PROTOBUF_C_TYPE_UINT32] = "{\"type\":\"integer\",\"minimum\":0,\"maximum\":4294967295}",
    [PROTOBUF_C_TYPE_FIXED32] = "{\"type\":\"integer\",\"minimum\":0,\"maximum\":4294967295}",
    [PROTOBUF_C_TYPE_UINT64] = "{\"type\":[\"integer\",\"string\"],\"minimum\":0}",
    [PROTOBUF_C_TYPE_FIXED64] = "{\"type\":[\"integer\",\"string\"],\"minimum\":0}",
    [PROTOBUF_C_TYPE_FLOAT] = "{\"type\":\"number\"}",
    [PROTOBUF_C_TYPE_DOUBLE] = "{\"type\":\"number\"}",
    [PROTOBUF_C_TYPE_BOOL] = "{\"type\":\"boolean\"}",
    [PROTOBUF_C_TYPE_ENUM] = "{\"type\":\"string\"}",
    [PROTOBUF_C_TYPE_STRING] = "{\"type\":\"string\"}",
    [PROTOBUF_C_TYPE_BYTES] = "{\"type\":\"string\",\"contentEncoding\":\"base64\"}",
};

void schemas_add(struct schemas *schemas, const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < schemas->count; i++)
        if (schemas->types[i] == type)
            return;
    CHECK(schemas->count < SCHEMAS_MOST);
    schemas->types[schemas->count++] = type;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            schemas_add(schemas, type->fields[i].descriptor);
}

void description_print(struct text *to, const ProtobufCMessageDescriptor *type, const char *field)
{
    for (unsigned i = 0; i < comment_count; i++)
        if (strcmp(comments[i].message, type->name) == 0 && strcmp(comments[i].field, field) == 0) {
            text_add(to, ",\"description\":");
            message_json_string(to, comments[i].text);
        }
}

void schema_field_print(struct text *to, const ProtobufCFieldDescriptor *field)
{
    bool many = field->label == PROTOBUF_C_LABEL_REPEATED;
    text_add(to, many ? "{\"type\":\"array\",\"items\":" : "");
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessageDescriptor *type = field->descriptor;
        text_print(to, "{\"$ref\":\"#/components/schemas/%s\"}", type->short_name);
    } else {
        text_add(to, scalars[field->type]);
    }
    text_add(to, many ? "}" : "");
}

static void print_type(struct text *to, const ProtobufCMessageDescriptor *type)
{
    text_print(to, "\"%s\":{\"type\":\"object\"", type->short_name);
    description_print(to, type, "");
    text_add(to, ",\"properties\":{");
    for (unsigned i = 0; i < type->n_fields; i++) {
        text_print(to, "%s\"%s\":", i ? "," : "", type->fields[i].name);
        schema_field_print(to, &type->fields[i]);
        to->at[--to->length] = '\0'; /* its brace, for the description to stand inside */
        description_print(to, type, type->fields[i].name);
        text_add(to, "}");
    }
    text_add(to, "},\"additionalProperties\":false}");
}

void schemas_print(struct text *to, const struct schemas *schemas)
{
    for (size_t i = 0; i < schemas->count; i++) {
        text_add(to, i ? "," : "");
        print_type(to, schemas->types[i]);
    }
}

/*
 * schema: message types as JSON Schema 2020-12.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "base/text.h"

enum { SCHEMAS_MOST = 512 };

/* The types a document speaks of, each once. */
struct schemas {
    const ProtobufCMessageDescriptor *types[SCHEMAS_MOST];
    size_t count;
};

/* Notes a type and all it contains. */
void schemas_add(struct schemas *schemas, const ProtobufCMessageDescriptor *type);

/* "Name": {…}, … */
void schemas_print(struct text *to, const struct schemas *schemas);

/* What proto/ says of a message or one of its fields, as a member "description" behind others. */
void description_print(struct text *to, const ProtobufCMessageDescriptor *type, const char *field);

/* The schema of one field's value. */
void schema_field_print(struct text *to, const ProtobufCFieldDescriptor *field);

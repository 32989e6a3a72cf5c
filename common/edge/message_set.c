#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "edge/message_inside.h"

static bool misfit(struct inspection *in, const ProtobufCFieldDescriptor *field)
{
    return flawed(in, "wrong_type", "expected %s", field_type(field)->expected);
}

static bool set_real(struct inspection *in, const ProtobufCFieldDescriptor *field,
                     const char *value, void *at)
{
    size_t size = strlen(value);
    char *end;

    if (size == 0 || strspn(value, "+-.0123456789eE") != size)
        return misfit(in, field);
    double number = strtod(value, &end);
    return *end ? misfit(in, field) : put_real(in, field, number, at);
}

static bool set_truth(struct inspection *in, const ProtobufCFieldDescriptor *field,
                      const char *value, void *at)
{
    bool yes = strcmp(value, "true") == 0 || strcmp(value, "t") == 0;
    bool no = strcmp(value, "false") == 0 || strcmp(value, "f") == 0;

    if (!yes && !no)
        return misfit(in, field);
    *(protobuf_c_boolean *)at = yes;
    return true;
}

static bool set_string(struct inspection *in, const ProtobufCFieldDescriptor *field,
                       const char *value, void *at)
{
    const char *copy = arena_copy(in->arena, value);

    (void)field;
    return put_string(in, (struct bytes){(const uint8_t *)copy, strlen(copy)}, at);
}

/* As PostgreSQL prints a bytea: "\x", digits. */
static bool set_binary(struct inspection *in, const ProtobufCFieldDescriptor *field,
                       const char *value, void *at)
{
    if (strncmp(value, "\\x", 2) == 0)
        value += 2;
    (void)field;
    return put_binary(in, (struct bytes){(const uint8_t *)value, strlen(value)}, at);
}

static bool set_message(struct inspection *in, const ProtobufCFieldDescriptor *field,
                        const char *value, void *at)
{
    (void)value;
    (void)at;
    return flawed(in, "wrong_type", "expected a value for one of the fields of %s",
                  ((const ProtobufCMessageDescriptor *)field->descriptor)->short_name);
}

typedef bool setter(struct inspection *in, const ProtobufCFieldDescriptor *field, const char *value,
                    void *at);

static setter *const setters[SORTS] = {
    [WHOLE] = put_digits,  [REAL] = set_real,     [TRUTH] = set_truth,    [WORD] = put_word,
    [STRING] = set_string, [BINARY] = set_binary, [NESTED] = set_message,
};

/* ---- a PostgreSQL array: {plain,"quoted, \"escaped\""} ---- */

/* Reads one item up to the comma or brace behind it; NULL where there is none to be read.  The
 * items of an array are strings that came out of it, so an unquoted NULL is no item. */
static const char *array_item(struct arena *arena, const char **from)
{
    bool quoted = **from == '"';
    struct text item = text_new(arena);
    const char *at = *from + quoted;

    while (*at && (quoted ? *at != '"' : !strchr(",{}\"", *at))) {
        at += *at == '\\' && at[1];
        text_add_bytes(&item, at++, 1);
    }
    if (quoted && *at++ != '"')
        return NULL;
    if ((*at != ',' && *at != '}')
        || (!quoted && (item.length == 0 || strcasecmp(item.at, "null") == 0)))
        return NULL;
    *from = at;
    return item.at;
}

/* Counts the items, and lists them where there is room. */
static bool array_items(struct arena *arena, const char *value, const char **items, size_t *count)
{
    *count = 0;
    if (strcmp(value, "{}") == 0)
        return true;
    if (*value != '{')
        return false;
    do {
        value++;
        const char *item = array_item(arena, &value);
        if (!item)
            return false;
        if (items)
            items[*count] = item;
        ++*count;
    } while (*value == ',');
    return value[1] == '\0';
}

static bool set_items(struct inspection *in, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, const char *value)
{
    const struct field_type *type = field_type(field);
    size_t most = 1, count;

    for (const char *at = value; *at; at++)
        most += *at == ',';
    const char **items = arena_take(in->arena, most * sizeof *items);
    if (!array_items(in->arena, value, items, &count))
        return flawed(in, "wrong_type", "expected an array like {a,b}");

    char *at = field_items(in, message, field, count);
    if (!at)
        return false;
    for (size_t i = 0; i < count; i++) {
        enter_item(in, i);
        if (!setters[type->sort](in, field, items[i], at + i * type->size))
            return false;
        leave(in);
    }
    return true;
}

/* The message that holds the last name of a dotted path, made on the way where it is not there. */
static ProtobufCMessage *holder(struct inspection *in, ProtobufCMessage *message, const char **path)
{
    const char *dot;

    for (; (dot = strchr(*path, '.')) != NULL; *path = dot + 1) {
        const char *name = arena_print(in->arena, "%.*s", (int)(dot - *path), *path);
        enter_field(in, name, strlen(name));
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
        if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE
            || field->label == PROTOBUF_C_LABEL_REPEATED) {
            flawed(in, "unknown_field", "expected a sub-message of %s",
                   message->descriptor->short_name);
            return NULL;
        }
        if (!field_choose(in, message, field))
            return NULL;
        ProtobufCMessage **below = field_at(message, field);
        if (!*below)
            *below = message_new(in->arena, field->descriptor);
        message = *below;
    }
    return message;
}

bool message_set(struct arena *arena, ProtobufCMessage *message, const char *field,
                 const char *value, struct flaw *flaw)
{
    struct inspection in = {.arena = arena, .flaw = flaw};
    const char *name = field;

    message = holder(&in, message, &name);
    if (!message)
        return false;
    enter_field(&in, name, strlen(name));
    const ProtobufCFieldDescriptor *found =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (!found)
        return flawed(&in, "unknown_field", "expected a field of %s",
                      message->descriptor->short_name);
    if (!value)
        return true;
    if (found->label == PROTOBUF_C_LABEL_REPEATED)
        return set_items(&in, message, found, value);
    return field_choose(&in, message, found)
           && setters[field_type(found)->sort](&in, found, value, field_at(message, found));
}

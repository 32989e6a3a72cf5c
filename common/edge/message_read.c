#include <string.h>

#include "edge/message_tree.h"

/* ---- a tree to a message ---- */

static const char *const called[] = {
    [JSON_OBJECT] = "an object",
    [JSON_ARRAY] = "an array",
    [JSON_STRING] = "a string",
    [JSON_INTEGER] = "a whole number",
    [JSON_REAL] = "a number with a fraction or an exponent",
    [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",
    [JSON_NULL] = "null",
};

static bool mistyped(struct inspection *in, const char *expected, const json_t *value)
{
    return flawed(in, "wrong_type", "expected %s, not %s", expected, called[json_typeof(value)]);
}

/* A number that a reader with doubles could have changed must come as a string. */
static const json_int_t exact_most = (json_int_t)1 << 53;

static bool read_whole(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                       void *at)
{
    const struct field_type *type = field_type(field);

    if (json_is_string(value) && type->size == 8)
        return put_digits(in, field, json_string_value(value), at);
    if (!json_is_integer(value))
        return mistyped(in, type->expected, value);
    json_int_t number = json_integer_value(value);
    if (number > exact_most || number < -exact_most)
        return flawed(in, "out_of_range", "expected %s, above 2^53 as a string", type->expected);
    return put_whole(in, field, number, at);
}

static bool read_real(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                      void *at)
{
    if (!json_is_number(value))
        return mistyped(in, "a number", value);
    return put_real(in, field, json_number_value(value), at);
}

static bool read_truth(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                       void *at)
{
    if (!json_is_boolean(value))
        return mistyped(in, field_type(field)->expected, value);
    *(protobuf_c_boolean *)at = json_is_true(value);
    return true;
}

static struct bytes string_of(json_t *value)
{
    return (struct bytes){(const uint8_t *)json_string_value(value), json_string_length(value)};
}

static bool read_word(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                      void *at)
{
    if (!json_is_string(value))
        return mistyped(in, field_type(field)->expected, value);
    return put_word(in, field, json_string_value(value), at);
}

static bool read_string(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                        void *at)
{
    if (!json_is_string(value))
        return mistyped(in, field_type(field)->expected, value);
    return put_string(in, string_of(value), at);
}

static bool read_binary(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                        void *at)
{
    if (!json_is_string(value))
        return mistyped(in, field_type(field)->expected, value);
    return put_binary(in, string_of(value), at);
}

static bool read_object(struct inspection *in, json_t *value, ProtobufCMessage *message);

static bool read_message(struct inspection *in, const ProtobufCFieldDescriptor *field,
                         json_t *value, void *at)
{
    ProtobufCMessage *message = message_new(in->arena, field->descriptor);

    *(ProtobufCMessage **)at = message;
    return read_object(in, value, message);
}

typedef bool reader(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value,
                    void *at);

static reader *const readers[SORTS] = {
    [WHOLE] = read_whole,   [REAL] = read_real,     [TRUTH] = read_truth,    [WORD] = read_word,
    [STRING] = read_string, [BINARY] = read_binary, [NESTED] = read_message,
};

/* Back from wherever reading failed, to the next: who sends much wrong wants to know it all. */
static bool goes_on(struct inspection *in, size_t depth)
{
    in->depth = depth;
    return in->flaw_count < MESSAGE_FLAWS_MOST;
}

static struct reading reading_of(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                 json_t *value)
{
    struct flaw flaw;
    struct inspection in = {.arena = arena, .flaw = &flaw};
    struct reading reading = {.message = message_new(arena, type)};

    if (!read_object(&in, value, reading.message))
        reading.flaw = arena_copy_bytes(arena, &flaw, sizeof flaw);
    return reading;
}

static bool make_room_apart(struct inspection *in, size_t count)
{
    struct readings *apart = in->apart;

    if (count > apart->most)
        return flawed(in, "too_many", "expected at most %zu items, not %zu", apart->most, count);
    apart->items = arena_take(in->arena, (count + 1) * sizeof *apart->items);
    apart->count = count;
    return true;
}

static bool read_apart(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value)
{
    size_t count = json_array_size(value);

    if (!make_room_apart(in, count))
        return false;
    for (size_t i = 0; i < count; i++)
        in->apart->items[i] = reading_of(in->arena, field->descriptor, json_array_get(value, i));
    return true;
}

static bool read_items(struct inspection *in, ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field, json_t *value)
{
    const struct field_type *type = field_type(field);

    if (!json_is_array(value))
        return mistyped(in, "an array", value);
    if (in->apart && strcmp(in->apart->list, field->name) == 0)
        return read_apart(in, field, value);
    char *items = field_items(in, message, field, json_array_size(value));
    if (!items)
        return false;
    bool fits = true;
    for (size_t i = 0; i < json_array_size(value); i++) {
        size_t depth = in->depth;
        enter_item(in, i);
        fits &= readers[type->sort](in, field, json_array_get(value, i), items + i * type->size);
        if (!goes_on(in, depth))
            return false;
    }
    return fits;
}

/* Absent; but a string that tells absent from empty, for it stands in a oneof, is emptied. */
static bool read_null(struct inspection *in, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field)
{
    static const struct bytes empty = {(const uint8_t *)"", 0};

    if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || field->type != PROTOBUF_C_TYPE_STRING)
        return true;
    return field_choose(in, message, field) && put_string(in, empty, field_at(message, field));
}

static bool read_field(struct inspection *in, ProtobufCMessage *message, const char *name,
                       json_t *value)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

    if (!field)
        return flawed(in, "unknown_field", "expected a field of %s",
                      message->descriptor->short_name);
    if (json_is_null(value))
        return read_null(in, message, field);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_items(in, message, field, value);
    return field_choose(in, message, field)
           && readers[field_type(field)->sort](in, field, value, field_at(message, field));
}

static bool read_object(struct inspection *in, json_t *value, ProtobufCMessage *message)
{
    if (!json_is_object(value))
        return mistyped(in, "an object", value);
    bool fits = true;
    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
        const char *name = json_object_iter_key(at);
        size_t depth = in->depth;
        enter_field(in, name, json_object_iter_key_len(at));
        fits &= read_field(in, message, name, json_object_iter_value(at));
        if (!goes_on(in, depth))
            return false;
    }
    return fits;
}

struct reading message_read_json(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                 struct bytes json)
{
    struct flaw flaw;
    struct inspection in = {.arena = arena, .flaw = &flaw};
    json_t *tree = message_tree(&in, json);

    if (tree)
        return reading_of(arena, descriptor, tree);
    return (struct reading){message_new(arena, descriptor),
                            arena_copy_bytes(arena, &flaw, sizeof flaw)};
}

/* What jansson refuses a whole document for, though its grammar is that of JSON. */
static bool is_of_an_item(const struct flaw *flaw)
{
    return strcmp(flaw->reason, "not_json") != 0 && strcmp(flaw->reason, "too_large") != 0;
}

/* The items that were cut out, none of which was read with the rest. */
static bool read_cut(struct inspection *in, const ProtobufCMessageDescriptor *type,
                     const struct message_cut *cut)
{
    if (cut->count == 0)
        return true;
    const ProtobufCMessageDescriptor *item =
        protobuf_c_message_descriptor_get_field_by_name(type, in->apart->list)->descriptor;
    if (!make_room_apart(in, cut->count))
        return false;
    for (size_t i = 0; i < cut->count; i++)
        in->apart->items[i] = message_read_json(in->arena, item, cut->items[i]);
    return true;
}

ProtobufCMessage *message_from_json_apart(struct arena *arena,
                                          const ProtobufCMessageDescriptor *descriptor,
                                          struct bytes json, struct readings *apart,
                                          struct flaw *flaw)
{
    struct inspection in = {.arena = arena, .flaw = flaw, .apart = apart};
    json_t *tree = message_tree(&in, json);
    struct message_cut cut = {0};

    if (!tree && apart && is_of_an_item(flaw) && message_cut(arena, json, apart->list, &cut)) {
        in = (struct inspection){.arena = arena, .flaw = flaw, .apart = apart};
        tree = message_tree(&in, cut.around);
    }
    if (!tree)
        return NULL;
    ProtobufCMessage *message = message_new(arena, descriptor);
    return read_object(&in, tree, message) && read_cut(&in, descriptor, &cut) ? message : NULL;
}

ProtobufCMessage *message_from_json(struct arena *arena,
                                    const ProtobufCMessageDescriptor *descriptor, struct bytes json,
                                    struct flaw *flaw)
{
    return message_from_json_apart(arena, descriptor, json, NULL, flaw);
}

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "base/table.h"
#include "edge/message_inside.h"

/* ---- jansson within a budget ---- */
/*
 * jansson makes some two hundred bytes of every "{}".  While one thread parses, what jansson asks
 * for comes from the request's arena and counts against a purse; the tree is never given back, it
 * is forgotten with the arena, so strings are used where they lie.  jansson's allocator is one for
 * the whole process, hence the pointer per thread: outside of a parse it is malloc.
 */
struct purse {
    struct arena *arena;
    size_t left;
    bool empty; /* it has refused */
};

/* A provider's leanest job update takes 14 times its size. */
enum { BUDGET_TIMES = 32 };

static _Thread_local struct purse *purse;

static void *purse_take(size_t size)
{
    if (!purse)
        return malloc(size);
    purse->empty |= size > purse->left;
    if (purse->empty)
        return NULL;
    purse->left -= size;
    return arena_take(purse->arena, size);
}

static void purse_give_back(void *memory)
{
    if (!purse)
        free(memory);
}

static void take_over_allocation(void)
{
    json_set_alloc_funcs(purse_take, purse_give_back);
}

/* ---- where in the bytes ---- */

static void start_container(struct inspection *in, bool object)
{
    if (object)
        enter_field(in, "", 0);
    else
        enter_item(in, 0);
}

/* The index behind the string that begins at `at`, or `upto`. */
static size_t string_end(struct bytes json, size_t at, size_t upto)
{
    for (at++; at < upto && json.at[at] != '"'; at++)
        at += json.at[at] == '\\';
    return at < upto ? at : upto;
}

/*
 * Leaves the inspection at the place that byte `upto` belongs to; false where it is too deep.  It
 * need not understand what is not JSON: jansson judges, this only tells where.
 */
static bool find_place(struct inspection *in, struct bytes json, size_t upto)
{
    bool name_next = false;

    in->depth = 0;
    for (size_t at = 0; at < upto; at++) {
        char c = (char)json.at[at];
        struct step *step = in->depth > 0 ? &in->steps[in->depth - 1] : NULL;
        if (c == '"') {
            size_t end = string_end(json, at, upto);
            if (name_next && step)
                *step = (struct step){(const char *)json.at + at + 1, end - at - (end > at), 0};
            at = end;
        } else if (c == '{' || c == '[') {
            if (in->depth == MESSAGE_DEPTH_MOST)
                return false;
            start_container(in, c == '{');
        } else if ((c == '}' || c == ']') && step) {
            leave(in);
        } else if (c == ',' && step && !step->name) {
            step->index++;
        }
        if (c == '{' || c == ':' || c == ',')
            name_next = c != ':' && in->depth > 0 && in->steps[in->depth - 1].name;
    }
    return true;
}

/* ---- bytes to a tree ---- */

/* What jansson calls an error and how its sentence begins; what we call it. */
static const struct misreading {
    enum json_error_code code;
    const char *text;
    const char *reason;
    const char *expected;
} misreadings[] = {
    {json_error_invalid_utf8,     "",                "bad_utf8",        "text in UTF-8"       },
    {json_error_invalid_syntax,   "invalid Unicode", "bad_utf8",        "paired surrogates"   },
    {json_error_null_character,   "",                "nul_character",   "text without U+0000" },
    {json_error_null_byte_in_key, "",                "nul_character",   "names without U+0000"},
    {json_error_duplicate_key,    "",                "duplicate_field", "each name once"      },
    {json_error_numeric_overflow, "",                "out_of_range",    "a number in range"   },
};

static bool misread(struct inspection *in, struct bytes json, const json_error_t *error)
{
    for (size_t i = 0; i < LENGTH(misreadings); i++) {
        const struct misreading *known = &misreadings[i];
        if (json_error_code(error) != known->code
            || strncmp(error->text, known->text, strlen(known->text)) != 0)
            continue;
        find_place(in, json, (size_t)error->position);
        return flawed(in, known->reason, "expected %s; line %d, column %d", known->expected,
                      error->line, error->column);
    }
    return flawed(in, "not_json", "expected JSON; line %d, column %d: %s", error->line,
                  error->column, error->text);
}

static json_t *tree_of(struct inspection *in, struct bytes json)
{
    static once_flag once = ONCE_FLAG_INIT;
    size_t budget = message_budget(json.size, BUDGET_TIMES);
    struct purse own = {in->arena, budget, false};
    json_error_t error;

    call_once(&once, take_over_allocation);
    if (!find_place(in, json, json.size)) {
        in->depth = 0;
        flawed(in, "too_deep", "expected at most %d levels", MESSAGE_DEPTH_MOST);
        return NULL;
    }
    in->depth = 0;
    purse = &own;
    json_t *tree = json_loadb((const char *)json.at, json.size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    purse = NULL;
    if (!tree && own.empty)
        flawed(in, "too_large", "expected JSON that is read in at most %zu bytes", budget);
    else if (!tree)
        misread(in, json, &error);
    return tree;
}

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

static bool read_apart(struct inspection *in, const ProtobufCFieldDescriptor *field, json_t *value)
{
    struct readings *apart = in->apart;
    size_t count = json_array_size(value);

    if (count > apart->most)
        return flawed(in, "too_many", "expected at most %zu items, not %zu", apart->most, count);
    apart->items = arena_take(in->arena, (count + 1) * sizeof *apart->items);
    apart->count = count;
    for (size_t i = 0; i < count; i++)
        apart->items[i] = reading_of(in->arena, field->descriptor, json_array_get(value, i));
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
    json_t *tree = tree_of(&in, json);

    if (tree)
        return reading_of(arena, descriptor, tree);
    return (struct reading){message_new(arena, descriptor),
                            arena_copy_bytes(arena, &flaw, sizeof flaw)};
}

ProtobufCMessage *message_from_json_apart(struct arena *arena,
                                          const ProtobufCMessageDescriptor *descriptor,
                                          struct bytes json, struct readings *apart,
                                          struct flaw *flaw)
{
    struct inspection in = {.arena = arena, .flaw = flaw, .apart = apart};
    json_t *tree = tree_of(&in, json);

    if (!tree)
        return NULL;
    ProtobufCMessage *message = message_new(arena, descriptor);
    return read_object(&in, tree, message) ? message : NULL;
}

ProtobufCMessage *message_from_json(struct arena *arena,
                                    const ProtobufCMessageDescriptor *descriptor, struct bytes json,
                                    struct flaw *flaw)
{
    return message_from_json_apart(arena, descriptor, json, NULL, flaw);
}

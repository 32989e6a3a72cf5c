#include "edge/message.h"

#include <string.h>

#include "base/check.h"
#include "edge/message_inside.h"

enum {
    BUDGET_TIMES = 16,
    BUDGET_LEAST = 64 * 1024,
    BUDGET_MOST = 32 * 1024 * 1024,
    FIELDS_MOST = 64, /* of one message type; the contract test counts them */
};

ProtobufCMessage *message_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = arena_take(arena, descriptor->sizeof_message);

    protobuf_c_message_init(descriptor, message);
    return message;
}

bool message_has(const ProtobufCMessageDescriptor *descriptor, const char *field)
{
    return protobuf_c_message_descriptor_get_field_by_name(descriptor, field) != NULL;
}

/* The sub-message in the field whose name has so many bytes; NULL where there is none. */
static const ProtobufCMessage *message_below(const ProtobufCMessage *message, const char *name,
                                             size_t size)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (strncmp(field->name, name, size) == 0 && !field->name[size]
            && field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED)
            return *(const ProtobufCMessage *const *)field_in(message, field);
    }
    return NULL;
}

const char *message_text(const ProtobufCMessage *message, const char *field)
{
    for (const char *dot; message && (dot = strchr(field, '.')); field = dot + 1)
        message = message_below(message, field, (size_t)(dot - field));
    const ProtobufCFieldDescriptor *found =
        message ? protobuf_c_message_descriptor_get_field_by_name(message->descriptor, field)
                : NULL;

    if (!found || found->type != PROTOBUF_C_TYPE_STRING
        || found->label == PROTOBUF_C_LABEL_REPEATED)
        return NULL;
    return *(const char *const *)field_in(message, found);
}

struct bytes message_pack(struct arena *arena, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = arena_take(arena, size + 1);

    protobuf_c_message_pack(message, packed);
    return (struct bytes){packed, size};
}

/* ---- the walk at the door ---- */
/*
 * It reads the bytes and not the unpacked message, for two reasons: what is refused has cost
 * nothing yet, and a NUL inside a string can't be seen any more once it is a C string.  It is
 * never more lenient than protobuf-c, so both read the same fields.
 */

enum { VARINT_MOST = 10, VARINT_32_MOST = 5, FIELD_NUMBER_MOST = (1 << 29) - 1 };

static bool take_varint(struct bytes *from, size_t most, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < most && i < from->size; i++) {
        *value |= (uint64_t)(from->at[i] & 0x7f) << (7 * i);
        if (from->at[i] < 0x80) {
            from->at += i + 1;
            from->size -= i + 1;
            return true;
        }
    }
    return false;
}

/* One field as it stands in the bytes. */
struct wire_field {
    uint64_t number;
    unsigned wire_type;
    uint64_t varint;
    struct bytes bytes;
};

static bool take_bytes(struct bytes *from, uint64_t size, struct bytes *taken)
{
    if (size > from->size)
        return false;
    *taken = (struct bytes){from->at, size};
    from->at += size;
    from->size -= size;
    return true;
}

static bool take_field(struct bytes *from, struct wire_field *field)
{
    uint64_t tag, size = 0;

    if (!take_varint(from, VARINT_32_MOST, &tag))
        return false;
    field->number = tag >> 3;
    field->wire_type = tag & 7;
    if (field->number == 0 || field->number > FIELD_NUMBER_MOST)
        return false;
    if (field->wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
        return take_varint(from, VARINT_MOST, &field->varint);
    if (field->wire_type == PROTOBUF_C_WIRE_TYPE_64BIT)
        return take_bytes(from, 8, &field->bytes);
    if (field->wire_type == PROTOBUF_C_WIRE_TYPE_32BIT)
        return take_bytes(from, 4, &field->bytes);
    return field->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED
           && take_varint(from, VARINT_32_MOST, &size) && take_bytes(from, size, &field->bytes);
}

static bool word_fits(struct inspection *in, const ProtobufCEnumDescriptor *words, uint64_t value)
{
    if (value != 0 && protobuf_c_enum_descriptor_get_value(words, (int)(uint32_t)value))
        return true;
    return flawed(in, "out_of_range", "expected one of the words of %s", words->short_name);
}

static bool words_fit(struct inspection *in, const ProtobufCEnumDescriptor *words,
                      struct bytes packed)
{
    uint64_t value;

    while (packed.size > 0) {
        if (!take_varint(&packed, VARINT_MOST, &value))
            return flawed(in, "unreadable", "expected a protobuf enum");
        if (!word_fits(in, words, value))
            return false;
    }
    return true;
}

static bool message_fits(struct inspection *in, const ProtobufCMessageDescriptor *descriptor,
                         struct bytes packed);

static bool value_fits(struct inspection *in, const ProtobufCFieldDescriptor *field,
                       const struct wire_field *wire)
{
    bool lengthy = wire->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;

    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return lengthy ? words_fit(in, field->descriptor, wire->bytes)
                       : word_fits(in, field->descriptor, wire->varint);
    if (field->type == PROTOBUF_C_TYPE_STRING && lengthy)
        return text_fits(in, wire->bytes);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && lengthy)
        return message_fits(in, field->descriptor, wire->bytes);
    return true; /* a wrong wire type is protobuf-c's to refuse */
}

/* How many items one field of the bytes holds: numbers may come many at once. */
static size_t items_in(const ProtobufCFieldDescriptor *field, const struct wire_field *wire)
{
    size_t items = 0;

    const struct field_type *type = field_type(field);
    if (wire->wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED || type->sort > WORD)
        return 1;
    if (type->wire_size > 0)
        return wire->bytes.size / type->wire_size;
    for (size_t i = 0; i < wire->bytes.size; i++)
        items += wire->bytes.at[i] < 0x80;
    return items;
}

static bool field_fits(struct inspection *in, const ProtobufCFieldDescriptor *field,
                       const struct wire_field *wire, size_t *count)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return value_fits(in, field, wire);

    size_t index = *count;
    *count += items_in(field, wire);
    if (*count > MESSAGE_ITEMS_MOST)
        return flawed(in, "too_many", "expected at most %d items", MESSAGE_ITEMS_MOST);
    enter_item(in, index);
    bool fits = value_fits(in, field, wire);
    leave(in);
    return fits;
}

/* Most types number their fields 1, 2, 3. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *descriptor,
                                                  uint64_t number)
{
    if (number <= descriptor->n_fields && descriptor->fields[number - 1].id == number)
        return &descriptor->fields[number - 1];
    return protobuf_c_message_descriptor_get_field(descriptor, (unsigned)number);
}

static bool message_fits(struct inspection *in, const ProtobufCMessageDescriptor *descriptor,
                         struct bytes packed)
{
    size_t counts[FIELDS_MOST] = {0};
    struct wire_field wire = {0};

    CHECK(descriptor->n_fields <= FIELDS_MOST);
    while (packed.size > 0) {
        if (!take_field(&packed, &wire))
            return flawed(in, "unreadable", "expected a protobuf %s", descriptor->name);
        const ProtobufCFieldDescriptor *field = find_field(descriptor, wire.number);
        if (!field)
            continue;
        enter_field(in, field->name, SIZE_MAX);
        bool fits = field_fits(in, field, &wire, &counts[field - descriptor->fields]);
        leave(in);
        if (!fits)
            return false;
    }
    return true;
}

const char *message_peek(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                         struct bytes packed, const char *field)
{
    const ProtobufCFieldDescriptor *wanted =
        protobuf_c_message_descriptor_get_field_by_name(descriptor, field);
    struct bytes text = {NULL, 0}; /* the last one counts */
    struct wire_field wire = {0};

    CHECK(wanted && wanted->type == PROTOBUF_C_TYPE_STRING);
    while (packed.size > 0) {
        if (!take_field(&packed, &wire))
            return NULL;
        if (wire.number == wanted->id && wire.wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
            text = wire.bytes;
    }
    char *copy = arena_take(arena, text.size + 1);
    if (text.size > 0)
        memcpy(copy, text.at, text.size);
    return copy;
}

/* ---- unpacking within a budget ---- */

struct purse {
    struct arena *arena;
    size_t left;
};

static void *purse_take(void *with, size_t size)
{
    struct purse *purse = with;

    if (size > purse->left)
        return NULL;
    purse->left -= size;
    return arena_take(purse->arena, size);
}

/* The arena forgets all at once.  What is given back is not counted back either: merging the same
 * sub-message again and again must not be free. */
static void purse_give_back(void *with, void *memory)
{
    (void)with;
    (void)memory;
}

size_t message_budget(size_t size, size_t times)
{
    size_t budget = size > BUDGET_MOST / times ? BUDGET_MOST : size * times;

    return budget < BUDGET_LEAST ? BUDGET_LEAST : budget;
}

ProtobufCMessage *message_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                 struct bytes packed, struct flaw *flaw)
{
    struct inspection in = {.arena = arena, .flaw = flaw};
    size_t budget = message_budget(packed.size, BUDGET_TIMES);
    struct purse purse = {arena, budget};
    ProtobufCAllocator allocator = {purse_take, purse_give_back, &purse};

    if (!message_fits(&in, descriptor, packed))
        return NULL;

    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, &allocator, packed.size, packed.at);
    if (!message)
        flawed(&in, "unreadable", "expected a protobuf %s that unpacks to at most %zu bytes",
               descriptor->name, budget);
    return message;
}

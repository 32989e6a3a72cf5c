#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/utf8.h"
#include "edge/message_inside.h"

/* ---- strings ---- */

static void add(struct text *to, const void *at, const void *end)
{
    if (end > at)
        text_add_bytes(to, at, (size_t)((const char *)end - (const char *)at));
}

/* Whatever a string is asked to hold, JSON stays JSON: what is not UTF-8 becomes U+FFFD. */
static void add_foreign(struct text *to, const char *at, size_t size)
{
    while (size > 0) {
        size_t valid = utf8_valid(at, size);
        add(to, at, at + valid);
        at += valid;
        size -= valid;
        if (size > 0) {
            text_add(to, "\uFFFD");
            at++;
            size--;
        }
    }
}

static void add_escape(struct text *to, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = strchr(plain, c);

    if (found)
        text_add_bytes(to, (char[]){'\\', letters[found - plain]}, 2);
    else
        text_print(to, "\\u%04x", c);
}

void message_json_string(struct text *to, const char *value)
{
    text_add_bytes(to, "\"", 1);
    for (const char *at = value;;) {
        const char *from = at;
        unsigned char seen = 0;
        for (; (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\'; at++)
            seen |= (unsigned char)*at;
        if (seen < 0x80)
            add(to, from, at);
        else
            add_foreign(to, from, (size_t)(at - from));
        if (!*at)
            break;
        add_escape(to, (unsigned char)*at++);
    }
    text_add_bytes(to, "\"", 1);
}

/* ---- numbers ---- */

static void add_whole(struct text *to, __int128 value)
{
    char digits[24];
    size_t at = sizeof digits;
    bool negative = value < 0;
    uint64_t rest = (uint64_t)(negative ? -value : value);

    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (negative)
        digits[--at] = '-';
    text_add_bytes(to, digits + at, sizeof digits - at);
}

/* Beyond this a reader that keeps numbers as doubles would read another one. */
static const __int128 exact_most = (__int128)1 << 53;

/* The shortest digits that read back as the same number. */
static void add_double(struct text *to, double value, int least_digits, int most_digits)
{
    char digits[40];

    for (int precision = least_digits; precision <= most_digits; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        double back = strtod(digits, NULL);
        if (most_digits < 10 ? (float)back == (float)value : back == value)
            break;
    }
    text_add(to, digits);
}

/* ---- values ---- */

static __int128 whole_in(const ProtobufCFieldDescriptor *field, const void *at)
{
    const struct field_type *type = field_type(field);
    uint32_t narrow;
    uint64_t wide;

    if (type->size == 8) {
        memcpy(&wide, at, sizeof wide);
        return type->least < 0 ? (__int128)(int64_t)wide : (__int128)wide;
    }
    memcpy(&narrow, at, sizeof narrow);
    return type->least < 0 ? (__int128)(int32_t)narrow : (__int128)narrow;
}

static void write_whole(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    __int128 value = whole_in(field, at);
    bool exact = value <= exact_most && value >= -exact_most;

    if (!exact)
        text_add_bytes(to, "\"", 1);
    add_whole(to, value);
    if (!exact)
        text_add_bytes(to, "\"", 1);
}

static void write_real(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    bool narrow = field_type(field)->size == sizeof(float);
    double value = narrow ? (double)*(const float *)at : *(const double *)at;

    if (!isfinite(value))
        text_add(to, "null");
    else if (value == 0 && !signbit(value))
        text_add_bytes(to, "0", 1);
    else
        add_double(to, value, narrow ? 6 : 15, narrow ? 9 : 17);
}

static void write_truth(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    (void)field;
    text_add(to, *(const protobuf_c_boolean *)at ? "true" : "false");
}

static void write_word(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)at);

    if (value && value->value != 0)
        message_json_string(to, value->name);
    else
        text_add(to, "null");
}

static void write_string(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    (void)field;
    message_json_string(to, text_or_empty(*(const char *const *)at));
}

static void write_binary(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    static const char digits[] = "0123456789abcdef";
    const ProtobufCBinaryData *data = at;

    (void)field;
    text_add_bytes(to, "\"", 1);
    for (size_t i = 0; i < data->len; i++)
        text_add_bytes(to, (char[]){digits[data->data[i] >> 4], digits[data->data[i] & 15]}, 2);
    text_add_bytes(to, "\"", 1);
}

static void write_message(struct text *to, const ProtobufCFieldDescriptor *field, const void *at)
{
    const ProtobufCMessage *message = *(const ProtobufCMessage *const *)at;

    (void)field;
    if (message)
        message_to_json(to, message);
    else
        text_add(to, "null");
}

typedef void writer(struct text *to, const ProtobufCFieldDescriptor *field, const void *at);

static writer *const writers[SORTS] = {
    [WHOLE] = write_whole,   [REAL] = write_real,     [TRUTH] = write_truth,    [WORD] = write_word,
    [STRING] = write_string, [BINARY] = write_binary, [NESTED] = write_message,
};

static void write_items(struct text *to, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field)
{
    const struct field_type *type = field_type(field);
    const char *items = *(const char *const *)field_in(message, field);

    text_add_bytes(to, "[", 1);
    for (size_t i = 0; i < field_count(message, field); i++) {
        if (i > 0)
            text_add_bytes(to, ",", 1);
        writers[type->sort](to, field, items + i * type->size);
    }
    text_add_bytes(to, "]", 1);
}

/* One of several that was not chosen is left out: null would say that it is emptied. */
static bool is_said(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
           || field_chosen(message, field) == field->id;
}

static void write_field(struct text *to, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        write_items(to, message, field);
    else
        writers[field_type(field)->sort](to, field, field_in(message, field));
}

void message_to_json(struct text *to, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;

    bool first = true;
    text_add_bytes(to, "{", 1);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (!is_said(message, field))
            continue;
        text_add_bytes(to, first ? "\"" : ",\"", first ? 1 : 2);
        first = false;
        text_add(to, field->name);
        text_add_bytes(to, "\":", 2);
        write_field(to, message, field);
    }
    text_add_bytes(to, "}", 1);
}

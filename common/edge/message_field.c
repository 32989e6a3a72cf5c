#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/table.h"
#include "base/utf8.h"
#include "edge/message_inside.h"

#define S32 "a whole number from -2147483648 to 2147483647"
#define S64 "a whole number from -9223372036854775808 to 9223372036854775807"
#define U32 "a whole number from 0 to 4294967295"
#define U64 "a whole number from 0 to 18446744073709551615"
#define HEX "a string of hexadecimal digits"

enum {
    TRUTH_SIZE = sizeof(protobuf_c_boolean),
    WORD_SIZE = sizeof(int),
    POINTER_SIZE = sizeof(void *),
    BINARY_SIZE = sizeof(ProtobufCBinaryData),
};

/* In the order of protobuf-c's own numbers. */
static const struct field_type types[] = {
    {PROTOBUF_C_TYPE_INT32,    WHOLE,  4,            0, INT32_MIN, INT32_MAX,  S32            },
    {PROTOBUF_C_TYPE_SINT32,   WHOLE,  4,            0, INT32_MIN, INT32_MAX,  S32            },
    {PROTOBUF_C_TYPE_SFIXED32, WHOLE,  4,            4, INT32_MIN, INT32_MAX,  S32            },
    {PROTOBUF_C_TYPE_INT64,    WHOLE,  8,            0, INT64_MIN, INT64_MAX,  S64            },
    {PROTOBUF_C_TYPE_SINT64,   WHOLE,  8,            0, INT64_MIN, INT64_MAX,  S64            },
    {PROTOBUF_C_TYPE_SFIXED64, WHOLE,  8,            8, INT64_MIN, INT64_MAX,  S64            },
    {PROTOBUF_C_TYPE_UINT32,   WHOLE,  4,            0, 0,         UINT32_MAX, U32            },
    {PROTOBUF_C_TYPE_FIXED32,  WHOLE,  4,            4, 0,         UINT32_MAX, U32            },
    {PROTOBUF_C_TYPE_UINT64,   WHOLE,  8,            0, 0,         UINT64_MAX, U64            },
    {PROTOBUF_C_TYPE_FIXED64,  WHOLE,  8,            8, 0,         UINT64_MAX, U64            },
    {PROTOBUF_C_TYPE_FLOAT,    REAL,   4,            4, 0,         0,          "a number"     },
    {PROTOBUF_C_TYPE_DOUBLE,   REAL,   8,            8, 0,         0,          "a number"     },
    {PROTOBUF_C_TYPE_BOOL,     TRUTH,  TRUTH_SIZE,   0, 0,         0,          "true or false"},
    {PROTOBUF_C_TYPE_ENUM,     WORD,   WORD_SIZE,    0, 0,         0,          "a word"       },
    {PROTOBUF_C_TYPE_STRING,   STRING, POINTER_SIZE, 0, 0,         0,          "a string"     },
    {PROTOBUF_C_TYPE_BYTES,    BINARY, BINARY_SIZE,  0, 0,         0,          HEX            },
    {PROTOBUF_C_TYPE_MESSAGE,  NESTED, POINTER_SIZE, 0, 0,         0,          "an object"    },
};

const struct field_type *field_type(const ProtobufCFieldDescriptor *field)
{
    CHECK((size_t)field->type < LENGTH(types) && types[field->type].type == field->type);
    return &types[field->type];
}

/* ---- where we are, and what is wrong there ---- */

/* A name from outside may be a megabyte long; this much tells which one is meant. */
enum { NAME_SHOWN = 64 };

static const char *path(const struct inspection *in)
{
    struct text path = text_new(in->arena);

    for (size_t i = 0; i < in->depth; i++) {
        const struct step *step = &in->steps[i];
        if (!step->name) {
            text_print(&path, "[%zu]", step->index);
            continue;
        }
        if (path.length > 0 && step->size > 0)
            text_add(&path, ".");
        size_t shown = step->size < NAME_SHOWN ? step->size : NAME_SHOWN;
        text_add_bytes(&path, step->name, strnlen(step->name, shown));
    }
    return path.at;
}

/* What cannot be read at all, as against what is read and does not fit. */
static const char *const unreadable[] = {
    "not_json", "duplicate_field", "too_deep", "too_large", "bad_utf8", "unreadable",
};

bool flawed(struct inspection *in, const char *reason, const char *format, ...)
{
    va_list arguments;
    char detail[256];

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);

    if (in->flaw_count++ > 0) {
        struct flaw *more = arena_take(in->arena, sizeof *more);
        in->flaw->more = more;
        in->flaw = more;
    }
    *in->flaw = (struct flaw){path(in), reason, arena_copy(in->arena, detail), false, NULL};
    for (size_t i = 0; i < LENGTH(unreadable); i++)
        if (strcmp(reason, unreadable[i]) == 0)
            in->flaw->unreadable = true;
    return false;
}

/* ---- values ---- */

char *field_items(struct inspection *in, ProtobufCMessage *message,
                  const ProtobufCFieldDescriptor *field, size_t count)
{
    if (count > MESSAGE_ITEMS_MOST) {
        flawed(in, "too_many", "expected at most %d items, not %zu", MESSAGE_ITEMS_MOST, count);
        return NULL;
    }
    char *items = arena_take(in->arena, count * field_type(field)->size + 1);
    *(char **)field_at(message, field) = items;
    *(size_t *)(void *)((char *)message + field->quantifier_offset) = count;
    return items;
}

bool field_choose(struct inspection *in, ProtobufCMessage *message,
                  const ProtobufCFieldDescriptor *field)
{
    if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
        return true;
    uint32_t *chosen = (uint32_t *)(void *)((char *)message + field->quantifier_offset);
    if (*chosen != 0 && *chosen != field->id)
        return flawed(in, "duplicate_field", "expected only one of the fields it stands among");
    *chosen = field->id;
    return true;
}

bool put_whole(struct inspection *in, const ProtobufCFieldDescriptor *field, __int128 value,
               void *at)
{
    const struct field_type *type = field_type(field);

    if (value < type->least || value > type->most)
        return flawed(in, "out_of_range", "expected %s", type->expected);

    uint64_t wide = (uint64_t)value;
    uint32_t narrow = (uint32_t)value;
    memcpy(at, type->size == 8 ? (void *)&wide : (void *)&narrow, type->size);
    return true;
}

enum { DIGITS_MOST = 20 }; /* of a 64-bit number */

bool put_digits(struct inspection *in, const ProtobufCFieldDescriptor *field, const char *digits,
                void *at)
{
    bool negative = *digits == '-';
    __int128 value = 0;

    digits += negative;
    size_t size = strlen(digits);
    if (size == 0 || strspn(digits, "0123456789") != size)
        return flawed(in, "wrong_type", "expected %s", field_type(field)->expected);
    if (size > DIGITS_MOST)
        return flawed(in, "out_of_range", "expected %s", field_type(field)->expected);
    for (; *digits; digits++)
        value = value * 10 + (*digits - '0');
    return put_whole(in, field, negative ? -value : value, at);
}

bool put_real(struct inspection *in, const ProtobufCFieldDescriptor *field, double value, void *at)
{
    bool narrow = field_type(field)->size == sizeof(float);

    if (!isfinite(value) || (narrow && fabs(value) > (double)FLT_MAX))
        return flawed(in, "out_of_range", "expected a number that can be stored");
    if (narrow)
        *(float *)at = (float)value;
    else
        *(double *)at = value;
    return true;
}

bool put_word(struct inspection *in, const ProtobufCFieldDescriptor *field, const char *word,
              void *at)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, word);

    if (!value || value->value == 0)
        return flawed(in, "out_of_range", "expected one of the words of %s",
                      ((const ProtobufCEnumDescriptor *)field->descriptor)->short_name);
    *(int *)at = value->value;
    return true;
}

bool text_fits(struct inspection *in, struct bytes text)
{
    if (text.size > MESSAGE_TEXT_MOST)
        return flawed(in, "too_long", "expected at most %d bytes, not %zu", MESSAGE_TEXT_MOST,
                      text.size);
    if (text.size > 0 && memchr(text.at, 0, text.size))
        return flawed(in, "nul_character", "expected text without the character U+0000");
    if (!utf8_is(text.at, text.size))
        return flawed(in, "bad_utf8", "expected text in UTF-8");
    return true;
}

bool put_string(struct inspection *in, struct bytes text, void *at)
{
    if (!text_fits(in, text))
        return false;
    *(const char **)at = (const char *)text.at;
    return true;
}

static int hex_digit(unsigned char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool put_binary(struct inspection *in, struct bytes digits, void *at)
{
    ProtobufCBinaryData *data = at;
    uint8_t *bytes = arena_take(in->arena, digits.size / 2 + 1);

    for (size_t i = 0; i + 1 < digits.size; i += 2) {
        int high = hex_digit(digits.at[i]), low = hex_digit(digits.at[i + 1]);
        if (high < 0 || low < 0)
            return flawed(in, "wrong_type", "expected pairs of hexadecimal digits");
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    if (digits.size % 2 != 0)
        return flawed(in, "wrong_type", "expected pairs of hexadecimal digits");
    *data = (ProtobufCBinaryData){digits.size / 2, bytes};
    return true;
}

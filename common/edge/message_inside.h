/*
 * message_inside: what the files of message share, and nobody else.
 *
 * An inspection is the reading of one message from outside: where its parts go, where in the
 * message we are, and the flaws found.
 */
#pragma once

#include <stdint.h>

#include "base/check.h"
#include "edge/message.h"

/* The place we are at: a field's name, or the index of an item where the name is NULL. */
struct step {
    const char *name;
    size_t size;
    size_t index;
};

struct inspection {
    struct arena *arena;
    struct flaw *flaw; /* the latest, once there is one */
    size_t flaw_count;
    struct readings *apart; /* the items of this list are read apart; NULL: all are read together */
    size_t depth;
    struct step steps[MESSAGE_DEPTH_MOST];
};

/* What may be taken to read `size` bytes from outside: so many times as much, within bounds. */
size_t message_budget(size_t size, size_t times);

static inline void enter(struct inspection *in, struct step step)
{
    CHECK(in->depth < MESSAGE_DEPTH_MOST);
    in->steps[in->depth++] = step;
}

/* A name of so many bytes, or up to its NUL. */
static inline void enter_field(struct inspection *in, const char *name, size_t size)
{
    enter(in, (struct step){.name = name, .size = size});
}

static inline void enter_item(struct inspection *in, size_t index)
{
    enter(in, (struct step){.index = index});
}

static inline void leave(struct inspection *in)
{
    CHECK(in->depth > 0);
    in->depth--;
}

/* Records what is wrong with the place we are at; always false. */
bool flawed(struct inspection *in, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* protobuf's fifteen wire types are seven sorts of value to everybody outside. */
enum sort { WHOLE, REAL, TRUTH, WORD, STRING, BINARY, NESTED, SORTS };

struct field_type {
    ProtobufCType type;
    enum sort sort;
    size_t size;
    size_t wire_size; /* among packed numbers; 0: it varies */
    __int128 least;   /* of a whole number */
    __int128 most;
    const char *expected; /* what a sentence calls it */
};
const struct field_type *field_type(const ProtobufCFieldDescriptor *field);

static inline void *field_at(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (char *)message + field->offset;
}

static inline const void *field_in(const ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field)
{
    return (const char *)message + field->offset;
}

/* The count of a repeated field, or the number of the set field of a oneof. */
static inline size_t field_count(const ProtobufCMessage *message,
                                 const ProtobufCFieldDescriptor *field)
{
    return *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
}

static inline uint32_t field_chosen(const ProtobufCMessage *message,
                                    const ProtobufCFieldDescriptor *field)
{
    return *(const uint32_t *)(const void *)((const char *)message + field->quantifier_offset);
}

/* Makes room for the items of a repeated field, NULL with the flaw where there are too many. */
char *field_items(struct inspection *in, ProtobufCMessage *message,
                  const ProtobufCFieldDescriptor *field, size_t count);

/* A field of a oneof becomes the chosen one; refused where another was. */
bool field_choose(struct inspection *in, ProtobufCMessage *message,
                  const ProtobufCFieldDescriptor *field);

bool put_whole(struct inspection *in, const ProtobufCFieldDescriptor *field, __int128 value,
               void *at);
/* The same from decimal digits, with a minus where it is below zero. */
bool put_digits(struct inspection *in, const ProtobufCFieldDescriptor *field, const char *digits,
                void *at);
bool put_real(struct inspection *in, const ProtobufCFieldDescriptor *field, double value, void *at);
bool put_word(struct inspection *in, const ProtobufCFieldDescriptor *field, const char *word,
              void *at);
/* The text is not copied. */
bool put_string(struct inspection *in, struct bytes text, void *at);
/* Lower- or upper-case hexadecimal digits. */
bool put_binary(struct inspection *in, struct bytes digits, void *at);

/* UTF-8 without NUL, not longer than MESSAGE_TEXT_MOST. */
bool text_fits(struct inspection *in, struct bytes text);

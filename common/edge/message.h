/*
 * message: protobuf messages, to bytes and to JSON, by walking their descriptors.
 *
 * Everything made lives in the arena.  What comes from outside is unpacked within a budget (16
 * times its size, 32 times for JSON, at least 64 KiB, at most 32 MiB: a MiB of empty sub-messages
 * would become 80) and checked by one walk: UTF-8, no NUL, string lengths, enum values, repeated
 * counts.  No message type is recursive (a contract test sees to it), so depth is bounded by the
 * types.
 *
 * JSON is strict (RFC 8259): duplicate names, bad UTF-8, lone surrogates, wrong types, numbers out
 * of range, unknown fields and depth over 32 are refused, each naming the field as a path
 * ("customer.phone", "updates[3].state").  null means absent; of a string in a oneof, which
 * can tell, empty.  64-bit numbers are JSON numbers up to 2^53 and strings above.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/text.h"

enum {
    MESSAGE_TEXT_MOST = 64 * 1024, /* bytes of one string field */
    MESSAGE_ITEMS_MOST = 10000,    /* items of one repeated field */
    MESSAGE_DEPTH_MOST = 32,       /* nesting of JSON */
    MESSAGE_FLAWS_MOST = 64,       /* named at once */
};

/* What is wrong with a message from outside. */
struct flaw {
    const char *field;  /* path, "" for the whole */
    const char *reason; /* stable word: "not_json", "duplicate_field", "unknown_field",
                           "wrong_type", "out_of_range", "too_long", "too_many", "too_deep",
                           "too_large", "bad_utf8", "nul_character", "unreadable" */
    const char *detail; /* a sentence that says what was expected */
    bool unreadable;    /* 400 rather than 422 */
    struct flaw *more;  /* what else does not fit; only JSON is read on */
};

struct bytes message_pack(struct arena *arena, const ProtobufCMessage *message);

/* Unpacks and checks; NULL where it is not one, with the flaw filled. */
ProtobufCMessage *message_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                 struct bytes packed, struct flaw *flaw);

/* The text of one field of a packed message, without unpacking the rest: "" where it has none, NULL
 * where it can't be read that far. */
const char *message_peek(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                         struct bytes packed, const char *field);

/* A fresh message of this type, all defaults. */
ProtobufCMessage *message_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor);

/* Reads a JSON object into a fresh message; NULL with the flaw filled where it does not fit. */
ProtobufCMessage *message_from_json(struct arena *arena,
                                    const ProtobufCMessageDescriptor *descriptor, struct bytes json,
                                    struct flaw *flaw);

/* One JSON value as far as it can be read as a message. */
struct reading {
    ProtobufCMessage *message; /* what fits; empty where nothing does */
    const struct flaw *flaw;   /* NULL: all of it fits */
};
struct reading message_read_json(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                 struct bytes json);

/* The items of one list, each read on its own, so that one that does not fit harms no other. */
struct readings {
    const char *list; /* which; it stays empty in the message */
    size_t most;      /* items; more are refused, "too_many" */
    struct reading *items;
    size_t count;
};
/* Reads as message_from_json, but for that list; only what is wrong around its items is a flaw. */
ProtobufCMessage *message_from_json_apart(struct arena *arena,
                                          const ProtobufCMessageDescriptor *descriptor,
                                          struct bytes json, struct readings *apart,
                                          struct flaw *flaw);

/* Appends the message as one JSON object, in the order of the .proto: every field, but for those of
 * a oneof that were not chosen. */
void message_to_json(struct text *to, const ProtobufCMessage *message);

/* Appends one string as a JSON string, quoted and escaped. */
void message_json_string(struct text *to, const char *value);

/*
 * Sets one field by name from text, as path and query parameters and database columns give it.
 * "customer.name" reaches into sub-messages, which are made when needed.  Booleans are true/false
 * or t/f.  A repeated string takes its items from a PostgreSQL array "{a,b}".  False (with the flaw
 * filled) where there is no such field or the text does not fit.
 */
bool message_set(struct arena *arena, ProtobufCMessage *message, const char *field,
                 const char *value, struct flaw *flaw);

/* The string field of this name, which may reach into sub-messages ("customer.name"); NULL where
 * there is none. */
const char *message_text(const ProtobufCMessage *message, const char *field);

/* Whether the type has a field of this name. */
bool message_has(const ProtobufCMessageDescriptor *descriptor, const char *field);

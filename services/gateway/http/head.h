/*
 * head: the raw head of an HTTP request, read by ourselves before anything believes it.
 *
 * llhttp 8.1 lets three kinds of smuggled heads pass even in strict mode, so the head is judged
 * here first, from its bytes: lines end in CRLF and nothing else, none begins with a space, the
 * request line has three words, exactly one Host, a length or chunks but never both, nothing twice
 * that may stand once.  What RFC 9112 leaves to the server and nobody sends by accident (empty
 * lines before a request, the absolute form, a body on GET) is refused too.
 *
 * Pure: bytes in, a verdict out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

enum {
    HEAD_MOST = 16 * 1024,
    HEAD_TARGET_MOST = 8000,
    HEAD_FIELDS_MOST = 100,
};

/* ---- where it ends ---- */

enum head_progress { HEAD_MORE, HEAD_WHOLE, HEAD_BROKEN };

/* How far the bytes held so far were looked at; all zero at first. */
struct head_watch {
    size_t seen;
    size_t lines;
    size_t column;
    bool after_cr;
};

/* Looks at what is new in `held`.  Whole: the head is its first `seen` bytes. */
enum head_progress head_watch(struct head_watch *watch, struct bytes held);

/* ---- what it says ---- */

/* The fields anybody here reads; all others are only checked. */
enum field {
    FIELD_HOST,
    FIELD_CONTENT_LENGTH,
    FIELD_TRANSFER_ENCODING,
    FIELD_CONTENT_TYPE,
    FIELD_AUTHORIZATION,
    FIELD_IDEMPOTENCY_KEY,
    FIELD_EXPECT,
    FIELD_IF_MATCH,
    FIELD_IF_NONE_MATCH,
    FIELD_LAST_EVENT_ID,
    FIELD_TRACEPARENT,
    FIELD_ACCEPT,
    FIELD_CONNECTION,
    FIELD_COUNT
};

struct head {
    const char *method;
    const char *path;            /* as sent, percent-encoded */
    const char *query;           /* behind "?", "" for none */
    const char *of[FIELD_COUNT]; /* NULL where absent */
    uint64_t length;             /* of the body, as declared */
    bool old;                    /* HTTP/1.0 */
    bool chunked;
    bool awaits_continue;
    bool close; /* the connection ends with this answer */
};

/* Why a head is refused. */
struct head_flaw {
    int status; /* 0: it is fine */
    const char *reason;
    const char *detail;
};

/* Reads a whole head; everything `head` points to is copied into the arena. */
struct head_flaw head_read(struct arena *arena, struct bytes raw, struct head *head);

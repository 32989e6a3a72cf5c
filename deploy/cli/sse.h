/*
 * sse: the events in a stream of bytes, as text/event-stream has them (WHATWG HTML, 9.2).
 *
 * Comments and retry lines are passed over.  An event is handed over at its empty line; one that is
 * cut off by the end of the stream never is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SSE_EVENT_MOST = 8 * 1024 * 1024 };

struct sse;

struct sse_event {
    const char *id;   /* the last one given, "" for none */
    const char *type; /* "" for none */
    const char *data;
};

struct sse *sse_new(void (*got)(void *with, const struct sse_event *event), void *with);
void sse_free(struct sse *sse);

/* False where a line or an event grows beyond SSE_EVENT_MOST. */
bool sse_feed(struct sse *sse, const char *bytes, size_t size);

/* A new stream begins: forgets what was cut off, keeps the id. */
void sse_restart(struct sse *sse);

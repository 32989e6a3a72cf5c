/*
 * loop_inside: what the loop's own files share.  Nobody else includes it.
 *
 * Whatever lives on the loop begins with a resident and is freed when its last handle has closed,
 * which libuv does a turn later: so anything may be closed inside its own callback.
 */
#pragma once

#include <stdlib.h>
#include <uv.h>

#include "base/check.h"
#include "edge/loop.h"

enum { LOOP_READ_MOST = 64 * 1024 };

struct loop {
    uv_loop_t uv;
    uv_async_t keeper; /* keeps loop_run running while nothing else is open */
    size_t unsent;     /* bytes that streams have queued */
    size_t streams;    /* until their handles are closed */
    size_t streams_most;
    uint64_t farewell_ms;
    struct listener *waiting; /* at whose door somebody waits for a stream to go */
    char read_buffer[LOOP_READ_MOST];
};

struct resident {
    void (*leave)(struct resident *resident); /* closes all its handles; at most once */
    void (*gone)(struct resident *resident);  /* they are closed; NULL: nobody minds */
    int handles;
};

/* Zeroed memory for a resident; the process ends where there is none. */
void *resident_new(size_t size, void (*leave)(struct resident *resident));

/* Hands a fresh handle to its resident. */
void resident_own(struct resident *resident, void *handle);

/* For `leave`: closes one handle; the resident is freed with its last. */
void resident_close(void *handle);

/*
 * updates: POST /v1/job-updates, as one JSON object or as lines.
 *
 * Either way each is read on its own: one that is no update is rejected here, in its place among
 * the results, and the others are asked.  Lines are read as they come and asked in chunks, one
 * after another; while a chunk is under way the sender waits.
 *
 * The request's key is the first chunk's; the others have their number behind it, and between them
 * a character that no client can send.  Chunks end at counted lines, and each says beside its
 * updates what was rejected here and whether it is the last: so the same lines under the same key
 * get the same answers, and other lines, or an object, are refused.
 */
#pragma once

#include "routes.h"

enum {
    UPDATES_MOST = 1000, /* that dispatch takes at once, and so of one JSON object */
    UPDATES_LINE_MOST = 64 * 1024,
    UPDATES_CHUNK = 500,               /* lines asked at once */
    UPDATES_CHUNK_BYTES = 1024 * 1024, /* … or fewer, where they are long */
};

serve serve_updates;

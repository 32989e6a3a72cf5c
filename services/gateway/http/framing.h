/*
 * framing: where a request's body ends, as llhttp sees it in strict mode.
 *
 * The second wall: llhttp reads the same head bytes that head.h has read, and every byte of the
 * body; where the two disagree, the request is refused.  A fresh parser for each request, so
 * nothing of one can reach into the next.  Trailers are refused: nobody here reads them, and what
 * nobody reads cannot be merged into what somebody does.
 */
#pragma once

#include <llhttp.h>
#include <stdbool.h>

#include "base/bytes.h"

enum { FRAMING_IDLE_MOST = 16 * 1024 }; /* bytes of framing between two bytes of body */

enum framing_progress { FRAMING_MORE, FRAMING_WHOLE, FRAMING_BROKEN };

typedef void on_body(void *with, struct bytes body);

struct framing {
    llhttp_t parser;
    on_body *body;
    void *with;
    bool in_body;
    bool whole;
    size_t idle;
};

/* Reads a whole head; whole: there is no body. */
enum framing_progress framing_head(struct framing *framing, struct bytes head, on_body *body,
                                   void *with);

/* Reads on; *rest is moved behind what belonged to this request. */
enum framing_progress framing_body(struct framing *framing, struct bytes *rest);

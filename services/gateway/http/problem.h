/*
 * problem: an error as RFC 9457 and api.md want it said.
 */
#pragma once

#include "base/text.h"
#include "daemon/request.h"
#include "envelope.pb-c.h"

struct problem {
    int status;
    const char *reason;
    const char *detail;
    const Violation *const *violations;
    size_t violation_count;
    const char *state;
    const char *const *allowed;
    size_t allowed_count;
    uint32_t retry_after_ms; /* 0: usual, where the status wants one */
    const char *oldest;      /* the oldest cursor there is, for 410 */
    const char *fields;      /* further header lines */
};

/* The status of an answer's kind. */
int problem_status(uint32_t kind);

/* "Not Found". */
const char *problem_title(int status);

/* Whole seconds to wait, at least 1; 0 where the status asks for no waiting. */
unsigned problem_retry_seconds(const struct problem *problem);

/* What a service said no to. */
struct problem problem_of(const AnswerHeader *header);

void problem_print(struct text *to, const struct problem *problem, const char *trace_id);

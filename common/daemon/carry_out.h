/*
 * carry_out: what one work does within a batch.  For batch.c alone.
 */
#pragma once

#include "daemon/writer_own.h"

/* One attempt to carry some works out in one transaction. */
struct attempt {
    struct writer *writer;
    struct work **works;
    size_t count;
    int64_t now_ms;
    struct place *places; /* where the batch has got to */
    struct rows answers;  /* recorded ones, by key */
    bool parked;          /* an event among these works was put aside */
};

/* Sends what the works of this batch foresee (daemon/foresee.h).  False: trouble in db. */
bool foresee(struct attempt *attempt);

/* False: trouble in db, or a refusal that came too late; the attempt is to be abandoned. */
bool carry_out(struct attempt *attempt, struct work *work);

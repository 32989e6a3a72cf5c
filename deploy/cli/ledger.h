/*
 * ledger: what became of every row.  Counts, the report of refused rows, the progress bar.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct ledger {
    const char *report; /* path */
    void *file;
    bool bar;
    int64_t begun_ms;
    int64_t shown_ms;
    unsigned long read, accepted, refused;
    unsigned long tickets, requests, repeated;
    const char *lost; /* why the report lacks a line; NULL while it is whole */
};

/* False, with errno, where the report can't be written. */
bool ledger_open(struct ledger *ledger, const char *report);
void ledger_refuse(struct ledger *ledger, unsigned long line, const char *reference,
                   const char *reason, const char *detail);
/* Shows how much is settled, now and then, where a person looks; the file by bytes read and in all.
 */
void ledger_show(struct ledger *ledger, uint64_t read, uint64_t size);
/* The sums, to standard output.  Why the report is not whole; NULL where it is. */
const char *ledger_close(struct ledger *ledger);

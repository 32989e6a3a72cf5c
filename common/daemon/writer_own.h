/*
 * writer_own: what writer.c (who writes) and batch.c (what is written) share.
 */
#pragma once

#include "daemon/chain.h"
#include "daemon/parked.h"
#include "daemon/writer.h"
#include "house_sql.h"

/* Why it is put aside. */
#define lost_each_time "the connection broke, or the time ran out, each time"

/* Nothing is thrown away in the first hour: a machine that has just started may not have the time.
 */
enum { TIDY_EVERY_MS = 60 * 60 * 1000 };

enum { TOUCHED_EACH = 4, TOUCHED_MOST = 64 * TOUCHED_EACH };

/* What the commands of a batch are about, as far as they foresaw it. */
struct touched {
    uint64_t hashes[TOUCHED_MOST];
    size_t count;
};

struct writer {
    struct writer_options options;
    struct seal *seal;
    struct statement_table statements[3]; /* the house's, the service's, those made of its tables */
    struct statement *made;
    size_t made_count;
    struct arena *life;   /* as long as the writer */
    struct arena *tenure; /* as long as it is active */
    struct arena *batch;  /* one batch */
    struct db *db;
    bool active;
    uint64_t epoch;

    /* as committed */
    uint64_t head;
    uint8_t hash[CHAIN_HASH];
    int64_t *numbers;
    struct place *places;
    size_t place_count;
    struct parked parked;
    int64_t next_due_ms;
    unsigned timers_lost;        /* how often in a row that befell timers (work.h) */
    int64_t complained_until_ms; /* monotonic */
    uint64_t sealed;             /* the event that told the last signed head: it needs no other */
    int64_t sealed_ms;           /* monotonic */
    int64_t months_from_ms, months_until_ms;
    int64_t took_over_at_ms, took_over_ms; /* by the wall's clock, and by the steady one */
    bool leapt;                            /* the wall's clock, since then */
    int64_t tidied_until_ms;               /* monotonic */
    const char *timers;                    /* names of the plan's, as an array */

    int64_t *drawn; /* numbers of the batch under way */
    struct touched touched;
};

/* The subjects that wait, as they are on disk. */
bool writer_read_parked(struct writer *writer);
void writer_lose(struct writer *writer, const char *what);
/* Event and answer partitions for the month of this instant and those around it (months.c). */
bool writer_make_months(struct writer *writer, int64_t now_ms);

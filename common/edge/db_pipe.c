#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "edge/db_own.h"

enum { STEPS_AT_FIRST = 256 };

const char db_end[] = "";

static void add_step(struct db *db, struct step step)
{
    if (db->last == db->room) {
        db->room = db->room ? db->room * 2 : STEPS_AT_FIRST;
        db->steps = realloc(db->steps, db->room * sizeof *db->steps);
        CHECK(db->steps);
    }
    db->steps[db->last++] = step;
}

static void remove_step(struct db *db)
{
    if (++db->first == db->last)
        db->first = db->last = 0;
}

bool db_step(struct db *db, int sent, struct step step)
{
    if (!sent)
        return db_lost(db, db_first_line(PQerrorMessage(db->conn)));
    add_step(db, step);
    return true;
}

bool db_send(struct db *db, const char *prepared, const char *const *texts, struct step step)
{
    int sizes[PARAMETERS_MOST], binary[PARAMETERS_MOST];
    int count = 0;

    for (; texts && texts[count] != db_end; count++) {
        CHECK(count < PARAMETERS_MOST);
        sizes[count] = db_take_binary(db, texts[count]);
        binary[count] = sizes[count] > 0;
    }
    return db_step(db, PQsendQueryPrepared(db->conn, prepared, count, texts, sizes, binary, 0),
                   step);
}

bool db_sync(struct db *db)
{
    return db_step(db, PQpipelineSync(db->conn), (struct step){.kind = STEP_SYNC});
}

static bool out_of_time(struct db *db)
{
    char sentence[64];
    snprintf(sentence, sizeof sentence, "no answer within %ld ms", db->statement_ms);
    return db_lost(db, sentence);
}

/* A write that fails shows at the read after it, behind what the server said last. */
bool db_await(struct db *db, int64_t until_ms)
{
    for (;;) {
        int unsent = PQflush(db->conn);
        if (!PQisBusy(db->conn))
            return true;

        int64_t rest = until_ms - clock_monotonic_ms();
        if (rest <= 0)
            return out_of_time(db);
        struct pollfd socket = {PQsocket(db->conn), POLLIN | (unsent > 0 ? POLLOUT : 0), 0};
        int ready = poll(&socket, 1, (int)rest);
        CHECK(ready >= 0 || errno == EINTR);
        if (ready > 0 && !PQconsumeInput(db->conn))
            return db_lost(db, db_first_line(PQerrorMessage(db->conn)));
    }
}

static bool as_many_as_expected(struct db *db, const struct step *step, PGresult *result)
{
    long count = strtol(PQcmdTuples(result), NULL, 10);
    char sentence[64];

    db->expecting--;
    if (count == step->count)
        return true;
    snprintf(sentence, sizeof sentence, "%ld rows instead of %ld", count, step->count);
    return db_record(db, DB_MISSED, step->name, sentence);
}

/* A transaction that failed earlier answers COMMIT with ROLLBACK. */
static bool is_committed(struct db *db, PGresult *result)
{
    if (db->warned)
        return db_lost(db, "committed, but perhaps not on the standby");
    db->committing = false;
    db->committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    return db->committed || db_record(db, DB_DEFECT, NULL, "commit was answered by rollback");
}

static bool is_good(struct db *db, const struct step *step, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_PIPELINE_ABORTED)
        return db->draining || db_record(db, DB_DEFECT, step->name, "skipped after an error");
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return db_refused(db, step, result) || (db->draining && db->conn);
    if (db->draining)
        return true;
    if (step->kind == STEP_EXPECT)
        return as_many_as_expected(db, step, result);
    if (step->kind == STEP_COMMIT)
        return is_committed(db, result);
    return true;
}

/*
 * Each statement is answered by a result and a NULL, a Sync by a result alone.  The NULL is read at
 * once, for after an error libpq loses it when something more is sent.
 */
static bool take_answer(struct db *db, PGresult **read)
{
    struct step step = db->steps[db->first];
    PGresult *result = PQgetResult(db->conn);
    bool synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

    if (synced != (step.kind == STEP_SYNC) || (!synced && PQgetResult(db->conn))) {
        PQclear(result);
        return db_lost(db, db_first_line(PQerrorMessage(db->conn)));
    }
    remove_step(db);
    bool good = synced || is_good(db, &step, result);
    if (good && step.kind == STEP_AHEAD && !db->draining)
        db_foresaw(step.into, result);
    else if (good && read && step.kind == STEP_READ)
        *read = result;
    else
        PQclear(result);
    return good;
}

bool db_settle(struct db *db, PGresult **read)
{
    int64_t until_ms = clock_monotonic_ms() + db->statement_ms;
    while (db->first < db->last)
        if (!db_await(db, until_ms) || !take_answer(db, read))
            return false;
    return true;
}

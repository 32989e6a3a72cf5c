#include "edge/db.h"

#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/fail.h"
#include "edge/db_own.h"

void db_use(struct db *db, struct arena *arena)
{
    db->arena = arena;
}

static void forget_trouble(struct db *db)
{
    db->trouble = DB_FINE;
    db->sqlstate[0] = '\0';
    db->sentence[0] = '\0';
    if (!db->conn)
        db_record(db, DB_LOST, NULL, "the connection is closed");
}

/* Outside of a transaction each statement begins anew; inside, trouble stays until db_abandon. */
static bool may_go_on(struct db *db)
{
    if (!db->begun)
        forget_trouble(db);
    return db->trouble == DB_FINE;
}

void db_begin(struct db *db)
{
    CHECK(!db->begun);
    forget_trouble(db);
    db_forget_later(db);
    db->begun = true;
    db->committed = db->warned = false;
    db->writes = db->expecting = 0;
    if (db->conn)
        db_send(db, "begin", NULL, (struct step){.kind = STEP_EFFECT});
}

unsigned long db_writes(const struct db *db)
{
    return db->writes;
}

void db_forgive(struct db *db)
{
    CHECK(db->trouble == DB_NONE);
    forget_trouble(db);
}

/*
 * Waits for everything sent.  A Sync, though a flush would do: only after a Sync does the server
 * count the time that a session is idle in its transaction, and a stopped writer would keep its
 * lock.
 */
static bool settle(struct db *db, PGresult **read)
{
    return db_sync(db) && db_settle(db, read);
}

bool db_wait(struct db *db)
{
    return settle(db, NULL);
}

/* Reads what is still on its way, whatever it says. */
static void drain(struct db *db)
{
    if (!db->conn)
        return;
    db->draining = true;
    db_settle(db, NULL);
    db->draining = false;
}

/* A COMMIT sent behind an expectation would not heed it, so those are met first. */
static bool send_commit(struct db *db)
{
    if (!db_send_gathered(db) || (db->expecting && !settle(db, NULL)))
        return false;
    FAIL_POINT("db.before_commit");
    db->committing = true;
    bool sent = db_send(db, "commit", NULL, (struct step){.kind = STEP_COMMIT}) && db_sync(db);
    FAIL_POINT("db.commit_sent");
    return sent;
}

/* A connection that breaks after COMMIT was answered does not take the answer back. */
bool db_commit(struct db *db)
{
    CHECK(db->begun);
    if (!may_go_on(db))
        return false;

    bool settled = send_commit(db) && db_settle(db, NULL);
    db->committing = false;
    if (!settled)
        drain(db);
    if (db->committed) {
        db->begun = false;
        db_forget_later(db);
    }
    return db->committed;
}

/* Whatever failed, the server skips to the next Sync, so the rollback stands between two. */
void db_abandon(struct db *db)
{
    if (db->conn && (db->begun || PQtransactionStatus(db->conn) != PQTRANS_IDLE)) {
        if (db_sync(db) && db_send(db, "rollback", NULL, (struct step){.kind = STEP_EFFECT})
            && db_sync(db))
            drain(db);
    }
    db->begun = false;
    db_forget_later(db);
}

bool db_run_with(struct db *db, struct statement sql, const char *const *texts)
{
    CHECK(db->begun);
    db->writes++;
    return may_go_on(db) && db_send_gathered(db)
           && db_send(db, sql.name, texts, (struct step){sql.name, STEP_EFFECT});
}

bool db_expect_with(struct db *db, long count, struct statement sql, const char *const *texts)
{
    CHECK(db->begun);
    db->writes++;
    if (!may_go_on(db) || !db_send_gathered(db)
        || !db_send(db, sql.name, texts, (struct step){sql.name, STEP_EXPECT, count}))
        return false;
    db->expecting++;
    return true;
}

static PGresult *fetch(struct db *db, struct statement sql, const char *const *texts)
{
    PGresult *result = NULL;
    if (!may_go_on(db))
        return NULL;
    if (!db_send_gathered(db) || !db_send(db, sql.name, texts, (struct step){sql.name, STEP_READ}))
        return NULL;
    if (settle(db, &result))
        return result;
    PQclear(result);
    if (!db->begun)
        drain(db);
    return NULL;
}

bool db_all_with(struct db *db, struct rows *rows, struct statement sql, const char *const *texts)
{
    *rows = (struct rows){0};
    PGresult *result = fetch(db, sql, texts);
    if (!result)
        return false;
    CHECK(db->arena);
    db_copy_rows(db->arena, result, 0, PQntuples(result), rows);
    PQclear(result);
    return true;
}

bool db_maybe_with(struct db *db, struct row *row, struct statement sql, const char *const *texts)
{
    struct rows rows;

    *row = (struct row){0};
    if (!db_all_with(db, &rows, sql, texts))
        return false;
    if (rows.count > 1)
        return db_record(db, DB_DEFECT, sql.name, "more than one row");
    if (rows.count)
        *row = rows.rows[0];
    return true;
}

bool db_one_with(struct db *db, struct row *row, struct statement sql, const char *const *texts)
{
    if (!db_maybe_with(db, row, sql, texts))
        return false;
    return row->values || db_record(db, DB_NONE, sql.name, "no row");
}

static bool read_script(struct db *db, int64_t until_ms)
{
    bool good = true;
    while (db_await(db, until_ms)) {
        PGresult *result = PQgetResult(db->conn);
        if (!result)
            return good;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            good = db_refused(db, &(struct step){.kind = STEP_EFFECT}, result);
        PQclear(result);
        if (!db->conn)
            return false;
    }
    return false;
}

/* Several statements at once are only understood outside of pipeline mode. */
bool db_script(struct db *db, const char *text)
{
    if (!may_go_on(db))
        return false;
    if (db->begun && (!db_send_gathered(db) || !settle(db, NULL)))
        return false;
    CHECK(!db->last && PQexitPipelineMode(db->conn));
    if (!PQsendQuery(db->conn, text))
        return db_lost(db, db_first_line(PQerrorMessage(db->conn)));

    bool good = read_script(db, clock_monotonic_ms() + db->statement_ms);
    if (db->conn)
        CHECK(PQenterPipelineMode(db->conn));
    return good;
}

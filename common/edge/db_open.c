#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "edge/db_own.h"

/*
 * The session: instants in UTC and ISO, bytes in hex, for the rows depend on it; a COMMIT that is
 * answered is on disk; a server notices within a second that we are gone.  Compiling plans never
 * pays for statements this short.
 *
 * A writer's statements find rows by their keys and nothing else, so they are planned once, and for
 * the tables as they will be: the planner would read a table whole that has no more than a page,
 * and keep to that while it grows.
 */
static const char session[] =
    "select set_config('timezone', 'UTC', false),"
    "       set_config('datestyle', 'ISO', false),"
    "       set_config('bytea_output', 'hex', false),"
    "       set_config('synchronous_commit', 'on', false),"
    "       set_config('client_connection_check_interval', '1s', false),"
    "       set_config('jit', 'off', false),"
    "       set_config('default_transaction_read_only',"
    "                  coalesce($1, current_setting('default_transaction_read_only')), false),"
    "       set_config('idle_session_timeout',"
    "                  coalesce($2, current_setting('idle_session_timeout')), false),"
    "       set_config('idle_in_transaction_session_timeout',"
    "                  coalesce($2, current_setting('idle_in_transaction_session_timeout')),"
    "                  false),"
    "       set_config('plan_cache_mode', case when $2 is null then 'auto'"
    "                                          else 'force_generic_plan' end, false),"
    "       set_config('enable_seqscan', ($2 is null)::text, false),"
    "       set_config('enable_bitmapscan', ($2 is null)::text, false),"
    "       set_config('enable_hashjoin', ($2 is null)::text, false),"
    "       set_config('enable_mergejoin', ($2 is null)::text, false)";

/* A stopped writer keeps its lock until the server ends its session. */
static const char writer_idle_most[] = "2s";

/* What stands before dbname gives way to the connection string, what stands after does not. */
static PGconn *connect(const struct db_options *options)
{
    static const char *const words[] = {
        "connect_timeout",  "target_session_attrs",
        "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout",
        "dbname",           "application_name",
        "client_encoding",  NULL,
    };
    const char *const values[] = {
        "2", "read-write", "5", "2", "3", "10000", options->conninfo, options->name, "UTF8", NULL,
    };
    return PQconnectdbParams(words, values, 1);
}

/* A WARNING on COMMIT says that the wait for the standby was given up. */
static void overhear(void *with, const PGresult *notice)
{
    struct db *db = with;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity && strcmp(severity, "WARNING") == 0 && db->committing && db->first < db->last
        && db->steps[db->first].kind == STEP_COMMIT)
        db->warned = true;
}

static bool prepare(struct db *db, const char *name, const char *text, const char *told_as)
{
    return db_step(db, PQsendPrepare(db->conn, name, text, 0, NULL),
                   (struct step){told_as, STEP_EFFECT});
}

static bool prepare_own(struct db *db, const struct db_options *options)
{
    const char *const values[] = {options->read_only ? "on" : NULL,
                                  options->writer ? writer_idle_most : NULL};
    int sent = PQsendQueryParams(db->conn, session, 2, NULL, values, NULL, NULL, 0);

    return db_step(db, sent, (struct step){.kind = STEP_EFFECT})
           && prepare(db, "begin", "begin", NULL) && prepare(db, "commit", "commit", NULL)
           && prepare(db, "rollback", "rollback", NULL);
}

static bool prepare_all(struct db *db, const struct db_options *options)
{
    struct arena *arena = arena_new();
    bool sent = prepare_own(db, options);

    for (size_t i = 0; sent && i < options->statement_tables; i++)
        for (size_t j = 0; sent && j < options->statements[i].count; j++) {
            const struct statement *sql = &options->statements[i].rows[j];
            char *text = db_in_schema(arena, sql->text, options->schema);
            sent = prepare(db, sql->name, text, sql->name);
        }
    arena_free(arena);
    return sent && db_sync(db) && db_settle(db, NULL);
}

static bool move_in(struct db *db, const struct db_options *options)
{
    if (PQstatus(db->conn) != CONNECTION_OK)
        return db_lost(db, db_first_line(PQerrorMessage(db->conn)));
    PQsetNoticeReceiver(db->conn, overhear, db);
    CHECK(PQsetnonblocking(db->conn, 1) == 0 && PQenterPipelineMode(db->conn));
    return prepare_all(db, options);
}

struct db *db_open(const struct db_options *options, const char **why)
{
    static _Thread_local char reason[sizeof((struct db *)NULL)->sentence];
    struct db *db = calloc(1, sizeof *db);
    CHECK(db);
    db->statement_ms = options->statement_ms;
    db->read_only = options->read_only;
    db->later = arena_new();
    db->foreseen_end = &db->foreseen;
    db->conn = connect(options);
    CHECK(db->conn);
    if (move_in(db, options))
        return db;

    snprintf(reason, sizeof reason, "%s", db->sentence);
    *why = reason;
    db_close(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_forget_later(db);
    arena_free(db->later);
    PQfinish(db->conn);
    free(db->steps);
    free(db);
}

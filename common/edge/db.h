/*
 * db: one PostgreSQL connection, spoken to in prepared statements.
 *
 * The only file that knows libpq.  Every statement of a service is prepared when the connection
 * opens, so a misspelled column is found at start and not at three in the morning.  Parameters and
 * columns are text; PostgreSQL knows the types.  Rows live in the arena given with db_use.
 * Instants come out as RFC 3339 in UTC ("2026-11-23T01:02:03.004Z"), booleans as "t" and "f".
 *
 * The connection runs in pipeline mode: db_run is sent without waiting, only a read or db_commit
 * waits, and everything that was wrong before shows there.  A call that returns false has recorded
 * why (db_trouble) and doomed the transaction; the caller returns false in its turn and somebody
 * above calls db_abandon.
 *
 * Each wait has the connection's own deadline (statement_ms): a frozen server keeps its TCP alive.
 * After trouble of kind LOST or DOUBT the connection is closed; db_open again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "edge/db_row.h"

struct db;

/* One .sql file.  "@" before a dot stands for the schema in the statements of common/. */
struct statement {
    const char *name; /* the file's name: "find_ticket" */
    const char *text; /* the file's text */
};

struct statement_table {
    const struct statement *rows;
    size_t count;
};

enum db_trouble {
    DB_FINE,
    DB_NONE,   /* db_one found no row; the transaction itself is whole (db_forgive) */
    DB_MISSED, /* db_expect: another number of rows was affected */
    DB_WRONG,  /* a constraint or a bad value (SQLSTATE 22, 23); ours or the caller's */
    DB_AGAIN,  /* serialization or deadlock (40001, 40P01): run the transaction again at once */
    DB_FULL,   /* 53xxx, 58xxx: no space, too many connections: back off */
    DB_LATE,   /* a statement or a lock took too long (57014, 55P03): back off, but not for ever */
    DB_LOST,   /* the connection is gone, and nothing was committed */
    DB_DOUBT,  /* COMMIT was sent and not answered: look the keys up */
    DB_DEFECT, /* any other error: a statement that cannot run */
};

struct db_options {
    const char *conninfo; /* libpq connection string; may name several hosts */
    const char *schema;   /* what "@" stands for */
    const char *name;     /* application_name: "intake.0/writer" */
    bool read_only;       /* default_transaction_read_only */
    bool writer;          /* idle_session_timeout and idle_in_transaction_session_timeout 2 s */
    long statement_ms;    /* own deadline of each wait */
    const struct statement_table *statements;
    size_t statement_tables;
};

/* Connects and prepares everything; NULL and *why (valid until the next call) where it can't. */
struct db *db_open(const struct db_options *options, const char **why);
void db_close(struct db *db);

/* After DB_NONE the transaction may go on. */
void db_forgive(struct db *db);

/* Where rows go from now on. */
void db_use(struct db *db, struct arena *arena);

enum db_trouble db_trouble(const struct db *db);
const char *db_sentence(const struct db *db); /* what PostgreSQL said */
const char *db_sqlstate(const struct db *db); /* "" where the server said nothing */
bool db_usable(const struct db *db);          /* false after LOST or DOUBT */

/* Queues BEGIN.  Nothing waits. */
void db_begin(struct db *db);

/* How many db_run and db_expect since db_begin. */
unsigned long db_writes(const struct db *db);

/* Sends COMMIT and waits.  True: it is on disk.  False: see db_trouble. */
bool db_commit(struct db *db);

/* Rolls back whatever was begun; the connection is ready again, or not db_usable. */
void db_abandon(struct db *db);

/* Runs a statement for its effect, after db_begin; an error shows at the next read or db_commit. */
#define db_run(db, sql, ...) db_run_with(db, sql, DB_TEXTS(__VA_ARGS__))

/* As db_run; another number of affected rows than `count` dooms the transaction with DB_MISSED. */
#define db_expect(db, count, sql, ...) db_expect_with(db, count, sql, DB_TEXTS(__VA_ARGS__))

/* Fetches exactly one row; none is DB_NONE (refused as NOT_FOUND), two is a defect. */
#define db_one(db, row, sql, ...) db_one_with(db, row, sql, DB_TEXTS(__VA_ARGS__))

/* Fetches one row or none: row->values is NULL then. */
#define db_maybe(db, row, sql, ...) db_maybe_with(db, row, sql, DB_TEXTS(__VA_ARGS__))

/* Fetches every row the statement returns. */
#define db_all(db, rows, sql, ...) db_all_with(db, rows, sql, DB_TEXTS(__VA_ARGS__))

/*
 * Runs text that is not a prepared statement: migrations, several statements at once.  Waits; after
 * db_begin it is part of that transaction.
 */
bool db_script(struct db *db, const char *text);

/* The text with "@." outside of quotes and comments replaced by "<schema>.". */
char *db_in_schema(struct arena *arena, const char *text, const char *schema);

/* What the macros stand for: parameters end with db_end, for NULL is a value. */
extern const char db_end[];
#define DB_TEXTS(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) db_end})
bool db_run_with(struct db *db, struct statement sql, const char *const *texts);
bool db_expect_with(struct db *db, long count, struct statement sql, const char *const *texts);
bool db_one_with(struct db *db, struct row *row, struct statement sql, const char *const *texts);
bool db_maybe_with(struct db *db, struct row *row, struct statement sql, const char *const *texts);
bool db_all_with(struct db *db, struct rows *rows, struct statement sql, const char *const *texts);

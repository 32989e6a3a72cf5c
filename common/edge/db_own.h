/*
 * db_own: what the files of db share with each other and with nobody else.
 *
 * A step is one thing sent whose answer has not been read.  Answers come in the order of the steps;
 * the first bad one is recorded and stops the reading, and db_abandon reads the rest.
 */
#pragma once

#include <libpq-fe.h>

#include "base/text.h"
#include "edge/db.h"

struct binary;
struct foreseen;
struct gathered;
struct look;

enum { PARAMETERS_MOST = 32 }; /* of one statement */

enum step_kind { STEP_EFFECT, STEP_EXPECT, STEP_READ, STEP_AHEAD, STEP_COMMIT, STEP_SYNC };

struct step {
    const char *name; /* of the statement, for what is said about it; NULL for our own */
    enum step_kind kind;
    long count;        /* rows expected */
    struct look *into; /* STEP_AHEAD: where the answer is kept */
};

struct db {
    PGconn *conn; /* NULL after LOST or DOUBT */
    struct arena *arena;
    long statement_ms;
    bool read_only;

    bool begun;
    bool committing; /* COMMIT may have left and was not answered */
    bool committed;
    bool warned;   /* on COMMIT: it may not have been replicated */
    bool draining; /* errors were told already */
    unsigned long writes;
    unsigned long expecting; /* steps whose number of rows was not checked */

    enum db_trouble trouble;
    char sqlstate[6];
    char sentence[512];

    struct arena *later;                       /* until the transaction ends: */
    struct look *looks;                        /* what was asked before it is wanted, */
    struct foreseen *foreseen, **foreseen_end; /* question by question */
    struct gathered *gathered;                 /* to be sent when something else is */
    struct binary *binaries;                   /* parameters that are not text */

    struct step *steps;
    size_t first;
    size_t last;
    size_t room;
};

/* ---- db_trouble.c ---- */

/* Records trouble where none is recorded yet; always false. */
bool db_record(struct db *db, enum db_trouble trouble, const char *name, const char *sentence);

/* Records what the server said in answer to a step; closes where the connection is no good. */
bool db_refused(struct db *db, const struct step *step, const PGresult *result);

/* Closes: LOST, or DOUBT where COMMIT may have left; always false. */
bool db_lost(struct db *db, const char *sentence);

/* What libpq says in several lines, cut after the first. */
const char *db_first_line(const char *message);

/* ---- db_pipe.c ---- */

/* Notes a step that libpq has taken; sent is libpq's word for it. */
bool db_step(struct db *db, int sent, struct step step);
bool db_send(struct db *db, const char *prepared, const char *const *texts, struct step step);
bool db_sync(struct db *db);

/* Waits until the answer that comes next has arrived. */
bool db_await(struct db *db, int64_t until_ms);

/* Reads the answers of all steps; the result of a STEP_READ goes to *read, to be cleared. */
bool db_settle(struct db *db, PGresult **read);

/* Waits for everything sent, as db_settle without a read. */
bool db_wait(struct db *db);

/* ---- db_later.c ---- */

/* The transaction is over: neither what was foreseen nor what was gathered is wanted any more. */
void db_forget_later(struct db *db);

/* Keeps the answer to a step of db_ahead. */
void db_foresaw(struct look *look, PGresult *result);

/* Sends what db_ahead and db_add gathered, for something else is about to be sent. */
bool db_send_gathered(struct db *db);

/* ---- db_values.c ---- */

/* Adds a row to an array of rows: texts up to db_end, each a column of a composite type. */
void db_add_row(struct text *array, const char *const *texts);

/* ---- db_binary.c ---- */

/* The size of a parameter made by db_bytes_array, which is forgotten; 0: it is a text. */
int db_take_binary(struct db *db, const char *parameter);

/* ---- db_rows.c ---- */

/* Copies `count` rows of a result into the arena, in one piece. */
void db_copy_rows(struct arena *arena, const PGresult *result, int first, int count,
                  struct rows *rows);

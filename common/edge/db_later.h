/*
 * db_later: asking before the answer is wanted, and writing when there is more of it.
 *
 * Both save what a batch of many like requests spends most on: a round trip and a statement for
 * each question, and a statement for each row.
 */
#pragma once

#include "edge/db.h"

/*
 * For statements that take questions as an array of a composite type, and answer each with one row,
 * in their order: db_look fetches the row of one question.
 *
 * db_ahead asks already what db_look will ask with the same parameters.  What was asked ahead is
 * sent as one statement, before anything else is, and db_look then need not wait; until the
 * transaction ends, the texts must last.  Each answer is found once, and only while rows go where
 * they went when it was asked (db_use): what one request foresaw is not for another.  That nothing
 * is written in between which would change it is the caller's to know.
 */
#define db_look(db, row, sql, ...) db_look_with(db, row, sql, DB_TEXTS(__VA_ARGS__))
#define db_ahead(db, sql, ...)     db_ahead_with(db, sql, DB_TEXTS(__VA_ARGS__))

/*
 * As db_run, for a statement that takes its rows as an array of a composite type: a row more, a
 * text for each column.  Rows of one statement are sent together, before anything else is.
 */
#define db_add(db, sql, ...) db_add_with(db, sql, DB_TEXTS(__VA_ARGS__))

bool db_look_with(struct db *db, struct row *row, struct statement sql, const char *const *texts);
bool db_ahead_with(struct db *db, struct statement sql, const char *const *texts);
bool db_add_with(struct db *db, struct statement sql, const char *const *texts);

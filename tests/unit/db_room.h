/*
 * db_room: a schema of its own for a test that needs a real PostgreSQL.
 *
 * AFTERLINE_TEST_DATABASE says how to connect; without it these tests are skipped by name.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/table.h"
#include "base/text.h"
#include "edge/db.h"

enum { ROOM_STATEMENT_MS = 5000 };

static inline const char *room_conninfo(void)
{
    const char *conninfo = getenv("AFTERLINE_TEST_DATABASE");
    if (text_empty(conninfo))
        skip();
    return conninfo;
}

static inline struct db *room_open(struct arena *arena, struct db_options options)
{
    const char *why = "";
    options.conninfo = room_conninfo();
    options.name = "test";
    if (!options.statement_ms)
        options.statement_ms = ROOM_STATEMENT_MS;
    struct db *db = db_open(&options, &why);
    assert_string_equal(why, "");
    assert_non_null(db);
    db_use(db, arena);
    return db;
}

/* Runs a script over a connection that is closed again. */
static inline void room_script(const char *text)
{
    struct db *db = room_open(NULL, (struct db_options){.schema = ""});
    if (!db_script(db, text))
        fail_msg("%s", db_sentence(db));
    db_close(db);
}

/*
 * schema: the statements and migrations of a service, embedded by the build.
 *
 * `services/<name>/sql/<statement>.sql` becomes `sql.<statement>`; every statement is prepared at
 * start.  `migrations/NNNN_what.sql` are applied once, in order, under a lock, each in a
 * transaction; their checksums are kept and an edited one stops the start.  Those of common/ come
 * before a service's own; in them "@." stands for the schema.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/table.h"
#include "edge/db.h"

struct migration {
    const char *name; /* "0001_ticket" */
    const char *text;
};

struct schema {
    const char *name;
    struct statement_table statements;
    TABLE_OF(struct migration) migrations;
};

/* Applies what is missing; false with *why. */
bool schema_migrate(struct arena *arena, const char *conninfo, const struct schema *schema,
                    const char **why);

#include "daemon/schema.h"

#include <sodium.h>
#include <string.h>

#include "base/check.h"
#include "house_sql.h"

enum { MIGRATION_MS = 60 * 60 * 1000, CHECKSUM_BYTES = 32 };

/* Not in sql/, where every statement is prepared at start: these run before their table is sure. */
static const struct {
    struct statement lock_migrations;
    struct statement find_migration;
    struct statement note_migration;
} own = {
    {"lock_migrations",
     "select pg_advisory_xact_lock(hashtextextended('migrate ' || $1, 0)) is null as locked"},
    {"find_migration",  "select checksum from @.migration where name = $1"                  },
    {"note_migration",  "insert into @.migration (name, checksum) values ($1, $2)"          },
};
static const struct statement_table own_table = {(const struct statement *)&own,
                                                 sizeof own / sizeof(struct statement)};

struct migrating {
    struct arena *arena;
    struct db *db;
    const struct schema *schema;
    const char **why;
};

static char *checksum_of(struct arena *arena, const char *text)
{
    unsigned char hash[CHECKSUM_BYTES];
    char *hex = arena_take(arena, 2 * CHECKSUM_BYTES + 1);

    CHECK(crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0)
          == 0);
    return sodium_bin2hex(hex, 2 * CHECKSUM_BYTES + 1, hash, sizeof hash);
}

static bool fail_with(struct migrating *migrating, const char *name, const char *sentence)
{
    *migrating->why = arena_print(migrating->arena, "%s.sql: %s", name, sentence);
    return false;
}

static bool apply_inside(struct migrating *migrating, const char *name, const char *text,
                         const char *checksum)
{
    struct row row;
    struct db *db = migrating->db;

    if (!db_one(db, &row, own.lock_migrations, migrating->schema->name)
        || !db_maybe(db, &row, own.find_migration, name))
        return fail_with(migrating, name, db_sentence(db));
    if (row.values && strcmp(row_text(&row, "checksum"), checksum) != 0)
        return fail_with(migrating, name, "was edited after it was applied");
    if (row.values)
        return true;
    if (!db_script(db, text) || !db_run(db, own.note_migration, name, checksum))
        return fail_with(migrating, name, db_sentence(db));
    return true;
}

static bool apply(struct migrating *migrating, const char *name, const char *text)
{
    const char *checksum = checksum_of(migrating->arena, text);
    struct db *db = migrating->db;

    db_begin(db);
    bool applied = apply_inside(migrating, name, text, checksum);
    if (applied && !db_commit(db))
        applied = fail_with(migrating, name, db_sentence(db));
    if (!applied)
        db_abandon(db);
    return applied;
}

/* Common's come first, under names of their own, for both count from 0001. */
static bool apply_all(struct migrating *migrating)
{
    struct arena *arena = migrating->arena;
    const struct schema *schema = migrating->schema;

    for (size_t i = 0; i < house_schema.migrations.count; i++) {
        const struct migration *migration = &house_schema.migrations.rows[i];
        const char *name = arena_print(arena, "common/%s", migration->name);
        if (!apply(migrating, name, db_in_schema(arena, migration->text, schema->name)))
            return false;
    }
    for (size_t i = 0; i < schema->migrations.count; i++)
        if (!apply(migrating, schema->migrations.rows[i].name, schema->migrations.rows[i].text))
            return false;
    return true;
}

static struct db *open_db(struct migrating *migrating, const char *conninfo, size_t tables)
{
    const char *why;
    struct db_options options = {
        .conninfo = conninfo,
        .schema = migrating->schema->name,
        .name = arena_print(migrating->arena, "%s/migrate", migrating->schema->name),
        .statement_ms = MIGRATION_MS,
        .statements = &own_table,
        .statement_tables = tables,
    };
    struct db *db = db_open(&options, &why);
    if (!db)
        *migrating->why = arena_copy(migrating->arena, why);
    else
        db_use(db, migrating->arena);
    return db;
}

/* The lock is the schema's: services migrate beside each other and none of them twice at once. */
static char *room_script(struct arena *arena, const char *schema)
{
    return arena_print(
        arena,
        "begin;\n"
        "select pg_advisory_xact_lock(hashtextextended('migrate %1$s', 0));\n"
        "do $make$\n"
        "begin\n"
        "    if to_regnamespace('%1$s') is null then\n"
        "        create schema %1$s;\n"
        "    end if;\n"
        "    if to_regclass('%1$s.migration') is null then\n"
        "        create table %1$s.migration (\n"
        "            name       text        primary key,\n"
        "            checksum   text        not null,\n"
        "            applied_at timestamptz not null default current_timestamp\n"
        "        );\n"
        "        comment on table %1$s.migration is 'Changes of this schema, each applied once.';\n"
        "    end if;\n"
        "end\n"
        "$make$;\n"
        "commit;",
        schema);
}

static bool make_table(struct migrating *migrating, const char *conninfo)
{
    struct db *db = open_db(migrating, conninfo, 0);
    if (!db)
        return false;

    bool made = db_script(db, room_script(migrating->arena, migrating->schema->name));
    if (!made)
        fail_with(migrating, "migration", db_sentence(db));
    db_close(db);
    return made;
}

bool schema_migrate(struct arena *arena, const char *conninfo, const struct schema *schema,
                    const char **why)
{
    struct migrating migrating = {arena, NULL, schema, why};
    if (!make_table(&migrating, conninfo))
        return false;

    migrating.db = open_db(&migrating, conninfo, 1);
    if (!migrating.db)
        return false;
    bool migrated = apply_all(&migrating);
    db_close(migrating.db);
    return migrated;
}

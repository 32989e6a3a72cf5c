#include "edge/db_later.h"

#include <string.h>

#include "base/check.h"
#include "edge/db_own.h"

enum { COLUMNS_MOST = 32, ROWS_AT_FIRST = 16 };

/* A statement asked before its answer is wanted. */
struct foreseen {
    const struct arena *owner; /* whose rows were to go there has asked it; nobody else finds it */
    const char *name;
    const char *const *texts;
    PGresult *result; /* NULL until it arrived */
    struct foreseen *next;
};

/* Rows of one statement that wait to be sent as one. */
struct gathered {
    const char *name;
    size_t columns, count, room;
    const char **items[COLUMNS_MOST];
    struct gathered *next;
};

static size_t count_texts(const char *const *texts)
{
    size_t count = 0;

    while (texts[count] != db_end)
        count++;
    return count;
}

void db_forget_later(struct db *db)
{
    for (struct foreseen *at = db->foreseen; at; at = at->next)
        PQclear(at->result);
    db->foreseen = NULL;
    db->foreseen_end = &db->foreseen;
    db->gathered = NULL;
    arena_reset(db->later);
}

/* ---- what is asked before it is wanted ---- */

bool db_ahead_with(struct db *db, struct statement sql, const char *const *texts)
{
    CHECK(db->begun);
    size_t size = (count_texts(texts) + 1) * sizeof *texts;
    struct foreseen *foreseen = arena_take(db->later, sizeof *foreseen);

    *foreseen = (struct foreseen){db->arena, sql.name, arena_copy_bytes(db->later, texts, size)};
    if (!db_send_gathered(db)
        || !db_send(db, sql.name, texts, (struct step){sql.name, STEP_AHEAD, .into = foreseen}))
        return false;
    *db->foreseen_end = foreseen;
    db->foreseen_end = &foreseen->next;
    return true;
}

void db_foresaw(struct foreseen *foreseen, PGresult *result)
{
    foreseen->result = result;
}

static bool same_texts(const char *const *a, const char *const *b)
{
    for (; *a != db_end && *b != db_end; a++, b++)
        if ((*a == NULL) != (*b == NULL) || (*a && strcmp(*a, *b) != 0))
            return false;
    return *a == *b;
}

bool db_take_foreseen(struct db *db, struct statement sql, const char *const *texts,
                      PGresult **result)
{
    struct foreseen **at = &db->foreseen;

    while (*at
           && ((*at)->owner != db->arena || (*at)->name != sql.name
               || !same_texts((*at)->texts, texts)))
        at = &(*at)->next;
    if (!*at)
        return false;

    struct foreseen *found = *at;
    if (!found->result)
        db_wait(db);
    *result = found->result;
    *at = found->next;
    if (!found->next)
        db->foreseen_end = at;
    return true;
}

/* ---- what is sent when there is more of it ---- */

static struct gathered *gathered_of(struct db *db, struct statement sql, size_t columns)
{
    struct gathered **at = &db->gathered;

    while (*at && (*at)->name != sql.name)
        at = &(*at)->next;
    if (!*at) {
        CHECK(columns <= COLUMNS_MOST);
        *at = arena_take(db->later, sizeof **at);
        **at = (struct gathered){.name = sql.name, .columns = columns};
    }
    return *at;
}

static void make_room(struct arena *arena, struct gathered *rows)
{
    size_t room = rows->room ? rows->room * 2 : ROWS_AT_FIRST;

    for (size_t i = 0; i < rows->columns; i++) {
        const char **items = arena_take(arena, room * sizeof *items);
        if (rows->count)
            memcpy(items, rows->items[i], rows->count * sizeof *items);
        rows->items[i] = items;
    }
    rows->room = room;
}

bool db_add_with(struct db *db, struct statement sql, const char *const *texts)
{
    CHECK(db->begun);
    if (db->trouble != DB_FINE)
        return false;
    struct gathered *rows = gathered_of(db, sql, count_texts(texts));

    if (rows->count == rows->room)
        make_room(db->later, rows);
    for (size_t i = 0; i < rows->columns; i++) {
        CHECK(texts[i] != db_end);
        rows->items[i][rows->count] = texts[i];
    }
    rows->count++;
    db->writes++;
    return true;
}

bool db_send_gathered(struct db *db)
{
    struct gathered *rows = db->gathered;

    db->gathered = NULL;
    for (; rows; rows = rows->next) {
        const char *arrays[COLUMNS_MOST + 1];
        for (size_t i = 0; i < rows->columns; i++)
            arrays[i] = db_array(db->later, rows->items[i], rows->count);
        arrays[rows->columns] = db_end;
        if (!db_send(db, rows->name, arrays, (struct step){rows->name, STEP_EFFECT}))
            return false;
    }
    return true;
}

#include "edge/db_later.h"

#include <string.h>

#include "base/check.h"
#include "edge/db_own.h"

/* Rows, or questions, of one statement that wait to be sent as one array. */
struct gathered {
    const char *name;
    struct text array;
    size_t count;
    struct gathered *next;
};

/* Questions sent as one, and what came back: a row for each, in their order. */
struct look {
    struct gathered *questions;
    bool sent;
    PGresult *result; /* NULL until it arrived */
    struct look *next;
};

/* A question asked before its answer is wanted. */
struct foreseen {
    const struct arena *owner; /* whose row was to go there has asked it; nobody else finds it */
    const char *const *texts;
    struct look *look;
    size_t place;
    struct foreseen *next;
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
    for (struct look *look = db->looks; look; look = look->next)
        PQclear(look->result);
    db->looks = NULL;
    db->foreseen = NULL;
    db->foreseen_end = &db->foreseen;
    db->gathered = NULL;
    db->binaries = NULL;
    arena_reset(db->later);
}

/* ---- gathering ---- */

static struct gathered *gathered_new(struct db *db, struct statement sql)
{
    struct gathered *rows = arena_take(db->later, sizeof *rows);

    *rows = (struct gathered){.name = sql.name, .array = text_new(db->later)};
    return rows;
}

static void gather(struct gathered *rows, const char *const *texts)
{
    text_add(&rows->array, rows->count++ ? "," : "{");
    db_add_row(&rows->array, texts);
}

static bool send_as_one(struct db *db, struct gathered *rows, struct step step)
{
    text_add(&rows->array, "}");
    return db_send(db, rows->name, DB_TEXTS(rows->array.at), step);
}

static bool send_looks(struct db *db)
{
    for (struct look *look = db->looks; look; look = look->next) {
        struct step step = {look->questions->name, STEP_AHEAD, .into = look};
        if (!look->sent && !send_as_one(db, look->questions, step))
            return false;
        look->sent = true;
    }
    return true;
}

/* Questions first: a row that was added after them is none of theirs. */
bool db_send_gathered(struct db *db)
{
    struct gathered *rows = db->gathered;

    if (!send_looks(db))
        return false;
    db->gathered = NULL;
    for (; rows; rows = rows->next)
        if (!send_as_one(db, rows, (struct step){rows->name, STEP_EFFECT}))
            return false;
    return true;
}

/* ---- what is sent when there is more of it ---- */

static struct gathered *gathered_of(struct db *db, struct statement sql)
{
    struct gathered **at = &db->gathered;

    while (*at && (*at)->name != sql.name)
        at = &(*at)->next;
    if (!*at)
        *at = gathered_new(db, sql);
    return *at;
}

bool db_add_with(struct db *db, struct statement sql, const char *const *texts)
{
    CHECK(db->begun);
    if (db->trouble != DB_FINE)
        return false;
    gather(gathered_of(db, sql), texts);
    db->writes++;
    return true;
}

/* ---- what is asked before it is wanted ---- */

static struct look *unsent_look(struct db *db, struct statement sql)
{
    struct look **at = &db->looks;

    while (*at && ((*at)->sent || (*at)->questions->name != sql.name))
        at = &(*at)->next;
    if (!*at) {
        *at = arena_take(db->later, sizeof **at);
        **at = (struct look){.questions = gathered_new(db, sql)};
    }
    return *at;
}

bool db_ahead_with(struct db *db, struct statement sql, const char *const *texts)
{
    CHECK(db->begun);
    if (db->trouble != DB_FINE || (db->gathered && !db_send_gathered(db)))
        return false;

    size_t size = (count_texts(texts) + 1) * sizeof *texts;
    struct look *look = unsent_look(db, sql);
    struct foreseen *foreseen = arena_take(db->later, sizeof *foreseen);
    const char *const *copy = arena_copy_bytes(db->later, texts, size);
    *foreseen = (struct foreseen){db->arena, copy, look, look->questions->count};
    gather(look->questions, copy);
    *db->foreseen_end = foreseen;
    db->foreseen_end = &foreseen->next;
    return true;
}

void db_foresaw(struct look *look, PGresult *result)
{
    look->result = result;
}

static bool same_texts(const char *const *a, const char *const *b)
{
    for (; *a != db_end && *b != db_end; a++, b++)
        if ((*a == NULL) != (*b == NULL) || (*a && strcmp(*a, *b) != 0))
            return false;
    return *a == *b;
}

static struct foreseen *take_foreseen(struct db *db, struct statement sql, const char *const *texts)
{
    struct foreseen **at = &db->foreseen;

    while (*at
           && ((*at)->owner != db->arena || (*at)->look->questions->name != sql.name
               || !same_texts((*at)->texts, texts)))
        at = &(*at)->next;
    struct foreseen *found = *at;
    if (!found)
        return NULL;
    *at = found->next;
    if (!found->next)
        db->foreseen_end = at;
    return found;
}

bool db_look_with(struct db *db, struct row *row, struct statement sql, const char *const *texts)
{
    if (db->trouble != DB_FINE)
        return false;
    struct foreseen *found = take_foreseen(db, sql, texts);
    if (!found) {
        if (!db_ahead_with(db, sql, texts))
            return false;
        found = take_foreseen(db, sql, texts);
    }

    struct look *look = found->look;
    if (!look->result && (!db_send_gathered(db) || !db_wait(db)))
        return false;
    if ((size_t)PQntuples(look->result) != look->questions->count)
        return db_record(db, DB_DEFECT, sql.name, "not one row for each question");
    struct rows rows;
    db_copy_rows(db->arena, look->result, (int)found->place, 1, &rows);
    *row = rows.rows[0];
    return true;
}

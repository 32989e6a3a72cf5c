#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "edge/db_own.h"

/*
 * Beginnings of SQLSTATEs, the longer before the shorter.  What a new connection heals is LOST: the
 * server going away, an old leader, and statements whose plans a migration has made stale.
 */
static const struct {
    const char *sqlstate;
    enum db_trouble trouble;
} troubles[] = {
    {"08P01", DB_DEFECT},
    {"08",    DB_LOST  },
    {"0A000", DB_LOST  },
    {"22",    DB_WRONG },
    {"23",    DB_WRONG },
    {"25006", DB_LOST  },
    {"25P03", DB_LOST  },
    {"26000", DB_LOST  },
    {"40001", DB_AGAIN },
    {"40P01", DB_AGAIN },
    {"53",    DB_FULL  },
    {"55P03", DB_LATE  },
    {"57014", DB_LATE  },
    {"57P",   DB_LOST  },
    {"58",    DB_FULL  },
};

static enum db_trouble trouble_of(const struct db *db, const char *sqlstate)
{
    if (db->read_only && strcmp(sqlstate, "25006") == 0)
        return DB_DEFECT;
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
        if (strncmp(sqlstate, troubles[i].sqlstate, strlen(troubles[i].sqlstate)) == 0)
            return troubles[i].trouble;
    return DB_DEFECT;
}

bool db_record(struct db *db, enum db_trouble trouble, const char *name, const char *sentence)
{
    if (db->trouble != DB_FINE)
        return false;
    db->trouble = trouble;
    snprintf(db->sentence, sizeof db->sentence, "%s%s%.400s", text_or_empty(name),
             name ? ".sql: " : "", sentence);
    return false;
}

static bool close_with(struct db *db, enum db_trouble trouble, const char *name,
                       const char *sentence)
{
    db_record(db, trouble, name, sentence);
    PQfinish(db->conn);
    db->conn = NULL;
    db->first = db->last = 0;
    return false;
}

bool db_lost(struct db *db, const char *sentence)
{
    return close_with(db, db->committing ? DB_DOUBT : DB_LOST, NULL, sentence);
}

const char *db_first_line(const char *message)
{
    static _Thread_local char line[400];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(message, "\n"), message);
    return line;
}

/* PostgreSQL quotes a bad value after a colon; it may be somebody's name. */
static const char *without_value(const char *sqlstate, const char *message)
{
    static _Thread_local char line[400];
    const char *value = strncmp(sqlstate, "22", 2) == 0 ? strstr(message, ": \"") : NULL;
    snprintf(line, sizeof line, "%.*s", value ? (int)(value - message) : (int)sizeof line, message);
    return line;
}

static bool ends_session(const PGresult *result)
{
    const char *severity = text_or_empty(PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED));
    return strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
}

/*
 * A server that ends the session in answer to a step has carried out none of the later ones: what
 * comes before COMMIT tells that nothing was committed.
 */
bool db_refused(struct db *db, const struct step *step, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (db->draining && sqlstate && !ends_session(result))
        return false;
    if (!sqlstate)
        return db_lost(db, db_first_line(PQresultErrorMessage(result)));

    const char *message = text_or_empty(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    message = without_value(sqlstate, message);
    enum db_trouble trouble = ends_session(result) ? DB_LOST : trouble_of(db, sqlstate);
    if (db->trouble == DB_FINE)
        snprintf(db->sqlstate, sizeof db->sqlstate, "%s", sqlstate);
    if (trouble != DB_LOST)
        return db_record(db, trouble, step->name, message);
    return close_with(db, step->kind == STEP_COMMIT ? DB_DOUBT : DB_LOST, step->name, message);
}

enum db_trouble db_trouble(const struct db *db)
{
    return db->trouble;
}

const char *db_sentence(const struct db *db)
{
    return db->sentence;
}

const char *db_sqlstate(const struct db *db)
{
    return db->sqlstate;
}

bool db_usable(const struct db *db)
{
    return db->conn != NULL;
}

#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/workers_own.h"
#include "house_sql.h"

/* Only the last reader reads pages of history, and, where queries wait as well, in turn with them.
 */
static struct work *pick(struct reader *reader)
{
    struct worker_pool *pool = reader->pool;
    bool page = reader->pages && pool->pages.first && (reader->queried || !pool->queries.first);

    reader->queried = !page;
    return work_pop(page ? &pool->pages : &pool->queries);
}

static struct work *take(struct reader *reader)
{
    struct worker_pool *pool = reader->pool;
    struct work *work = NULL;

    pthread_mutex_lock(&pool->lock);
    while (!(work = pick(reader)) && !pool->stopping)
        pthread_cond_wait(&pool->to_read, &pool->lock);
    if (work)
        work->spare = !pool->view.active;
    pthread_mutex_unlock(&pool->lock);
    return work;
}

static struct db *connect_reader(struct worker_pool *pool, const char **why)
{
    const struct service *service = pool->daemon->service;
    struct statement_table statements[] = {house_schema.statements, service->schema->statements};
    char name[96] = "";
    struct db_options options = {
        .conninfo = pool->settings.conninfo,
        .schema = service->schema->name,
        .name = name,
        .read_only = true,
        .statement_ms = pool->settings.statement_ms,
        .statements = statements,
        .statement_tables = LENGTH(statements),
    };

    strncat(name, pool->daemon->instance, sizeof name - 8);
    strcat(name, "/reader");
    return db_open(&options, why);
}

void query_run(struct work *work, const struct service *service, struct db *db)
{
    work_begin(work, service, db, clock_now_ms());
    db_use(db, work->arena);
    bool answered =
        expect_told(&work->request) && work_run(work, work->command->run, work->command->message);
    if (!answered && work->answer.kind == OK)
        work_failed(work, db_trouble(db),
                    arena_print(work->arena, "%s %s", db_sqlstate(db), db_sentence(db)));
    work->outcome = OUTCOME_SETTLED;
    if (db_trouble(db) == DB_NONE)
        db_forgive(db);
    else if (db_trouble(db) != DB_FINE)
        db_abandon(db);
}

/* Personal data was shown: the answer leaves after the note of it is on disk. */
static void hand_over(struct worker_pool *pool, struct work *work)
{
    if (!work->seen || work->answer.kind != OK) {
        workers_finish(pool, &work, 1);
        return;
    }
    work->kind = WORK_NOTE;
    pthread_mutex_lock(&pool->lock);
    bool active = pool->view.active;
    if (active)
        work_push(&pool->commands, work);
    pthread_cond_signal(&pool->to_write);
    pthread_mutex_unlock(&pool->lock);
    if (!active) {
        work_refuse(work, NOT_ACTIVE, "not_active", "another instance writes");
        workers_finish(pool, &work, 1);
    }
}

static void answer(struct worker_pool *pool, struct work *work, struct db **db)
{
    const char *why = "";

    if (work->deadline_ms <= clock_monotonic_ms()) {
        work_refuse(work, DEADLINE, "deadline", "there was no time left to begin");
        workers_finish(pool, &work, 1);
        return;
    }
    for (int tries = 0; tries < 2; tries++) {
        if (!*db)
            *db = connect_reader(pool, &why);
        if (!*db)
            break;
        query_run(work, pool->daemon->service, *db);
        if (db_usable(*db)) {
            hand_over(pool, work);
            return;
        }
        db_close(*db);
        *db = NULL;
    }
    work_refuse(work, UNAVAILABLE, "no_database", "the database can't be reached; ask again");
    workers_finish(pool, &work, 1);
}

void *reader_thread(void *with)
{
    struct reader *reader = with;
    struct db *db = NULL;
    struct work *work;

    while ((work = take(reader)))
        answer(reader->pool, work, &db);
    if (db)
        db_close(db);
    return NULL;
}

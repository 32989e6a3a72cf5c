#include "daemon/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/ids.h"
#include "base/log.h"
#include "daemon/metrics.h"
#include "daemon/writer_own.h"

enum {
    SEAL_EVERY_EVENTS = 10000,
    SEAL_EVERY_MS = 10 * 60 * 1000,
};

/* Statements that are made of the plan's tables: last number of each counter, emptying a picture.
 */
static void make_statements(struct writer *writer)
{
    const struct service *service = writer->options.service;
    size_t count = service->counters.count + service->pictures.count;
    struct statement *made = arena_take(writer->life, (count + 1) * sizeof *made);

    for (size_t i = 0; i < service->counters.count; i++) {
        const struct counter *counter = &service->counters.rows[i];
        made[i].name = arena_print(writer->life, "last_number_%zu", i);
        made[i].text = arena_print(writer->life, "select max(%s) as last from %s", counter->column,
                                   counter->table);
    }
    for (size_t i = 0; i < service->pictures.count; i++) {
        struct statement *statement = &made[service->counters.count + i];
        statement->name = arena_print(writer->life, "empty_picture_%zu", i);
        statement->text = arena_print(writer->life, "delete from %s", service->pictures.rows[i]);
    }
    writer->made = made;
    writer->made_count = count;
    writer->statements[0] = house_schema.statements;
    writer->statements[1] = service->schema->statements;
    writer->statements[2] = (struct statement_table){made, count};
}

/* The sources of the plan's reactions, each once. */
static void list_places(struct writer *writer)
{
    const struct service *service = writer->options.service;

    writer->places =
        arena_take(writer->life, (service->reactions.count + 1) * sizeof *writer->places);
    for (size_t i = 0; i < service->reactions.count; i++) {
        const char *source = service->reactions.rows[i].source;
        size_t j = 0;
        while (j < writer->place_count && strcmp(writer->places[j].source, source) != 0)
            j++;
        if (j == writer->place_count)
            writer->places[writer->place_count++].source = source;
    }
}

/* A timer of another release waits for the release that knows it. */
static void list_timers(struct writer *writer)
{
    const struct service *service = writer->options.service;
    const char **names = arena_take(writer->life, (service->timers.count + 1) * sizeof *names);

    for (size_t i = 0; i < service->timers.count; i++)
        names[i] = service->timers.rows[i].name;
    writer->timers = db_array(writer->life, names, service->timers.count);
}

struct writer *writer_new(const struct writer_options *options)
{
    struct writer *writer = calloc(1, sizeof *writer);
    CHECK(writer);

    writer->options = *options;
    writer->life = arena_new();
    writer->tenure = arena_new();
    writer->parked.arena = arena_new();
    writer->batch = arena_new();
    make_statements(writer);
    list_places(writer);
    list_timers(writer);
    size_t numbers = options->service->counters.count + 1;
    writer->numbers = arena_take(writer->life, numbers * sizeof *writer->numbers);
    writer->drawn = arena_take(writer->life, numbers * sizeof *writer->drawn);
    if (options->seal_seed_file)
        writer->seal = seal_open(options->seal_seed_file);
    return writer;
}

void writer_free(struct writer *writer)
{
    if (writer->db)
        db_close(writer->db);
    seal_free(writer->seal);
    arena_free(writer->batch);
    arena_free(writer->parked.arena);
    arena_free(writer->tenure);
    arena_free(writer->life);
    free(writer);
}

bool writer_active(const struct writer *writer)
{
    return writer->active;
}

void writer_lose(struct writer *writer, const char *what)
{
    if (writer->active)
        log_warn("did=lose_writer epoch=%llu what=%s", (unsigned long long)writer->epoch,
                 log_quote(writer->batch, what));
    writer->active = false;
    metric_set(METRIC_ACTIVE, 0);
    if (writer->db)
        db_close(writer->db);
    writer->db = NULL;
}

static bool connect_writer(struct writer *writer, const char **why)
{
    struct db_options options = {
        .conninfo = writer->options.conninfo,
        .schema = writer->options.service->schema->name,
        .name = arena_print(writer->batch, "%s/writer", writer->options.instance),
        .writer = true,
        .statement_ms = writer->options.statement_ms,
        .statements = writer->statements,
        .statement_tables = 3,
    };

    if (writer->db)
        return true;
    writer->db = db_open(&options, why);
    return writer->db != NULL;
}

static bool read_numbers(struct writer *writer)
{
    for (size_t i = 0; i < writer->options.service->counters.count; i++) {
        struct row row;
        if (!db_one(writer->db, &row, writer->made[i]))
            return false;
        int64_t last = row_number(&row, "last");
        writer->numbers[i] = last < ids_first ? ids_first : last + 1;
    }
    return true;
}

static bool read_places(struct writer *writer)
{
    struct rows rows;

    for (size_t i = 0; i < writer->place_count; i++)
        if (!db_run(writer->db, house_sql.start_position, writer->places[i].source))
            return false;
    if (!db_all(writer->db, &rows, house_sql.read_positions))
        return false;
    for (size_t i = 0; i < writer->place_count; i++)
        for (size_t j = 0; j < rows.count; j++)
            if (strcmp(writer->places[i].source, row_text(&rows.rows[j], "source")) == 0)
                writer->places[i].at = (uint64_t)row_number(&rows.rows[j], "at");
    return true;
}

static bool read_head(struct writer *writer)
{
    struct row row;

    if (!db_maybe(writer->db, &row, house_sql.read_head))
        return false;
    memset(writer->hash, 0, sizeof writer->hash);
    writer->head = 0;
    if (!row.values)
        return true;
    struct bytes hash = row_bytes(writer->tenure, &row, "hash");
    CHECK(hash.size == CHAIN_HASH);
    memcpy(writer->hash, hash.at, CHAIN_HASH);
    writer->head = (uint64_t)row_number(&row, "id");
    return true;
}

bool writer_read_parked(struct writer *writer)
{
    struct rows rows;

    parked_forget(&writer->parked);
    db_use(writer->db, writer->parked.arena);
    if (!db_all(writer->db, &rows, house_sql.read_parked_subjects))
        return false;
    for (size_t i = 0; i < rows.count; i++)
        parked_add(&writer->parked, row_text(&rows.rows[i], "subject"),
                   (unsigned)row_number(&rows.rows[i], "events"));
    metric_set(METRIC_PARKED, writer->parked.events);
    return true;
}

/* What was told after it is owed a signature, whoever wrote it. */
static bool read_sealed(struct writer *writer)
{
    struct row row;

    if (!db_maybe(writer->db, &row, house_sql.read_sealed, writer->options.service->name,
                  head_sealed__descriptor.name))
        return false;
    writer->sealed = row.values ? (uint64_t)row_number(&row, "id") : 0;
    writer->sealed_ms = clock_monotonic_ms();
    return true;
}

static bool read_next_due(struct writer *writer)
{
    struct row row;

    if (!db_one(writer->db, &row, house_sql.read_next_due, writer->timers))
        return false;
    writer->next_due_ms = row_null(&row, "due_ms") ? INT64_MAX : row_number(&row, "due_ms");
    return true;
}

/* The session lock: whether we hold it, after ending the session of a frozen holder. */
static bool take_lock(struct writer *writer, bool *locked)
{
    const char *schema = writer->options.service->schema->name;
    struct row row;
    struct rows evicted;

    if (!db_one(writer->db, &row, house_sql.take_lock, schema))
        return false;
    *locked = row_is(&row, "locked");
    if (*locked)
        return true;
    return db_all(writer->db, &evicted, house_sql.evict_frozen, schema);
}

static bool take_epoch(struct writer *writer)
{
    struct row row;

    db_begin(writer->db);
    if (!db_one(writer->db, &row, house_sql.take_epoch))
        return false;
    writer->epoch = (uint64_t)row_number(&row, "epoch");
    return read_head(writer) && read_sealed(writer) && read_numbers(writer) && read_places(writer)
           && read_next_due(writer) && db_commit(writer->db) && writer_read_parked(writer);
}

bool writer_take_over(struct writer *writer, const char **why)
{
    bool locked = false;

    arena_reset(writer->batch);
    arena_reset(writer->tenure);
    if (!connect_writer(writer, why))
        return false;
    db_use(writer->db, writer->tenure);
    if (!take_lock(writer, &locked)) {
        *why = arena_copy(writer->tenure, db_sentence(writer->db));
        writer_lose(writer, *why);
        return false;
    }
    if (!locked && !PLANTED("two_writers")) {
        *why = "another instance writes";
        return false;
    }
    FAIL_POINT("writer.lock_taken");
    writer->months_until_ms = 0;
    writer->took_over_at_ms = clock_now_ms();
    writer->took_over_ms = clock_steady_ms();
    writer->leapt = false;
    writer->tidied_until_ms = clock_monotonic_ms() + TIDY_EVERY_MS;
    if (!writer_make_months(writer, clock_now_ms()) || !take_epoch(writer)) {
        *why = arena_copy(writer->tenure, db_sentence(writer->db));
        writer_lose(writer, *why);
        return false;
    }
    writer->active = true;
    metric_add(METRIC_TAKE_OVERS, 1);
    metric_set(METRIC_ACTIVE, 1);
    log_info("did=take_over epoch=%llu head=%llu", (unsigned long long)writer->epoch,
             (unsigned long long)writer->head);
    return true;
}

bool writer_heartbeat(struct writer *writer)
{
    struct row row;
    char epoch[24];

    snprintf(epoch, sizeof epoch, "%llu", (unsigned long long)writer->epoch);
    arena_reset(writer->batch);
    db_use(writer->db, writer->batch);
    if (db_maybe(writer->db, &row, house_sql.read_epoch, epoch)
        && (row.values || PLANTED("two_writers")))
        return true;
    writer_lose(writer, db_sentence(writer->db));
    return false;
}

int64_t writer_sober_ms(struct writer *writer, int64_t now_ms)
{
    int64_t lived_ms = clock_steady_ms() - writer->took_over_ms;
    int64_t steady_ms = writer->took_over_at_ms + lived_ms;

    if (now_ms - steady_ms <= MINUTE_MS)
        return now_ms;
    if (!writer->leapt)
        log_error("did=watch_clock said=leapt_ahead seconds=%lld",
                  (long long)(now_ms - steady_ms) / SECOND_MS);
    writer->leapt = true;
    return steady_ms;
}

size_t writer_due(struct writer *writer, int64_t now_ms, struct work **works, size_t most)
{
    struct rows rows;
    size_t count = 0;

    if (now_ms < writer->next_due_ms)
        return 0;
    arena_reset(writer->batch);
    db_use(writer->db, writer->batch);
    if (!db_all(writer->db, &rows, house_sql.read_due, db_instant(writer->batch, now_ms),
                writer->timers)
        || !read_next_due(writer)) {
        writer_lose(writer, db_sentence(writer->db));
        return 0;
    }
    if (writer->timers_lost > 0)
        most = 1; /* the connection broke under them: one at a time, until it shows which it is */
    for (size_t i = 0; i < rows.count && count < most; i++) {
        struct work *work = work_new(WORK_TIMER);
        work->timer = service_timer(writer->options.service, row_text(&rows.rows[i], "timer"));
        CHECK(work->timer);
        if (writer->timers_lost >= WRITER_TRIES_MOST)
            work->park = lost_each_time;
        work->subject = arena_copy(work->arena, row_text(&rows.rows[i], "subject"));
        work->due_at = arena_copy(work->arena, row_text(&rows.rows[i], "due_at"));
        works[count++] = work;
    }
    return count;
}

struct work *writer_seal(struct writer *writer)
{
    bool many = writer->head >= writer->sealed + SEAL_EVERY_EVENTS;
    bool late =
        writer->head > writer->sealed && clock_monotonic_ms() - writer->sealed_ms >= SEAL_EVERY_MS;

    return writer->seal && (many || late) ? work_new(WORK_SEAL) : NULL;
}

struct writer_view writer_view(const struct writer *writer)
{
    return (struct writer_view){writer->epoch, writer->head, writer->places, writer->place_count,
                                writer->parked.events};
}

int64_t next_number(struct request *req, char letter)
{
    struct writer *writer = req->work->writer;
    const struct service *service = req->service;

    for (size_t i = 0; i < service->counters.count; i++)
        if (service->counters.rows[i].letter == letter)
            return writer->drawn[i]++;
    CHECK(!"the plan has a counter for this letter");
    return 0;
}

bool writer_empty_picture(struct request *req, size_t n)
{
    const struct writer *writer = req->work->writer;

    return db_run(req->db, writer->made[req->service->counters.count + n]);
}

#include "daemon/batch_write.h"

#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/metrics.h"

static size_t count_emitted(struct work **works, size_t count)
{
    size_t emitted = 0;

    for (size_t i = 0; i < count; i++)
        for (const struct emitted *at = works[i]->emitted; at; at = at->next)
            emitted++;
    return emitted;
}

/* The rows of the batch's events, column by column. */
struct event_rows {
    const char **ids, **types, **subjects;
    struct bytes *records, *hashes;
    size_t count;
};

static struct event_rows event_rows_new(struct arena *arena, size_t most)
{
    return (struct event_rows){
        .ids = arena_take(arena, most * sizeof(char *)),
        .types = arena_take(arena, most * sizeof(char *)),
        .subjects = arena_take(arena, most * sizeof(char *)),
        .records = arena_take(arena, most * sizeof(struct bytes)),
        .hashes = arena_take(arena, most * sizeof(struct bytes)),
    };
}

/* Gives the event its number and its hash, and makes its row. */
static void number_event(struct writer *writer, struct work *work, struct emitted *emitted,
                         struct event_rows *to)
{
    struct arena *arena = work->arena;
    struct bytes record = message_pack(arena, &emitted->event.base);

    chain_next(writer->hash, record, writer->hash);
    struct bytes hash = {arena_copy_bytes(arena, writer->hash, CHAIN_HASH), CHAIN_HASH};
    emitted->told = chain_told(arena, record, hash);
    to->ids[to->count] = db_number(arena, (int64_t)emitted->event.id);
    to->types[to->count] = emitted->event.type;
    to->subjects[to->count] = emitted->event.subject;
    to->records[to->count] = record;
    to->hashes[to->count] = hash;
    to->count++;
}

static bool write_events(struct writer *writer, struct work **works, size_t count, int64_t now_ms,
                         uint64_t *head)
{
    struct arena *arena = writer->batch;
    struct db *db = writer->db;
    size_t emitted = count_emitted(works, count);

    if (emitted == 0)
        return true;
    struct event_rows rows = event_rows_new(arena, emitted);
    for (size_t i = 0; i < count; i++)
        for (struct emitted *at = works[i]->emitted; at; at = at->next) {
            at->event.id = works[i]->answer.upto = ++*head;
            number_event(writer, works[i], at, &rows);
        }
    return db_run(db, house_sql.write_events, db_array(arena, rows.ids, rows.count),
                  db_instant(arena, now_ms), db_array(arena, rows.types, rows.count),
                  db_array(arena, rows.subjects, rows.count),
                  db_bytes_array(db, rows.records, rows.count),
                  db_bytes_array(db, rows.hashes, rows.count));
}

/* Successes are always kept; refusals where the client chose the key, and could ask again: but not
 * those that ask for it. */
static bool to_be_kept(const struct work *work)
{
    bool passing = work->answer.kind == UNAVAILABLE || work->answer.kind == TOO_MANY;

    return work->kind == WORK_COMMAND && !work->recorded
           && (work->answer.kind == OK || (work->header->keyed && !passing));
}

bool batch_write_answers(struct writer *writer, struct work **works, size_t count, int64_t now_ms)
{
    struct arena *arena = writer->batch;
    struct db *db = writer->db;
    const char **keys = arena_take(arena, count * sizeof *keys);
    struct bytes *digests = arena_take(arena, count * sizeof *digests);
    struct bytes *headers = arena_take(arena, count * sizeof *headers);
    struct bytes *bodies = arena_take(arena, count * sizeof *bodies);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        struct work *work = works[i];
        if (!to_be_kept(work))
            continue;
        work_finish_answer(work);
        keys[kept] = work->header->key;
        digests[kept] = work->digest;
        headers[kept] = message_pack(arena, &work->answer.base);
        bodies[kept++] = work->answer_body;
    }
    if (kept == 0)
        return true;
    return db_run(db, house_sql.write_answers, db_array(arena, keys, kept),
                  db_instant(arena, now_ms), db_bytes_array(db, digests, kept),
                  db_bytes_array(db, headers, kept), db_bytes_array(db, bodies, kept));
}

static bool write_disclosures(struct writer *writer, struct work **works, size_t count,
                              int64_t now_ms)
{
    struct arena *arena = writer->batch;
    size_t noted = 0;

    for (size_t i = 0; i < count; i++)
        for (const struct seen *seen = works[i]->seen; seen; seen = seen->next)
            noted++;
    if (noted == 0)
        return true;

    const char **columns[4];
    for (size_t i = 0; i < LENGTH(columns); i++)
        columns[i] = arena_take(arena, noted * sizeof(char *));
    size_t row = 0;
    for (size_t i = 0; i < count; i++)
        for (const struct seen *seen = works[i]->seen; seen; seen = seen->next, row++) {
            columns[0][row] = seen->caller;
            columns[1][row] = seen->subject;
            columns[2][row] = seen->what;
            columns[3][row] = seen->trace;
        }
    metric_add(METRIC_DISCLOSURES, (int64_t)noted);
    return db_run(writer->db, house_sql.write_disclosures, db_instant(arena, now_ms),
                  db_array(arena, columns[0], noted), db_array(arena, columns[1], noted),
                  db_array(arena, columns[2], noted), db_array(arena, columns[3], noted));
}

bool batch_write(struct writer *writer, struct work **works, size_t count, int64_t now_ms,
                 uint64_t *head)
{
    return write_events(writer, works, count, now_ms, head)
           && (PLANTED("key_outside_transaction")
               || batch_write_answers(writer, works, count, now_ms))
           && write_disclosures(writer, works, count, now_ms);
}

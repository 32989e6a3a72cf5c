#include "daemon/batch_write.h"

#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/metrics.h"

/* Columns of a multi-row insert under way. */
struct columns {
    const char **items[5];
    size_t count;
};

static struct columns columns_new(struct arena *arena, size_t columns, size_t rows)
{
    struct columns made = {.count = 0};

    for (size_t i = 0; i < columns; i++)
        made.items[i] = arena_take(arena, (rows + 1) * sizeof(char *));
    return made;
}

static const char *column(struct arena *arena, const struct columns *columns, size_t i)
{
    return db_array(arena, columns->items[i], columns->count);
}

static size_t count_emitted(struct work **works, size_t count)
{
    size_t emitted = 0;

    for (size_t i = 0; i < count; i++)
        for (const struct emitted *at = works[i]->emitted; at; at = at->next)
            emitted++;
    return emitted;
}

/* Gives the event its number and its hash, and makes its row. */
static void number_event(struct writer *writer, struct work *work, struct emitted *emitted,
                         struct columns *to)
{
    struct arena *arena = work->arena;
    struct bytes record = message_pack(arena, &emitted->event.base);
    struct bytes hash = {writer->hash, CHAIN_HASH};

    chain_next(writer->hash, record, writer->hash);
    emitted->told = chain_told(arena, record, hash);
    to->items[0][to->count] = db_number(arena, (int64_t)emitted->event.id);
    to->items[1][to->count] = emitted->event.type;
    to->items[2][to->count] = emitted->event.subject;
    to->items[3][to->count] = db_bytes(arena, record);
    to->items[4][to->count] = db_bytes(arena, hash);
    to->count++;
}

static bool write_events(struct writer *writer, struct work **works, size_t count, int64_t now_ms,
                         uint64_t *head)
{
    struct arena *arena = writer->batch;
    size_t emitted = count_emitted(works, count);
    struct columns columns = columns_new(arena, 5, emitted);

    if (emitted == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        for (struct emitted *at = works[i]->emitted; at; at = at->next) {
            at->event.id = ++*head;
            number_event(writer, works[i], at, &columns);
        }
    return db_run(writer->db, house_sql.write_events, column(arena, &columns, 0),
                  db_instant(arena, now_ms), column(arena, &columns, 1), column(arena, &columns, 2),
                  column(arena, &columns, 3), column(arena, &columns, 4));
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
    struct columns columns = columns_new(arena, 4, count);

    for (size_t i = 0; i < count; i++) {
        struct work *work = works[i];
        if (!to_be_kept(work))
            continue;
        work_finish_answer(work);
        columns.items[0][columns.count] = work->header->key;
        columns.items[1][columns.count] = db_bytes(arena, work->digest);
        columns.items[2][columns.count] = db_bytes(arena, message_pack(arena, &work->answer.base));
        columns.items[3][columns.count] = db_bytes(arena, work->answer_body);
        columns.count++;
    }
    if (columns.count == 0)
        return true;
    return db_run(writer->db, house_sql.write_answers, column(arena, &columns, 0),
                  db_instant(arena, now_ms), column(arena, &columns, 1), column(arena, &columns, 2),
                  column(arena, &columns, 3));
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

    struct columns columns = columns_new(arena, 4, noted);
    for (size_t i = 0; i < count; i++)
        for (const struct seen *seen = works[i]->seen; seen; seen = seen->next) {
            columns.items[0][columns.count] = seen->caller;
            columns.items[1][columns.count] = seen->subject;
            columns.items[2][columns.count] = seen->what;
            columns.items[3][columns.count] = seen->trace;
            columns.count++;
        }
    metric_add(METRIC_DISCLOSURES, (int64_t)noted);
    return db_run(writer->db, house_sql.write_disclosures, db_instant(arena, now_ms),
                  column(arena, &columns, 0), column(arena, &columns, 1),
                  column(arena, &columns, 2), column(arena, &columns, 3));
}

bool batch_write(struct writer *writer, struct work **works, size_t count, int64_t now_ms,
                 uint64_t *head)
{
    return write_events(writer, works, count, now_ms, head)
           && (PLANTED("key_outside_transaction")
               || batch_write_answers(writer, works, count, now_ms))
           && write_disclosures(writer, works, count, now_ms);
}

#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/batch_write.h"
#include "daemon/carry_out.h"
#include "daemon/metrics.h"
#include "daemon/planted.h"

enum { COMPLAIN_EVERY_MS = 10 * SECOND_MS };

/* Holds the epoch and fetches the recorded answers: one round trip. */
static bool begin(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;
    const char **keys = arena_take(writer->batch, (attempt->count + 1) * sizeof *keys);
    size_t count = 0;

    for (size_t i = 0; i < attempt->count; i++)
        if (attempt->works[i]->kind == WORK_COMMAND)
            keys[count++] = attempt->works[i]->header->key;
    FAIL_POINT("writer.before_begin");
    db_begin(writer->db);
    if (!foresee(attempt))
        return false;
    const char *epoch = db_number(writer->batch, (int64_t)writer->epoch);
    bool held = count ? db_all(writer->db, &attempt->answers, house_sql.begin_batch, epoch,
                               db_array(writer->batch, keys, count))
                      : db_all(writer->db, &attempt->answers, house_sql.hold_epoch, epoch);
    if (!held)
        return false;
    if (attempt->answers.count == 0 && !PLANTED("two_writers")) {
        writer_lose(writer, "the epoch has moved on");
        return false;
    }
    if (attempt->answers.count && row_null(&attempt->answers.rows[0], "key"))
        attempt->answers.count = 0;
    return true;
}

static bool move_positions(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;

    for (size_t i = 0; i < writer->place_count; i++) {
        uint64_t was = writer->places[i].at, is = attempt->places[i].at;
        if (was == is)
            continue;
        if (!db_expect(writer->db, 1, house_sql.move_position, writer->places[i].source,
                       db_number(writer->batch, (int64_t)was),
                       db_number(writer->batch, (int64_t)is)))
            return false;
    }
    return true;
}

/*
 * A batch that promised nothing: no answer, no event, no note.  What it did and how far it got can
 * only be lost together, when PostgreSQL crashes, and is then done again.  So it does not wait for
 * the disk, and listeners leave that to those who have made promises.
 */
static bool commit_lightly(struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->count; i++)
        if (attempt->works[i]->kind != WORK_EVENT || attempt->works[i]->emitted)
            return true;
    return db_run(attempt->writer->db, house_sql.commit_lightly);
}

static bool attempt_batch(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;
    uint64_t head = writer->head;
    uint8_t before[CHAIN_HASH];

    memcpy(before, writer->hash, CHAIN_HASH);
    attempt->now_ms = clock_now_ms();
    arena_reset(writer->batch);
    db_use(writer->db, writer->batch);
    memcpy(writer->drawn, writer->numbers,
           writer->options.service->counters.count * sizeof *writer->drawn);
    attempt->places = arena_copy_bytes(writer->batch, writer->places,
                                       writer->place_count * sizeof *writer->places);
    if (!writer_make_months(writer, attempt->now_ms)
        || !planted_position_first(writer, attempt->works, attempt->count) || !begin(attempt))
        return false;
    for (size_t i = 0; i < attempt->count; i++)
        if (!carry_out(attempt, attempt->works[i]))
            return false;
    FAIL_POINT("writer.handlers_done");
    db_use(writer->db, writer->batch);
    bool done = batch_write(writer, attempt->works, attempt->count, attempt->now_ms, &head)
                && (PLANTED("position_before_effect") || move_positions(attempt))
                && commit_lightly(attempt);
    FAIL_POINT("writer.before_commit");
    if (!done || !db_commit(writer->db)) {
        memcpy(writer->hash, before, CHAIN_HASH);
        return false;
    }
    FAIL_POINT("writer.committed");
    writer->head = head;
    return planted_answers_after(writer, attempt->works, attempt->count, attempt->now_ms);
}

/* What an event put aside is known; what a command did to the parked ones is looked up. */
static void keep_parked(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;
    bool settled = false;

    for (size_t i = 0; i < attempt->count; i++) {
        struct work *work = attempt->works[i];
        if (work->parking && work->kind == WORK_EVENT)
            parked_add(&writer->parked, work->event->subject, 1);
        settled = settled || (work->parking && work->kind == WORK_COMMAND);
    }
    metric_set(METRIC_PARKED, writer->parked.events);
    if (settled && !writer_read_parked(writer))
        writer_lose(writer, db_sentence(writer->db));
}

/* What was committed is now what is. */
static void keep(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;

    memcpy(writer->numbers, writer->drawn,
           writer->options.service->counters.count * sizeof *writer->numbers);
    memcpy(writer->places, attempt->places, writer->place_count * sizeof *writer->places);
    for (size_t i = 0; i < attempt->count; i++) {
        struct work *work = attempt->works[i];
        work->outcome = OUTCOME_SETTLED;
        if (work->earliest_due_ms < writer->next_due_ms)
            writer->next_due_ms = work->earliest_due_ms;
        if (work->rewound)
            for (size_t j = 0; j < writer->place_count; j++)
                writer->places[j].at = 0;
        if (work->kind == WORK_TIMER)
            writer->timers_lost = 0;
        if (work->kind == WORK_SEAL) {
            writer->sealed = work->emitted->event.id;
            writer->sealed_ms = clock_monotonic_ms();
        }
    }
    metric_add(METRIC_BATCHES, 1);
    metric_add(METRIC_BATCHED, (int64_t)attempt->count);
    keep_parked(attempt);
}

/* Nothing of this is known to be committed, so nothing of it may be told: it is to be done again,
 * unless somebody settles it otherwise. */
static void undo(struct attempt *attempt, enum db_trouble trouble)
{
    bool lost = trouble == DB_LOST || trouble == DB_LATE;

    for (size_t i = 0; i < attempt->count; i++) {
        struct work *work = attempt->works[i];
        work->outcome = OUTCOME_AGAIN;
        work->emitted = NULL;
        work->rewound = work->parking = false;
        work->lost += lost;
    }
    if (lost && attempt->works[attempt->count - 1]->kind == WORK_TIMER)
        attempt->writer->timers_lost++;
}

/* It will be tried again, perhaps for hours, and nobody else would say so. */
static void complain(struct writer *writer)
{
    int64_t now_ms = clock_monotonic_ms();

    metric_add(METRIC_WRITES_FAILED, 1);
    if (now_ms < writer->complained_until_ms)
        return;
    writer->complained_until_ms = now_ms + COMPLAIN_EVERY_MS;
    log_warn("did=write said=again sqlstate=%s reason=%s", db_sqlstate(writer->db),
             log_quote(writer->batch, db_sentence(writer->db)));
}

static bool backs_off(enum db_trouble trouble)
{
    return trouble == DB_FULL || trouble == DB_LATE;
}

/* Carries them out in one transaction.  False: nothing was committed, or nobody knows; where the
 * connection is whole, `trouble` says what it was. */
static bool try_batch(struct writer *writer, struct work **works, size_t count,
                      enum db_trouble *trouble)
{
    struct attempt attempt = {.writer = writer, .works = works, .count = count};

    if (attempt_batch(&attempt)) {
        keep(&attempt);
        return true;
    }
    *trouble = writer->db ? db_trouble(writer->db) : DB_LOST;
    undo(&attempt, *trouble);
    if (*trouble == DB_DOUBT)
        metric_add(METRIC_COMMITS_IN_DOUBT, 1);
    if (*trouble == DB_LOST)
        metric_add(METRIC_CONNECTIONS_LOST, 1);
    if (*trouble == DB_DOUBT && PLANTED("answer_before_commit")) {
        for (size_t i = 0; i < count; i++)
            works[i]->outcome = OUTCOME_SETTLED;
        writer_lose(writer, "planted");
        return true;
    }
    if (*trouble == DB_LOST || *trouble == DB_DOUBT) {
        writer_lose(writer, writer->db ? db_sentence(writer->db) : "");
        return false;
    }
    if (backs_off(*trouble) || works[0]->park)
        complain(writer);
    db_abandon(writer->db);
    return false;
}

/* Trouble that stays: whoever asked is told so, an event or timer is put aside by the next attempt.
 */
static bool give_up(struct work *work, enum db_trouble trouble, const char *said)
{
    if (work->kind == WORK_COMMAND || work->kind == WORK_NOTE) {
        work->outcome = OUTCOME_SETTLED;
        if (work->answer.kind == OK)
            work_failed(work, trouble, said);
        return true;
    }
    if (work->park)
        return true; /* not even that: left for the next time around */
    if (work->answer.kind != OK)
        work->park = arena_print(work->arena, "%s: %s", work->answer.reason, work->answer.sentence);
    else
        work->park = trouble == DB_NONE ? "not_found" : arena_copy(work->arena, said);
    return false;
}

static void run_alone(struct writer *writer, struct work *work)
{
    enum db_trouble trouble = DB_FINE;

    metric_add(METRIC_BATCH_ALONE, 1);
    if (work->lost >= WRITER_TRIES_MOST && !work->park && give_up(work, DB_LOST, lost_each_time))
        return;
    for (int tries = 0; tries < WRITER_TRIES_MOST; tries++) {
        if (try_batch(writer, &work, 1, &trouble) || !writer->active || backs_off(trouble))
            return;
        if (trouble != DB_AGAIN && give_up(work, trouble, db_sentence(writer->db)))
            return;
    }
    if (work->kind == WORK_COMMAND)
        give_up(work, trouble, db_sentence(writer->db));
}

/* The connection broke, or the time ran out, under one of them before: whichever it was, it shall
 * not take the others along again. */
static bool under_suspicion(struct work **works, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (works[i]->lost > 0)
            return true;
    return false;
}

/* True: nothing more can be done about them now. */
static bool run_together(struct writer *writer, struct work **works, size_t count)
{
    enum db_trouble trouble = DB_FINE;

    if (under_suspicion(works, count))
        return false;
    return try_batch(writer, works, count, &trouble)
           || (backs_off(trouble) && works[0]->kind != WORK_COMMAND);
}

/* Each in a transaction of its own. */
static void run_apart(struct writer *writer, struct work **works, size_t count)
{
    bool out_of_turn = false; /* an event before it has to be done again: perhaps its cause */
    for (size_t i = 0; i < count; i++) {
        bool is_event = works[i]->kind == WORK_EVENT;
        if (writer->active && !(is_event && out_of_turn))
            run_alone(writer, works[i]);
        else
            works[i]->outcome = OUTCOME_AGAIN;
        out_of_turn = out_of_turn || (is_event && works[i]->outcome == OUTCOME_AGAIN);
    }
}

static void leave(struct work **works, size_t count)
{
    for (size_t i = 0; i < count; i++)
        works[i]->outcome = OUTCOME_NONE;
}

static size_t count_others(struct work **works, size_t count)
{
    size_t others = 0;

    while (others < count && works[others]->kind != WORK_EVENT)
        others++;
    return others;
}

void writer_batch(struct writer *writer, struct work **works, size_t count)
{
    size_t others = count_others(works, count);
    size_t events = count < BATCH_APART_MOST ? count : BATCH_APART_MOST;
    size_t apart = others > 0 ? others : events;
    bool mixed = others > 0 && others < count;

    if (run_together(writer, works, count))
        return;
    leave(works + apart, count - apart);
    if (mixed && writer->active && run_together(writer, works, others))
        return;
    run_apart(writer, works, apart);
}

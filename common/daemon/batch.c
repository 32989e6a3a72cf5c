#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/batch_write.h"
#include "daemon/house.h"
#include "daemon/metrics.h"
#include "daemon/planted.h"
#include "daemon/writer_own.h"

enum { POSTPONE_MS = 60 * 1000 }; /* a timer whose handler refused is tried again after this */

/* One attempt to carry some works out in one transaction. */
struct attempt {
    struct writer *writer;
    struct work **works;
    size_t count;
    int64_t now_ms;
    struct place *places; /* where the batch has got to */
    struct rows answers;  /* recorded ones, by key */
};

/* ---- commands ---- */

static const struct row *find_answer(const struct attempt *attempt, const char *key)
{
    for (size_t i = 0; i < attempt->answers.count; i++)
        if (strcmp(row_text(&attempt->answers.rows[i], "key"), key) == 0)
            return &attempt->answers.rows[i];
    return NULL;
}

static bool same_bytes(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

/* What was answered to this key is answered again, byte for byte. */
static void replay(struct work *work, const struct row *row)
{
    struct flaw flaw = {0};

    work->recorded = true;
    metric_add(METRIC_ANSWERS_REPLAYED, 1);
    if (!same_bytes(row_bytes(work->arena, row, "digest"), work->digest)) {
        work_refuse(work, INVALID, "key_reused",
                    "this idempotency key was used for another request");
        return;
    }
    AnswerHeader *header = (AnswerHeader *)message_unpack(
        work->arena, &answer_header__descriptor, row_bytes(work->arena, row, "header"), &flaw);
    CHECK(header);
    work->answer = *header;
    work->answer.replayed = true;
    work->answer_body = row_bytes(work->arena, row, "body");
    work->outcome = OUTCOME_SETTLED;
}

static bool carry_out_command(struct attempt *attempt, struct work *work)
{
    struct db *db = attempt->writer->db;
    const struct row *answer = find_answer(attempt, work->header->key);

    if (answer) {
        replay(work, answer);
        return true;
    }
    if (work->deadline_ms <= clock_monotonic_ms()) {
        work->recorded = true;
        work_refuse(work, DEADLINE, "deadline",
                    "there was no time left to begin; nothing was done");
        return true;
    }
    if (work_run(work, work->command->run, work->command->message))
        return true;
    work->emitted = NULL;
    work->emitted_end = &work->emitted;
    work->seen = NULL;
    if (work->poisoned)
        return false;
    if (db_trouble(db) == DB_NONE) {
        if (work->answer.kind == OK)
            work_failed(work, db);
        db_forgive(db);
    }
    return db_trouble(db) == DB_FINE && work->answer.kind != OK;
}

/* ---- events ---- */

static struct place *find_place(struct attempt *attempt, const char *source)
{
    for (size_t i = 0; i < attempt->writer->place_count; i++)
        if (strcmp(attempt->places[i].source, source) == 0)
            return &attempt->places[i];
    return NULL;
}

static bool subject_waits(const struct writer *writer, const char *subject)
{
    if (PLANTED("park_only_one") || text_empty(subject))
        return false;
    for (size_t i = 0; i < writer->parked_count; i++)
        if (strcmp(writer->parked[i].subject, subject) == 0)
            return true;
    return false;
}

/* An event parked earlier in this very batch holds its subject back as well. */
static bool parked_before(const struct attempt *attempt, const struct work *work)
{
    for (size_t i = 0; i < attempt->count && attempt->works[i] != work; i++)
        if (attempt->works[i]->parking && attempt->works[i]->event
            && strcmp(attempt->works[i]->event->subject, work->event->subject) == 0)
            return !PLANTED("park_only_one") && !text_empty(work->event->subject);
    return false;
}

static bool park(struct attempt *attempt, struct work *work, const char *reason)
{
    const Event *event = work->event;

    work->parking = true;
    metric_add(METRIC_EVENTS_PARKED, 1);
    log_warn("did=park source=%s id=%" PRIu64 " type=%s subject=%s reason=%s", event->source,
             event->id, event->type, log_quote(work->arena, event->subject),
             log_quote(work->arena, reason));
    return db_run(attempt->writer->db, house_sql.park_event, event->source,
                  db_number(work->arena, (int64_t)event->id), event->type, event->subject, reason,
                  "1", db_instant(work->arena, attempt->now_ms),
                  db_bytes(work->arena, work->packed));
}

static bool apply_event(struct attempt *attempt, struct work *work)
{
    struct place *place = find_place(attempt, work->event->source);

    work->outcome = OUTCOME_SETTLED;
    if (!place || work->event->id != place->at + 1)
        return true; /* applied before, or the place was set back: the follower begins again */
    place->at = work->event->id;
    metric_add(METRIC_EVENTS_APPLIED, 1);
    if (work->park)
        return park(attempt, work, work->park);
    if (subject_waits(attempt->writer, work->event->subject) || parked_before(attempt, work))
        return park(attempt, work, "behind");
    return work_react(work);
}

/* ---- timers and seals ---- */

static bool fire(struct attempt *attempt, struct work *work)
{
    struct db *db = attempt->writer->db;

    work->outcome = OUTCOME_SETTLED;
    if (work->park) {
        log_error("did=%s subject=%s said=postponed reason=%s", work->timer->name,
                  log_quote(work->arena, work->subject), log_quote(work->arena, work->park));
        return timer_set(&work->request, work->timer->name, work->subject,
                         attempt->now_ms + POSTPONE_MS);
    }
    FAIL_POINT("writer.timer_taken");
    return db_expect(db, 1, house_sql.fire_timer, work->timer->name, work->subject, work->due_at)
           && work_run(work, work->timer->run, NULL);
}

/* The head as committed before this batch, signed. */
static bool seal(struct attempt *attempt, struct work *work)
{
    struct writer *writer = attempt->writer;
    HeadSealed head = HEAD_SEALED__INIT;

    work->outcome = OUTCOME_SETTLED;
    head.source = writer->options.service->name;
    head.id = writer->head;
    head.hash.data = arena_copy_bytes(work->arena, writer->hash, CHAIN_HASH);
    head.hash.len = CHAIN_HASH;
    head.signed_at_ms = attempt->now_ms;
    seal_head(writer->seal, work->arena, &head);
    return emit(&work->request, (struct told){.aggregate = head.source}, &head.base);
}

/* ---- the batch ---- */

static bool carry_out(struct attempt *attempt, struct work *work)
{
    const char *park = work->park;

    if (work->kind == WORK_NOTE)
        return true; /* of what a reader showed: all there is to do is to write it down */
    work_begin(work, attempt->writer->options.service, attempt->writer->db, attempt->now_ms);
    work->writer = attempt->writer;
    work->park = park;
    switch (work->kind) {
    case WORK_COMMAND:
        return carry_out_command(attempt, work);
    case WORK_EVENT:
        return apply_event(attempt, work);
    case WORK_TIMER:
        return fire(attempt, work);
    default:
        return seal(attempt, work);
    }
}

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
    if (!db_all(writer->db, &attempt->answers, house_sql.begin_batch,
                db_number(writer->batch, (int64_t)writer->epoch),
                db_array(writer->batch, keys, count)))
        return false;
    if (attempt->answers.count == 0) {
        writer_lose(writer, "the epoch has moved on");
        return false;
    }
    if (row_null(&attempt->answers.rows[0], "key"))
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

/* What was committed is now what is. */
static void keep(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;
    bool parking = false;

    memcpy(writer->numbers, writer->drawn,
           writer->options.service->counters.count * sizeof *writer->numbers);
    memcpy(writer->places, attempt->places, writer->place_count * sizeof *writer->places);
    for (size_t i = 0; i < attempt->count; i++) {
        struct work *work = attempt->works[i];
        work->outcome = OUTCOME_SETTLED;
        parking = parking || work->parking;
        if (work->earliest_due_ms < writer->next_due_ms)
            writer->next_due_ms = work->earliest_due_ms;
        if (work->rewound)
            for (size_t j = 0; j < writer->place_count; j++)
                writer->places[j].at = 0;
        if (work->kind == WORK_SEAL) {
            writer->sealed = writer->head;
            writer->sealed_at_ms = attempt->now_ms;
        }
    }
    metric_add(METRIC_BATCHES, 1);
    metric_add(METRIC_BATCHED, (int64_t)attempt->count);
    if (parking && !writer_read_parked(writer))
        writer_lose(writer, db_sentence(writer->db));
}

static void all_again(struct work **works, size_t count)
{
    for (size_t i = 0; i < count; i++)
        works[i]->outcome = OUTCOME_AGAIN;
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
    if (*trouble == DB_LOST || *trouble == DB_DOUBT)
        writer_lose(writer, writer->db ? db_sentence(writer->db) : "");
    else
        db_abandon(writer->db);
    return false;
}

/* Trouble that stays: a command is answered so, an event or timer is put aside by the next attempt.
 */
static bool give_up(struct writer *writer, struct work *work, enum db_trouble trouble)
{
    const char *sentence = arena_copy(work->arena, db_sentence(writer->db));

    if (work->answer.kind != OK)
        sentence = arena_print(work->arena, "%s: %s", work->answer.reason, work->answer.sentence);
    if (work->kind == WORK_COMMAND) {
        work->outcome = OUTCOME_SETTLED;
        if (work->answer.kind == OK) {
            work_refuse(work, UNAVAILABLE, "failed", "this could not be carried out; ask again");
            work->failure = sentence;
        }
        return true;
    }
    if (work->park)
        return true; /* not even that: left for the next time around */
    work->park = trouble == DB_NONE && work->answer.kind == OK ? "not_found" : sentence;
    return false;
}

static void run_alone(struct writer *writer, struct work *work)
{
    enum db_trouble trouble = DB_FINE;

    metric_add(METRIC_BATCH_ALONE, 1);
    for (int tries = 0; tries < WRITER_TRIES_MOST; tries++) {
        if (try_batch(writer, &work, 1, &trouble))
            return;
        if (!writer->active || trouble == DB_FULL) {
            work->outcome = OUTCOME_AGAIN;
            return;
        }
        if (trouble != DB_AGAIN && give_up(writer, work, trouble))
            return;
    }
    work->outcome = work->kind == WORK_COMMAND ? OUTCOME_SETTLED : OUTCOME_AGAIN;
    if (work->kind == WORK_COMMAND)
        work_refuse(work, UNAVAILABLE, "failed", "this could not be carried out; ask again");
}

void writer_batch(struct writer *writer, struct work **works, size_t count)
{
    enum db_trouble trouble = DB_FINE;

    if (try_batch(writer, works, count, &trouble))
        return;
    if (!writer->active || (trouble == DB_FULL && works[0]->kind != WORK_COMMAND)) {
        all_again(works, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (writer->active)
            run_alone(writer, works[i]);
        else
            works[i]->outcome = OUTCOME_AGAIN;
    }
}

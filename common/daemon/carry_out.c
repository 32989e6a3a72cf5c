#include "daemon/carry_out.h"

#include <inttypes.h>
#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/house.h"
#include "daemon/metrics.h"
#include "daemon/overhear.h"

enum { POSTPONE_MS = MINUTE_MS }; /* a timer whose handler refused is tried again after this */

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
            work_failed(work, DB_NONE, db_sentence(db));
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
    return !PLANTED("park_only_one") && !text_empty(subject)
           && parked_has(&writer->parked, subject);
}

/* An event parked earlier in this very batch holds its subject back as well. */
static bool parked_before(const struct attempt *attempt, const struct work *work)
{
    for (size_t i = 0; attempt->parked && attempt->works[i] != work; i++)
        if (attempt->works[i]->parking && attempt->works[i]->event
            && strcmp(attempt->works[i]->event->subject, work->event->subject) == 0)
            return !PLANTED("park_only_one") && !text_empty(work->event->subject);
    return false;
}

/* A command earlier in this very batch settled something that is parked. */
static bool settled_before(const struct attempt *attempt, const struct work *work)
{
    for (size_t i = 0; i < attempt->count && attempt->works[i] != work; i++)
        if (attempt->works[i]->parking && !attempt->works[i]->event)
            return true;
    return false;
}

static bool park(struct attempt *attempt, struct work *work, const char *reason)
{
    const Event *event = work->event;

    work->parking = attempt->parked = true;
    metric_add(METRIC_EVENTS_PARKED, 1);
    log_warn("did=park source=%s id=%" PRIu64 " type=%s subject=%s reason=%s", event->source,
             event->id, event->type, log_quote(work->arena, event->subject),
             log_quote(work->arena, reason));
    return db_run(attempt->writer->db, house_sql.park_event, event->source,
                  db_number(work->arena, (int64_t)event->id), event->type, event->subject, reason,
                  "1", db_instant(work->arena, attempt->now_ms),
                  db_bytes(work->arena, work->packed));
}

/*
 * Not where it was applied before, nor where events before it are missing, for the place was set
 * back: the follower begins again.  The place may stand among those that concern nobody here: the
 * follower was told of it while the last of what it had handed over was being applied.
 */
static bool is_next(const struct place *place, const struct work *work)
{
    return work->follows <= place->at && place->at < work->event->id;
}

static bool apply_event(struct attempt *attempt, struct work *work)
{
    struct place *place = find_place(attempt, work->event->source);

    work->outcome = OUTCOME_SETTLED;
    if (!place || !is_next(place, work))
        return true;
    metric_add(METRIC_EVENTS_APPLIED, (int64_t)(work->event->id - place->at));
    place->at = work->event->id;
    if (text_empty(work->event->type))
        return true; /* only the place had to move: see daemon/listen */
    if (work->park)
        return park(attempt, work, work->park);
    bool waits = subject_waits(attempt->writer, work->event->subject);
    if (waits && settled_before(attempt, work))
        return false; /* perhaps for nothing any more: alone, it sees what is left */
    if (waits || parked_before(attempt, work))
        return park(attempt, work, "behind");
    return overhear_react(work);
}

/* ---- timers and seals ---- */

static bool fire(struct attempt *attempt, struct work *work)
{
    struct row row;

    work->outcome = OUTCOME_SETTLED;
    if (work->park) {
        log_error("did=%s subject=%s said=postponed reason=%s", work->timer->name,
                  log_quote(work->arena, work->subject), log_quote(work->arena, work->park));
        return timer_set(&work->request, work->timer->name, work->subject,
                         attempt->now_ms + POSTPONE_MS);
    }
    FAIL_POINT("writer.timer_taken");
    if (!db_maybe(attempt->writer->db, &row, house_sql.fire_timer, work->timer->name, work->subject,
                  work->due_at))
        return false;
    if (!row.values)
        return true; /* one that fired before it moved it, or took it back */
    return work_run(work, work->timer->run, NULL);
}

/* The head as committed before this batch, signed.  The log is one more place that holds it,
 * outside of every schema. */
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
    log_info("did=seal source=%s id=%" PRIu64 " hash=%s", head.source, head.id,
             chain_hex(work->arena, (struct bytes){writer->hash, CHAIN_HASH}));
    return emit(&work->request, (struct told){.subject = head.source, .aggregate = head.source},
                &head.base);
}

/* ---- whichever it is ---- */

bool carry_out(struct attempt *attempt, struct work *work)
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

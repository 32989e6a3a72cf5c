#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/metrics.h"
#include "daemon/workers_own.h"

enum {
    RETRY_MS = 250,
    FULL_PAUSE_MS = 500,
    SAID_MOST = 256,
};

/* Sleeps until somebody signals or the time is over; the lock is held. */
static void rest(struct worker_pool *pool, long ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (ms % 1000) * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&pool->to_write, &pool->lock, &until);
}

static void show(struct worker_pool *pool, const struct writer *writer, bool changed)
{
    struct writer_view view = writer_view(writer);

    CHECK(view.place_count <= PLACES_MOST);
    pthread_mutex_lock(&pool->lock);
    pool->view.active = writer_active(writer);
    pool->view.epoch = view.epoch;
    pool->view.head = view.head;
    pool->view.parked = view.parked;
    pool->view.place_count = view.place_count;
    memcpy(pool->view.places, view.places, view.place_count * sizeof *view.places);
    pool->tenure_changed = pool->tenure_changed || changed;
    pthread_mutex_unlock(&pool->lock);
    if (changed)
        doorbell_ring(pool->bell);
}

/* Somebody else writes: commands are sent on, events of others are not ours to apply. */
static void send_on(struct worker_pool *pool)
{
    struct work_queue commands, events;
    struct work *work;

    pthread_mutex_lock(&pool->lock);
    commands = pool->commands;
    events = pool->events;
    work_queue_init(&pool->commands);
    work_queue_init(&pool->events);
    pool->fallen = 0;
    pthread_mutex_unlock(&pool->lock);
    if (!commands.first)
        commands.end = &commands.first;
    if (!events.first)
        events.end = &events.first;
    while ((work = work_pop(&commands))) {
        if (work->kind == WORK_TIMER || work->kind == WORK_SEAL) {
            work_free(work);
            continue;
        }
        work->emitted = NULL;
        work_refuse(work, NOT_ACTIVE, "not_active", "another instance writes");
        workers_finish(pool, &work, 1);
    }
    while ((work = work_pop(&events))) {
        work->emitted = NULL;
        workers_finish(pool, &work, 1);
    }
}

static bool same_key_before(struct work **works, size_t count, const struct work *work)
{
    if (work->kind != WORK_COMMAND)
        return false;
    for (size_t i = 0; i < count; i++)
        if (works[i]->kind == WORK_COMMAND && strcmp(works[i]->header->key, work->header->key) == 0)
            return true;
    return false;
}

/* How many commands a batch takes: none where it is the turn of events that fell out of another,
 * and otherwise half of those that wait and of those that were just answered, whose clients ask
 * again.  To take all that waits is to be left with the one that came meanwhile: batches of 15 and
 * of 1 take turns, and with them this core and the one that talks to clients (docs/decisions/0013).
 */
static size_t commands_most(const struct worker_pool *pool)
{
    size_t half = (pool->taken + pool->commands.count + 1) / 2,
           most = (size_t)pool->settings.batch_limit;

    if (pool->fallen > 0 && pool->taken > 0)
        return 0;
    return half < most ? half : most;
}

/* How many events share it with so many commands.  Those of a batch that fell apart, for one among
 * them is poisonous, shall not make others fall apart. */
static size_t events_most(const struct worker_pool *pool, size_t commands)
{
    if (pool->fallen > 0)
        return commands ? 0 : pool->fallen < BATCH_APART_MOST ? pool->fallen : BATCH_APART_MOST;
    return commands ? (size_t)pool->settings.batch_limit : BATCH_EVENTS_MOST;
}

/* Takes what may share a transaction: the lock is held.  A key that is in the batch already waits.
 */
static size_t take(struct worker_pool *pool, struct work **works)
{
    size_t count = 0, share = commands_most(pool);
    struct work_queue later;
    struct work *work;

    work_queue_init(&later);
    while (count < share && (work = work_pop(&pool->commands))) {
        if (same_key_before(works, count, work))
            work_push(&later, work);
        else
            works[count++] = work;
    }
    if (later.first) {
        *later.end = pool->commands.first;
        if (pool->commands.first)
            later.end = pool->commands.end;
        later.count += pool->commands.count;
        pool->commands = later;
        if (pool->commands.end == &later.first)
            pool->commands.end = &pool->commands.first;
    }
    pool->taken = count;
    size_t most = events_most(pool, count), events = 0;
    for (; events < most && (work = work_pop(&pool->events)); events++)
        works[count++] = work;
    pool->fallen -= pool->fallen > 0 ? events : 0;
    metric_set(METRIC_QUEUED, (int64_t)(pool->commands.count + pool->events.count));
    return count;
}

/* What was not settled goes back to the front of its queue, in order. */
static void put_back(struct worker_pool *pool, struct work **works, size_t count)
{
    pthread_mutex_lock(&pool->lock);
    for (size_t i = count; i-- > 0;) {
        bool is_event = works[i]->kind == WORK_EVENT;
        struct work_queue *queue = is_event ? &pool->events : &pool->commands;
        pool->fallen += is_event;
        works[i]->next = queue->first;
        if (!queue->first)
            queue->end = &works[i]->next;
        queue->first = works[i];
        queue->count++;
    }
    pthread_mutex_unlock(&pool->lock);
}

static void on_own_done(struct work *work, void *with)
{
    work_free(work);
}

/* Gives back what is settled and keeps the rest; true where something is to be done again, for the
 * world was against it. */
static bool hand_over(struct worker_pool *pool, struct work **works, size_t count)
{
    struct work *settled[BATCH_MOST], *again[BATCH_MOST];
    size_t settled_count = 0, again_count = 0;
    bool all_settled = true;

    for (size_t i = 0; i < count; i++) {
        struct work *work = works[i];
        all_settled = all_settled && work->outcome != OUTCOME_AGAIN;
        if (work->outcome == OUTCOME_AGAIN && work->done == on_own_done)
            work_free(work); /* still due: it will be read again */
        else if (work->outcome != OUTCOME_SETTLED)
            again[again_count++] = work;
        else
            settled[settled_count++] = work;
    }
    workers_finish(pool, settled, settled_count);
    put_back(pool, again, again_count);
    return !all_settled;
}

static void smooth(struct worker_pool *pool, int64_t took_us, size_t count)
{
    double each = (double)took_us / (double)count;

    pthread_mutex_lock(&pool->lock);
    pool->us_per_command += (each - pool->us_per_command) / 16;
    pthread_mutex_unlock(&pool->lock);
}

static void carry_out(struct worker_pool *pool, struct writer *writer, struct work **works,
                      size_t count)
{
    int64_t began = clock_monotonic_us();
    bool rewound = false;

    writer_batch(writer, works, count);
    smooth(pool, clock_monotonic_us() - began, count);
    for (size_t i = 0; i < count; i++)
        rewound = rewound || (works[i]->rewound && works[i]->outcome == OUTCOME_SETTLED);
    show(pool, writer, rewound || !writer_active(writer));
    if (!hand_over(pool, works, count) || !writer_active(writer))
        return;
    pthread_mutex_lock(&pool->lock);
    bool ending = pool->ending;
    if (!ending)
        rest(pool, FULL_PAUSE_MS);
    pthread_mutex_unlock(&pool->lock);
    if (ending)
        send_on(pool);
}

/* Waits until there is a batch to take, at most until the heart is to beat, and takes it.  The lock
 * is held. */
static size_t wait_and_take(struct worker_pool *pool, struct work **works)
{
    if (!pool->commands.first && !pool->events.first && !pool->ending && !pool->own_before)
        rest(pool, WRITER_HEARTBEAT_MS);
    return take(pool, works);
}

/* What nobody asked for: a head that is to be signed, and then timers that are due, for what they
 * tell is behind that head and owed the next signature. */
static size_t own_works(struct writer *writer, struct work **works)
{
    int64_t now_ms = writer_sober_ms(writer, clock_now_ms());
    size_t count = writer_due(writer, now_ms, works, 64);
    struct work *seal = writer_active(writer) ? writer_seal(writer) : NULL;

    if (seal) {
        memmove(works + 1, works, count++ * sizeof *works);
        works[0] = seal;
    }
    for (size_t i = 0; i < count; i++)
        works[i]->done = on_own_done;
    return count;
}

/* One turn of an active writer.  However much it owes the clock, every other batch is the others'.
 */
static void turn(struct worker_pool *pool, struct writer *writer)
{
    struct work *works[BATCH_MOST];

    writer_tidy(writer, clock_now_ms());
    size_t own = writer_active(writer) && !pool->own_before ? own_works(writer, works) : 0;
    size_t count = own;
    if (!writer_active(writer)) {
        show(pool, writer, true);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    if (count == 0)
        count = wait_and_take(pool, works);
    pthread_mutex_unlock(&pool->lock);
    pool->own_before = own > 0;

    if (count > 0)
        carry_out(pool, writer, works, count);
    else if (writer_active(writer) && !writer_heartbeat(writer))
        show(pool, writer, true);
}

/* One turn of a spare. */
static void stand_by(struct worker_pool *pool, struct writer *writer, struct arena *words,
                     char *said)
{
    const char *why = "";

    if (writer_take_over(writer, &why)) {
        show(pool, writer, true);
        return;
    }
    arena_reset(words);
    if (strncmp(said, why, SAID_MOST - 1) != 0)
        log_info("did=stand_by why=%s", log_quote(words, why));
    snprintf(said, SAID_MOST, "%s", why);
    send_on(pool);
    pthread_mutex_lock(&pool->lock);
    if (!pool->ending && !pool->commands.first)
        rest(pool, RETRY_MS);
    pthread_mutex_unlock(&pool->lock);
    send_on(pool);
}

static bool stopped(struct worker_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool ending = pool->ending && !pool->commands.first;
    pthread_mutex_unlock(&pool->lock);
    return ending;
}

void *writer_thread(void *with)
{
    struct worker_pool *pool = with;
    struct arena *words = arena_new();
    char said[SAID_MOST] = "";
    struct writer_options options = {
        .service = pool->daemon->service,
        .instance = pool->daemon->instance,
        .conninfo = pool->settings.conninfo,
        .seal_seed_file = pool->settings.secret_key_file,
        .statement_ms = pool->settings.statement_ms,
        .answers_kept_days = pool->settings.answers_kept_days,
        .events_kept_months = pool->settings.events_kept_months,
    };
    struct writer *writer = writer_new(&options);

    while (!stopped(pool)) {
        if (writer_active(writer))
            turn(pool, writer);
        else
            stand_by(pool, writer, words, said);
    }
    writer_free(writer);
    arena_free(words);
    return NULL;
}

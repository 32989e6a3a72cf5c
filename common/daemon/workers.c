#include "daemon/workers.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/desk.h"
#include "daemon/metrics.h"
#include "daemon/tell.h"
#include "daemon/workers_own.h"

void workers_finish(struct worker_pool *pool, struct work **works, size_t count)
{
    pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; i < count; i++)
        work_push(&pool->finished, works[i]);
    pthread_mutex_unlock(&pool->lock);
    doorbell_ring(pool->bell);
}

static void finish(struct worker_pool *pool, struct work *work)
{
    if (work->failure)
        log_error("did=%s caller=%s trace=%s said=%s reason=%s",
                  work->command ? work->command->name : "apply_event",
                  log_quote(work->arena, text_or_empty(work->request.caller.id)),
                  text_or_empty(work->request.trace), work->answer.reason,
                  log_quote(work->arena, work->failure));
    if (work->command)
        metric_request(work->command, work->answer.kind, clock_monotonic_us() - work->arrived_us);
    work->done(work, work->with);
}

static void on_bell(void *with)
{
    struct worker_pool *pool = with;
    struct work_queue finished;
    struct workers_view view;

    pthread_mutex_lock(&pool->lock);
    bool changed = pool->tenure_changed && !pool->stopping;
    pool->tenure_changed = false;
    view = pool->view;
    finished = pool->finished;
    if (!finished.first)
        finished.end = &finished.first;
    work_queue_init(&pool->finished);
    pthread_mutex_unlock(&pool->lock);

    if (changed)
        pool->tenure(pool->daemon, view.active, view.places, view.place_count);
    tell(pool->daemon, finished.first);
    for (struct work *work = finished.first; work;) {
        struct work *next = work->next;
        finish(pool, work);
        work = next;
    }
    desk_flush(pool->daemon);
}

static void start_thread(pthread_t *thread, void *(*run)(void *), void *with)
{
    CHECK(pthread_create(thread, NULL, run, with) == 0);
}

static void cond_init_monotonic(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

void workers_start(struct daemon *daemon, const struct worker_settings *settings, on_tenure *tenure)
{
    struct worker_pool *pool = calloc(1, sizeof *pool);
    CHECK(pool);

    pool->daemon = daemon;
    pool->settings = *settings;
    pool->tenure = tenure;
    pool->bell = doorbell_new(daemon->loop, on_bell, pool);
    pthread_mutex_init(&pool->lock, NULL);
    cond_init_monotonic(&pool->to_write);
    cond_init_monotonic(&pool->to_read);
    work_queue_init(&pool->commands);
    work_queue_init(&pool->events);
    work_queue_init(&pool->queries);
    work_queue_init(&pool->pages);
    work_queue_init(&pool->finished);
    daemon->workers = pool;
    start_thread(&pool->writer, writer_thread, pool);
    for (int i = 0; i < READERS; i++) {
        pool->readers[i].pool = pool;
        pool->readers[i].pages = i == READERS - 1;
        start_thread(&pool->readers[i].thread, reader_thread, &pool->readers[i]);
    }
}

static void free_all(struct work_queue *queue)
{
    for (struct work *work; (work = work_pop(queue));)
        work_free(work);
}

void workers_stop(struct daemon *daemon)
{
    struct worker_pool *pool = daemon->workers;

    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->to_read);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < READERS; i++)
        pthread_join(pool->readers[i].thread, NULL);
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->to_write);
    pthread_mutex_unlock(&pool->lock);
    pthread_join(pool->writer, NULL);
    on_bell(pool);
    free_all(&pool->commands);
    free_all(&pool->events);
    free_all(&pool->queries);
    free_all(&pool->pages);
    doorbell_free(pool->bell);
    pthread_cond_destroy(&pool->to_write);
    pthread_cond_destroy(&pool->to_read);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
    daemon->workers = NULL;
}

static struct work_queue *queue_of(struct worker_pool *pool, const struct work *work)
{
    if (work->kind != WORK_QUERY)
        return &pool->commands;
    return work->command->message == &read_events__descriptor ? &pool->pages : &pool->queries;
}

/* Whether the queue has room, and what is before it leaves time until its deadline. */
static bool fits(const struct worker_pool *pool, const struct work_queue *queue,
                 const struct work *work)
{
    if (queue->count >= (size_t)pool->settings.queue_limit)
        return false;
    if (work->kind != WORK_COMMAND)
        return true;
    int64_t wait_ms = (int64_t)((double)queue->count * pool->us_per_command / 1000);
    return clock_monotonic_ms() + wait_ms <= work->deadline_ms;
}

bool workers_submit(struct daemon *daemon, struct work *work)
{
    struct worker_pool *pool = daemon->workers;

    pthread_mutex_lock(&pool->lock);
    struct work_queue *queue = queue_of(pool, work);
    bool fitting = fits(pool, queue, work);
    if (fitting)
        work_push(queue, work);
    if (work->kind == WORK_QUERY)
        pthread_cond_broadcast(&pool->to_read); /* a page may only be read by one of them */
    else
        pthread_cond_signal(&pool->to_write);
    pthread_mutex_unlock(&pool->lock);

    if (!fitting) {
        metric_add(METRIC_SHED, 1);
        work_refuse(work, UNAVAILABLE, "busy", "too much is waiting; ask again");
    }
    return fitting;
}

void workers_submit_events(struct daemon *daemon, struct work_queue *run)
{
    struct worker_pool *pool = daemon->workers;

    pthread_mutex_lock(&pool->lock);
    for (struct work *work; (work = work_pop(run));)
        work_push(&pool->events, work);
    pthread_cond_signal(&pool->to_write);
    pthread_mutex_unlock(&pool->lock);
}

size_t workers_room_for_events(const struct daemon *daemon)
{
    struct worker_pool *pool = daemon->workers;

    pthread_mutex_lock(&pool->lock);
    size_t queued = pool->events.count;
    pthread_mutex_unlock(&pool->lock);
    return queued < EVENTS_QUEUED_MOST ? EVENTS_QUEUED_MOST - queued : 0;
}

struct workers_view workers_view(struct daemon *daemon)
{
    struct worker_pool *pool = daemon->workers;

    pthread_mutex_lock(&pool->lock);
    struct workers_view view = pool->view;
    view.queued = pool->commands.count + pool->events.count + pool->queries.count;
    pthread_mutex_unlock(&pool->lock);
    return view;
}

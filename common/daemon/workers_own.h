/*
 * workers_own: what the queues (workers.c) and the threads (writer_thread.c, reader_thread.c)
 * share.
 *
 * Everything below `lock` is touched with it held.
 */
#pragma once

#include <pthread.h>

#include "daemon/workers.h"

enum { PLACES_MOST = 16, BATCH_MOST = 1024 };

struct worker_pool {
    struct daemon *daemon;
    struct worker_settings settings;
    on_tenure *tenure;
    struct doorbell *bell;
    pthread_t writer;
    struct reader {
        struct worker_pool *pool;
        pthread_t thread;
        bool pages;   /* reads history too */
        bool queried; /* what it took last was a query: a page is next */
    } readers[READERS];

    bool own_before; /* the writer's last batch was its own: the next is the others' */
    size_t taken;    /* commands of the batch before */
    size_t fallen;   /* events, at the front of their queue, of batches that fell apart */

    pthread_mutex_t lock;
    pthread_cond_t to_write;
    pthread_cond_t to_read;
    struct work_queue commands;
    struct work_queue events;
    struct work_queue queries;
    struct work_queue pages;
    struct work_queue finished;
    struct workers_view view;
    bool tenure_changed;
    bool stopping;         /* no more is taken in: the readers end, */
    bool ending;           /* and then, with their last notes written, the writer */
    double us_per_command; /* smoothed */
};

void *writer_thread(void *pool);
void *reader_thread(void *reader);

/* Gives works back to the loop. */
void workers_finish(struct worker_pool *pool, struct work **works, size_t count);

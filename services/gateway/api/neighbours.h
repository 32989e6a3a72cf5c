/*
 * neighbours: every instance of every service, asked one by one how it is doing.
 *
 * Questions to a service go to whichever instance answers; whether it has an active writer can only
 * be learned from each.
 */
#pragma once

#include "base/text.h"
#include "daemon/daemon.h"

enum {
    NEIGHBOURS_ASK_MS = 500,
    NEIGHBOURS_SILENT_MS = 2000, /* what was said before that counts no more */
    NEIGHBOURS_PAGE_MS = 1000,   /* how long a page of metrics waits for the slowest */
};

struct neighbours;

struct neighbours *neighbours_new(struct daemon *daemon);
void neighbours_free(struct neighbours *neighbours);

/* The first service without an active writer; NULL where all have one. */
const char *neighbours_missing(const struct neighbours *neighbours);

/* Collects every instance's metrics; `collected` is called once, with one page per instance that
 * answered. */
typedef void metrics_collected(void *with, const char *const *pages, size_t count);
void neighbours_metrics(struct neighbours *neighbours, metrics_collected *collected, void *with);

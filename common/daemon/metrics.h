/*
 * metrics: counters and health, one page in Prometheus' text format.
 *
 * Counters are shared by all threads of a process and only go up, but for the gauges.
 */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "daemon/service.h"

enum metric {
    METRIC_BATCHES,
    METRIC_BATCHED,     /* works carried out in batches */
    METRIC_BATCH_ALONE, /* works run again in a transaction of their own */
    METRIC_EVENTS_TOLD,
    METRIC_EVENTS_APPLIED,
    METRIC_EVENTS_PARKED,
    METRIC_ANSWERS_REPLAYED,
    METRIC_TAKE_OVERS,
    METRIC_CONNECTIONS_LOST,
    METRIC_COMMITS_IN_DOUBT,
    METRIC_WRITES_FAILED, /* no space, no time: to be tried again */
    METRIC_SHED,          /* refused for overload */
    METRIC_PAGES_ASKED,   /* by followers */
    METRIC_GAPS,          /* heard by followers */
    METRIC_ASKED_AGAIN,   /* questions that went to another instance */
    METRIC_DISCLOSURES,
    METRIC_QUEUED, /* gauge */
    METRIC_ACTIVE, /* gauge */
    METRIC_PARKED, /* gauge */
    METRIC_AHEAD,  /* gauge */
    METRIC_COUNT
};

void metric_add(enum metric metric, int64_t more);
void metric_set(enum metric metric, int64_t value);
int64_t metric_value(enum metric metric);

/* One request of the row `command`, answered with `kind` after so many microseconds.  On the loop.
 */
void metric_request(const struct command *command, enum kind kind, int64_t took_us);

/* Titles (HELP and TYPE) may stand once on a page that joins several daemons: the gateway's own. */
void metrics_print(struct text *to, const char *instance, bool titles);

/*
 * listen: what a service overhears, brought to its writer in causal order.
 *
 * One follower per source of the plan's reactions.  An event is held back until its cause, where
 * that comes from another source we follow, was handed over before it; the writer's queue keeps the
 * order from there.  Only the active instance listens.
 */
#pragma once

#include "daemon/daemon.h"
#include "daemon/writer.h"

void listening_open(struct daemon *daemon);
void listening_close(struct daemon *daemon);

/* The on_tenure of the workers: (re)starts all followers at these places, or stops them. */
void listening_tenure(struct daemon *daemon, bool active, const struct place *places, size_t count);

/* The last event of a source, as far as this instance has heard. */
uint64_t listening_head(const struct daemon *daemon, const char *source);

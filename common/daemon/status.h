/*
 * status: what the loop itself can answer: how this instance is doing, and its counters.
 */
#pragma once

#include "daemon/daemon.h"
#include "daemon/work.h"

/* Answers ReadStatus and ReadMetrics; false for anything else. */
bool status_answers(struct daemon *daemon, struct work *work);

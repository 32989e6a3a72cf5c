/*
 * planted: bugs on purpose, so that the checker of the system tests is itself tested.
 *
 * Only where FAIL_POINTS is on, and only when AFTERLINE_PLANT names one: answer_before_commit,
 * key_outside_transaction, position_before_effect, two_writers, retry_with_new_key, park_only_one.
 * Those that are a single wrong answer stand where they belong as PLANTED("…"); these need a
 * transaction of their own.
 */
#pragma once

#include "daemon/writer_own.h"

/* Moves the positions over the events of these works and commits, before anything is applied. */
bool planted_position_first(struct writer *writer, struct work **works, size_t count);
/* Writes the answers of a batch in a transaction of their own, after its commit. */
bool planted_answers_after(struct writer *writer, struct work **works, size_t count,
                           int64_t now_ms);

/*
 * batch_write: what a batch leaves behind beside its handlers' own rows: numbered events, answers
 * by key, notes of disclosures.  One statement each, however many works.
 */
#pragma once

#include "daemon/writer_own.h"

/* `head` goes up with each event; the writer's hash goes along.  Put both back if the batch fails.
 */
bool batch_write(struct writer *writer, struct work **works, size_t count, int64_t now_ms,
                 uint64_t *head);

/* The answers alone; part of batch_write. */
bool batch_write_answers(struct writer *writer, struct work **works, size_t count, int64_t now_ms);

/*
 * foresee: what the commands of a batch will look at, asked for all of them at once.
 *
 * A command that reads before it writes costs a round trip, and the next one waits for it.  So a
 * service may say, in a row of its plan (struct foresight), what a command will look at (db_ahead):
 * that is sent with the beginning of the batch, before any command is carried out.
 *
 * An answer is only good if no command before it in the batch changes it.  Therefore each names the
 * things it is about, and asks ahead only where it is the first to do so; behind a command without
 * foresight nothing is foreseen at all.  Whatever was not foreseen is read in its turn.
 */
#pragma once

#include "daemon/request.h"
#include "edge/db_later.h"

/* Names a thing this command looks at or changes; NULL is none.  False: one before it did. */
bool first_to_touch(struct request *req, const char *thing);

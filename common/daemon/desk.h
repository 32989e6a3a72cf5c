/*
 * desk: where questions arrive, from the bus or from the own process, and answers leave.
 *
 * Answers to one asker leave together (edge/bus.h): those of works that ended together with
 * desk_flush, others at the end of the loop's turn.
 */
#pragma once

#include "daemon/daemon.h"

/* NULL endpoint: only the own process asks. */
void desk_open(struct daemon *daemon, const char *endpoint);
void desk_flush(struct daemon *daemon);
void desk_close(struct daemon *daemon);

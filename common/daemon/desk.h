/*
 * desk: where questions arrive, from the bus or from the own process, and answers leave.
 */
#pragma once

#include "daemon/daemon.h"

struct desk;

/* NULL endpoint: only the own process asks. */
struct desk *desk_open(struct daemon *daemon, const char *endpoint);
void desk_close(struct desk *desk);

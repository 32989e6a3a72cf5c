/*
 * postgres: a PostgreSQL cluster of the house's own.
 *
 * It listens on no network; its socket lies in a folder that only its user and ours can enter, and
 * whoever can enter may be any role.  The cluster lies in the state folder or, where root's state
 * folder is out of PostgreSQL's reach, below /var/lib, with a link in the state folder.
 */
#pragma once

#include <stdbool.h>

#include "run_keep.h"
#include "run_place.h"

/* Makes the cluster where there is none, starts and keeps it, makes roles and schemas. */
bool postgres_start(const struct place *place, struct keeper *keeper, const char **why);

/*
 * scope: the tree of branches, and which of them a caller reaches.
 *
 * Every service has the tree in its own schema: its owner by opening branches, all others by being
 * told.  A path names all above, "/company/east/hangzhou/".
 */
#pragma once

#include "daemon/request.h"

/* Whether the caller's scope covers this branch: one statement, and none for callers without a
 * branch.  A handler answers NOT_FOUND, not FORBIDDEN, for what is outside. */
bool scope_covers(struct request *req, const char *branch, bool *covered);

/* A branch that a command names has to be there, "unknown_branch" otherwise, and in the caller's
 * scope, FORBIDDEN otherwise: to whoever is limited, one that is not there is not theirs. */
bool branch_in_scope(struct request *req, const char *field, const char *branch);

/* Learns a branch, for scopes: command open_branch in its owner, reactions everywhere else. */
bool scope_learn(struct request *req, const char *branch, const char *parent);

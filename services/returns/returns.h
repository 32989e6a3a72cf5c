/*
 * returns: goods that come back, and the money that follows them.
 *
 * The words this service shares with itself.
 */
#pragma once

#include "daemon/list.h"
#include "daemon/service.h"
#include "daemon/words.h"
#include "intake.pb-c.h"
#include "returns.pb-c.h"
#include "returns_sql.h"

extern const struct service returns;
extern const struct lifecycle return_life;

handler find_return, list_returns;    /* queries/ */
handler learn_branch, request_return; /* reactions/ */

/*
 * overhear: what of all that is told concerns a service, and what the service does about it.
 */
#pragma once

#include "daemon/work.h"

/* Whether any row of the plan is about this event; `arena` is for reading it. */
bool overhear_concerns(struct arena *arena, const struct service *service, const Event *event);

/* Runs every row of the plan that is about the work's event, one after another. */
bool overhear_react(struct work *work);

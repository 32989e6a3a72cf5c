/*
 * told_by_intake: what the other services overhear when a customer's request was registered.
 */
#pragma once

#include "intake.pb-c.h"
#include "room.h"

/* The branches hangzhou, below east, and west are opened; then ticket 1000001 of this kind is
 * registered in hangzhou, by customer 1000002 for unit 1000003. */
void hear_registered(const char *kind);

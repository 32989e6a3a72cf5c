/*
 * tickets: the journeys of an import by reference, and those that can go on, in turn.
 */
#pragma once

#include "journey.h"

struct tickets;

struct tickets *tickets_new(struct travel *travel);
void tickets_free(struct tickets *tickets);

/* The journey of this reference, made where it is new. */
struct journey *tickets_find(struct tickets *tickets, const char *reference);

/* Puts one in line that has something to do, once. */
void tickets_line_up(struct tickets *tickets, struct journey *journey);
/* The next in line; NULL where nobody is. */
struct journey *tickets_next(struct tickets *tickets);

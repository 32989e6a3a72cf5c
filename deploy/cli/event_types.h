/*
 * event_types: which events a house tells of, as its own description (/asyncapi.json) has it.
 *
 * The house takes any pattern, for what it does not know today it may tell tomorrow; a person who
 * waits for "ticket.opened" waits for ever.
 */
#pragma once

#include "site.h"

/* Whether each pattern of a list like "ticket.*,job.planned" fits some event; false, and said on
 * standard error, where one does not or the house does not say. */
bool event_types_are_known(struct site *site, const char *patterns);

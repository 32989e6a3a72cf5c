/*
 * house: what every daemon can be asked, whatever its business.
 *
 * Its history in pages, how it is doing, whether its chain holds, what is parked; and to begin its
 * picture of the others anew.
 */
#pragma once

#include "daemon/service.h"

struct command_table {
    const struct command *rows;
    size_t count;
};

extern const struct command_table house_commands;
extern const struct command_table house_queries;

/* Reaction to another service's sealed head: keep it. */
handler keep_head;

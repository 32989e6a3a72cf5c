/*
 * plain: foreign text for a person's terminal.
 *
 * What customers and other systems wrote may hold line ends and escape sequences, which would forge
 * lines or steer the terminal.
 */
#pragma once

#include "base/arena.h"

/* "a\033[2J" → "a\x1b[2J", on one line whatever it holds; letters of all scripts stay. */
const char *plain(struct arena *arena, const char *text);

/* The same, in quotes where it would run into its neighbours. */
const char *plain_value(struct arena *arena, const char *text);

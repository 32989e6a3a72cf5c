/*
 * map: how the rows of a foreign CSV file become requests of this house.  docs/import.md is the
 * language; this is its reader.
 *
 * The map says everything: what the file's columns are called, what its words mean here, which rows
 * belong to one ticket, which request leads from one state towards another.  The importer knows no
 * file and no life of a ticket; it only does what the map says until the ticket is where the row
 * wants it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "csv.h"

struct map;

/* Why a row can't be understood. */
struct map_flaw {
    const char *reason; /* stable word: "unknown_value", "missing_value", "bad_date" */
    const char *detail;
};

/* NULL and *why (in the arena) where the file is not a map. */
struct map *map_load(struct arena *arena, const char *path, const char **why);
void map_free(struct map *map);
char map_separator(const struct map *map);
size_t map_columns(const struct map *map); /* of the file; an entry's first values */

/* Learns the columns of the file; false where the map names one that it lacks. */
bool map_bind(struct map *map, const struct csv *csv, const char **why);

/* A row in the words of the map: columns first, then words.  Lives in the arena. */
struct entry {
    unsigned long line;
    const char **values;
};

/* Reads a row that is not bad.  False with *flaw: refused; the entry's columns are filled. */
bool map_read(const struct map *map, struct arena *arena, const struct csv_row *row,
              struct entry *entry, struct map_flaw *flaw);

const char *map_name(const struct map *map);
const char *map_reference(const struct map *map, struct arena *arena, const struct entry *entry);
const char *map_target(const struct map *map, struct arena *arena, const struct entry *entry);

/* Where a ticket is, in the words the map's moves use, from its latest answer. */
const char *map_position(const struct map *map, struct arena *arena, const json_t *ticket);

/* What to do next with a ticket at `position` that shall come to `target`; NULL: there is no way.
 */
const char *map_action(const struct map *map, const char *target, const char *position);

/* Whether any moves lead there. */
bool map_knows_target(const struct map *map, const char *target);

/* A request as the map words it for one row; its path "" stands for the ticket itself. */
struct call {
    const char *method;
    const char *path;
    json_t *body; /* the caller decrefs */
};

struct call map_register(const struct map *map, struct arena *arena, const struct entry *entry);
struct call map_act(const struct map *map, struct arena *arena, const char *action,
                    const struct entry *entry);
struct call map_note(const struct map *map, struct arena *arena, const struct entry *entry);

/* What must be there before the ticket: branches.  False behind the last. */
bool map_first(const struct map *map, struct arena *arena, size_t i, const struct entry *entry,
               struct call *call);

/* What the row says otherwise than the ticket; body NULL where nothing, or not in this position. */
struct call map_amend(const struct map *map, struct arena *arena, const struct entry *entry,
                      const json_t *ticket);

/* The targets to go through where a counter of the ticket is behind the row's; NULL where none is.
 */
const json_t *map_detour(const struct map *map, struct arena *arena, const struct entry *entry,
                         const json_t *ticket);

/* What has to be remembered of an answer for all of the above, and "ticket_id"; new. */
json_t *map_remember(const struct map *map, const json_t *ticket);

/*
 * map_inside: what the files of map share.
 */
#pragma once

#include "map.h"

struct map {
    json_t *json;
    struct arena *arena;
    const char **names; /* columns of the file, then words of the map */
    size_t name_count;
    size_t column_count;
};

enum { MAP_UNKNOWN = -1 };

/* The place of a name among columns and words. */
long map_find(const struct map *map, const char *name, size_t length);

/* A template with every ${name} replaced; map_bind has seen that all are known. */
const char *map_fill(const struct map *map, struct arena *arena, const char *template,
                     const struct entry *entry);

/* The first thing in a map that docs/import.md does not know; NULL where it knows all. */
const char *map_check_shape(struct arena *arena, json_t *json);

/* The row of a table for a name; "waiting *" fits whatever begins with "waiting ". */
json_t *map_look_up(json_t *table, const char *name);

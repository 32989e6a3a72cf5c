/*
 * room_own: what the room (room.c) and what is seen in it (room_seen.c) share.
 */
#pragma once

#include "daemon/work.h"
#include "daemon/writer.h"
#include "room.h"

struct room {
    const struct service *service;
    const char *server;   /* conninfo of the cluster */
    const char *conninfo; /* of this program's own database */
    const char *database;
    struct writer *writer;
    struct db *reader;
    struct db *hand; /* for given() */
    struct arena *life;
    struct arena *test;
    struct work *last; /* what happened last; its arena keeps answer and events */
    int64_t now_ms;
    unsigned long keys;
};

extern struct room room;

/* A connection to this database; the test fails where there is none. */
struct db *room_connect(struct db_options options, const char *conninfo);

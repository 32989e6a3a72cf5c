/*
 * kind: how a request ended.  The gateway maps each kind to one HTTP status.
 */
#pragma once

enum kind {
    OK = 0,
    INVALID = 1,    /* 422, or 400 where unreadable */
    UNREADABLE = 2, /* 400 */
    UNAUTHENTICATED = 3,
    FORBIDDEN = 4,
    NOT_FOUND = 5, /* also for what the caller may not know exists */
    CONFLICT = 6,
    STALE = 7,
    TOO_MANY = 8,
    UNAVAILABLE = 9, /* not carried out; ask again with the same key */
    DEADLINE = 10,
    NOT_ACTIVE = 11, /* never leaves the house: ask the next instance */
    GONE = 12,       /* 410: a cursor older than what is kept */
    DEFECT = 13,     /* 500: ours; asking again does not help */
};

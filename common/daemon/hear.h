/*
 * hear: what a service tells, brought to everybody in this process who follows it.  For feed.c.
 *
 * One subscription to each instance of a source, however many followers it has; each page is read
 * once.  Where one of them is in a hurry, all hear what is told at once, and then once more what is
 * gathered.  On the loop's thread.
 */
#pragma once

#include "daemon/daemon.h"

struct hearing;

/* A page, valid during the call.  Whoever hears it may leave meanwhile, and others too. */
typedef void on_page_told(void *with, const EventPage *page);

struct hearing *hearing_join(struct daemon *daemon, const char *source, on_page_told *heard,
                             void *with);
void hearing_hurry(struct hearing *hearing);
void hearing_leave(struct hearing *hearing);

/*
 * feed_page: a page of a service's history, as it arrived.  For feed.c alone.
 *
 * Its events are those from page_first to `upto`, without a gap; each is read when its turn comes.
 */
#pragma once

#include "daemon/feed.h"

/* NULL, with the flaw filled, where it is no page of this source. */
const EventPage *page_read(struct arena *arena, const char *source, struct bytes packed,
                           struct flaw *flaw);
uint64_t page_first(const EventPage *page);

/* The first of its ids behind `at`; beyond `upto` where there is none. */
uint64_t page_next(const EventPage *page, uint64_t at);
/* The packed event of an id in it. */
struct bytes page_event(const EventPage *page, uint64_t id);

/* Fills what was heard, in an arena of its own; false, with the flaw filled, where this is not the
 * event of this source and id. */
bool heard_read(struct heard_event *heard, const char *source, uint64_t id, struct bytes packed,
                struct flaw *flaw);

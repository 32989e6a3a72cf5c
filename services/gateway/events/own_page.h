/*
 * own_page: events from before the ring, read from their service for one subscriber.
 */
#pragma once

#include "events/tail.h"

/* Asked for at once, by all subscribers together; a source has its part of them, so that one that
 * does not answer holds up no other.  More wait for their turn: those who follow leave room among
 * the open questions for those who ask. */
enum { OWN_PAGES_MOST = 64 };

struct own_page;

enum own_page_state {
    OWN_PAGE_HERE,
    OWN_PAGE_COMING, /* asked for, or about to be; `came` is called */
    OWN_PAGE_AWAY,   /* the service does not answer; asked again when found again later */
    OWN_PAGE_LOST,   /* no longer kept */
};

struct own_page *own_page_new(struct tail *tail, int source, void (*came)(void *with), void *with);

/* The event of this id, asking for the page that holds it where need be. */
enum own_page_state own_page_find(struct own_page *page, uint64_t id, struct told_event **told);

/* NULL is fine.  A question under way is answered to nobody. */
void own_page_free(struct own_page *page);

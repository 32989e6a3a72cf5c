/*
 * desk: what the tests of intake say again and again.
 */
#pragma once

#include "intake.h"
#include "room.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR };

/* The branches east ─ hangzhou ─ hangzhou-xihu, and west. */
void branches(void);

/* A complete order to register: a repair by telephone in hangzhou-xihu. */
struct order {
    RegisterTicket order;
    Customer customer;
};
RegisterTicket *a_repair(struct order *order);

/* Registers it as an agent; the ticket's id. */
const char *registered(void);
/* A ticket in this state, by the shortest way there. */
const char *a_ticket(const char *state);

/* Asks for one move, with everything it wants, by its word: "acknowledge", … */
void move(const char *ticket_id, const char *by);
void move_as(struct voice voice, const char *ticket_id, const char *by);

/* What an agent with every branch sees. */
const Ticket *seen(const char *ticket_id);
const char *state_of(const char *ticket_id);

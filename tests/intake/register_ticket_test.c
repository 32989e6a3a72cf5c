#include "desk.h"

#include <string.h>

TEST(what_was_said_comes_back)
{
    struct order order;
    branches();

    ask("agent", &a_repair(&order)->base);

    const Ticket *ticket = answer(ticket);
    TRUE(was_made());
    SAME(ticket->state, "registered");
    SAME(ticket->customer->phone, "13800138000");
    SAME(ticket->recorded_at, "2026-03-02T09:00:00Z");
    SAME(ticket->received_at, "2026-03-02T09:00:00Z");
    EQUAL(ticket->version, 1);
    EQUAL(answer_version(), 1);
    EQUAL(ticket->ticket_id[0], 'T');
    EQUAL(ticket->customer_id[0], 'K');
    EQUAL(ticket->unit_id[0], 'U');
}

ROOM(intake, cmocka_unit_test(what_was_said_comes_back))

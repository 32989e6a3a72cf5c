#include "told.h"

static const char *of_ticket(const char *column)
{
    return value(printed("select %s from reporting.ticket", column));
}

TEST(a_registration_becomes_a_row)
{
    ticket_is_registered(1);

    TRUE(was_done());
    SAME(of_ticket("ticket_id"), number_in(ticket_id(1)));
    SAME(of_ticket("branch || ' ' || kind || ' ' || channel || ' ' || priority || ' ' || state"),
         "hangzhou repair phone medium registered");
    SAME(of_ticket("extract(epoch from received_at)::bigint * 1000"),
         printed("%lld", (long long)now_ms()));
}

TEST(only_the_first_acknowledgement_counts)
{
    ticket_is_registered(1);
    later(60000);
    ticket_is_acknowledged(1);
    later(60000);
    ticket_is_acknowledged(1);

    SAME(of_ticket("extract(epoch from acknowledged_at - received_at)::int"), "60");
}

TEST(the_last_resolution_counts)
{
    ticket_is_registered(1);
    later(60000);
    ticket_is_resolved(1);
    ticket_is_objected(1);
    later(60000);
    ticket_is_resolved(1);

    SAME(of_ticket("extract(epoch from resolved_at - received_at)::int"), "120");
    SAME(of_ticket("state"), "resolved");
}

TEST(an_objection_takes_the_resolution_back_and_is_counted)
{
    ticket_is_registered(1);
    ticket_is_resolved(1);
    ticket_is_objected(1);

    SAME(of_ticket("resolved_at is null"), "t");
    SAME(of_ticket("reopen_count"), "1");
    SAME(of_ticket("priority"), "high");
    SAME(of_ticket("state"), "in_progress");
}

TEST(reopening_takes_the_closing_back)
{
    TicketClosed closed = TICKET_CLOSED__INIT;
    closed.ticket_id = ticket_id(1);
    closed.state = "closed";
    TicketReopened reopened = TICKET_REOPENED__INIT;
    reopened.ticket_id = ticket_id(1);
    reopened.state = "in_progress";
    ticket_is_registered(1);
    ticket_is_resolved(1);
    overhear("intake", closed.ticket_id, &closed.base);
    SAME(of_ticket("closed_at is not null"), "t");

    overhear("intake", reopened.ticket_id, &reopened.base);

    SAME(of_ticket("closed_at is null and resolved_at is null"), "t");
    SAME(of_ticket("reopen_count"), "1");
}

TEST(an_amendment_changes_the_priority_alone)
{
    TicketAmended amended = TICKET_AMENDED__INIT;
    amended.ticket_id = ticket_id(1);
    amended.priority = "critical";
    ticket_is_registered(1);

    overhear("intake", amended.ticket_id, &amended.base);

    SAME(of_ticket("priority || ' ' || state"), "critical registered");
}

TEST(a_move_of_a_ticket_that_was_never_registered_is_parked)
{
    ticket_is_acknowledged(1);

    TRUE(was_parked());
    SAME(value("select count(*) from reporting.entry"), "0");
}

TEST(an_event_that_cannot_be_read_is_parked)
{
    TicketNoted event = TICKET_NOTED__INIT;

    event.ticket_id = ticket_id(77);
    event.text = "not \xff UTF-8";
    overhear("intake", event.ticket_id, &event.base);

    TRUE(was_parked());
    SAME(value("select split_part(reason, ':', 1) from reporting.parked"), "unreadable_event");
}

TEST(a_branch_is_learnt_for_scopes)
{
    branch_is_opened("company", "");
    branch_is_opened("hangzhou", "company");

    SAME(value("select path from reporting.scope where branch = 'hangzhou'"), "/company/hangzhou/");
}

ROOM(reporting, cmocka_unit_test(a_registration_becomes_a_row),
     cmocka_unit_test(only_the_first_acknowledgement_counts),
     cmocka_unit_test(the_last_resolution_counts),
     cmocka_unit_test(an_objection_takes_the_resolution_back_and_is_counted),
     cmocka_unit_test(reopening_takes_the_closing_back),
     cmocka_unit_test(an_amendment_changes_the_priority_alone),
     cmocka_unit_test(a_move_of_a_ticket_that_was_never_registered_is_parked),
     cmocka_unit_test(an_event_that_cannot_be_read_is_parked),
     cmocka_unit_test(a_branch_is_learnt_for_scopes))

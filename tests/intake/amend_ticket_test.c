#include "desk.h"

TEST(owner_and_team_change_and_the_rest_stays)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("acknowledged");
    order.given_assignee_case = AMEND_TICKET__GIVEN_ASSIGNEE_ASSIGNEE;
    order.assignee = "li";
    order.given_team_case = AMEND_TICKET__GIVEN_TEAM_TEAM;
    order.team = "hotline";

    ask("agent", &order.base);

    const Ticket *ticket = answer(ticket);
    SAME(ticket->assignee, "li");
    SAME(ticket->team, "hotline");
    SAME(ticket->impact, "medium");
    SAME(ticket->state, "acknowledged");
    SAME(((const TicketAmended *)heard(ticket_amended))->assignee, "li");
    SAME(((const TicketAmended *)heard(ticket_amended))->impact, "medium");
}

TEST(what_is_given_empty_is_emptied)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");
    order.given_assignee_case = AMEND_TICKET__GIVEN_ASSIGNEE_ASSIGNEE;
    order.assignee = "li";
    order.given_team_case = AMEND_TICKET__GIVEN_TEAM_TEAM;
    order.team = "hotline";
    ask("agent", &order.base);

    order.given_assignee_case = AMEND_TICKET__GIVEN_ASSIGNEE__NOT_SET;
    order.team = "";
    ask("agent", &order.base);

    SAME(((const Ticket *)answer(ticket))->assignee, "li");
    SAME(((const Ticket *)answer(ticket))->team, "");
}

TEST(the_priority_follows_impact_and_urgency)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");
    order.given_impact_case = AMEND_TICKET__GIVEN_IMPACT_IMPACT;
    order.given_urgency_case = AMEND_TICKET__GIVEN_URGENCY_URGENCY;
    order.impact = order.urgency = "high";

    ask("agent", &order.base);

    SAME(((const Ticket *)answer(ticket))->priority, "critical");
}

TEST(an_override_has_a_reason)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");
    order.given_impact_case = AMEND_TICKET__GIVEN_IMPACT_IMPACT;
    order.impact = "high";
    order.given_priority_case = AMEND_TICKET__GIVEN_PRIORITY_PRIORITY;
    order.priority = "low";

    ask("agent", &order.base);
    TRUE(was_violated("reason", "missing"));

    order.reason = "a spare is in use";
    ask("agent", &order.base);
    SAME(((const Ticket *)answer(ticket))->priority, "low");
    SAME(((const TicketAmended *)heard(ticket_amended))->reason, "a spare is in use");
}

TEST(unknown_words_are_named)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");
    order.given_impact_case = AMEND_TICKET__GIVEN_IMPACT_IMPACT;
    order.given_urgency_case = AMEND_TICKET__GIVEN_URGENCY_URGENCY;
    order.given_priority_case = AMEND_TICKET__GIVEN_PRIORITY_PRIORITY;
    order.impact = order.urgency = order.priority = "huge";

    ask("agent", &order.base);

    TRUE(was_violated("impact", "unknown_word"));
    TRUE(was_violated("urgency", "unknown_word"));
    TRUE(was_violated("priority", "unknown_word"));
}

TEST(what_a_ticket_needs_is_not_taken_away)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");
    order.given_assignee_case = AMEND_TICKET__GIVEN_ASSIGNEE_ASSIGNEE;
    order.given_impact_case = AMEND_TICKET__GIVEN_IMPACT_IMPACT;
    order.given_urgency_case = AMEND_TICKET__GIVEN_URGENCY_URGENCY;
    order.given_priority_case = AMEND_TICKET__GIVEN_PRIORITY_PRIORITY;
    order.assignee = "li";
    order.impact = order.urgency = order.priority = "";

    ask("agent", &order.base);

    TRUE(was_violated("impact", "missing"));
    TRUE(was_violated("urgency", "missing"));
    TRUE(was_violated("priority", "missing"));
    EQUAL(violations(), 3);
    SAME(seen(order.ticket_id)->assignee, "");
}

TEST(nothing_to_change_is_told)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");

    ask("agent", &order.base);

    TRUE(was_violated("", "nothing_to_change"));
}

TEST(what_is_over_is_amended_by_importers_only)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("closed");
    order.given_team_case = AMEND_TICKET__GIVEN_TEAM_TEAM;
    order.team = "archive";

    ask("manager", &order.base);
    TRUE(was_refused(CONFLICT, "not_allowed"));
    SAME(refused_in(), "closed");

    ask("importer", &order.base);
    TRUE(was_done());
    SAME(seen(order.ticket_id)->team, "archive");
}

TEST(a_note_may_be_made_in_any_state)
{
    NoteTicket order = NOTE_TICKET__INIT;
    order.ticket_id = a_ticket("closed");
    order.text = "the customer thanks us";
    order.visible_to_customer = true;

    ask("technician", &order.base);

    const TicketNoted *event = heard(ticket_noted);
    SAME(event->text, "the customer thanks us");
    TRUE(event->visible_to_customer);
    SAME(state_of(order.ticket_id), "closed");
    SAME(value("select text from intake.note where written_by = 'key/technician'"),
         "the customer thanks us");
}

TEST(a_note_says_something)
{
    NoteTicket order = NOTE_TICKET__INIT;
    order.ticket_id = a_ticket("registered");

    ask("agent", &order.base);

    TRUE(was_violated("text", "missing"));
}

ROOM(intake, cmocka_unit_test(owner_and_team_change_and_the_rest_stays),
     cmocka_unit_test(what_is_given_empty_is_emptied),
     cmocka_unit_test(the_priority_follows_impact_and_urgency),
     cmocka_unit_test(an_override_has_a_reason), cmocka_unit_test(unknown_words_are_named),
     cmocka_unit_test(what_a_ticket_needs_is_not_taken_away),
     cmocka_unit_test(nothing_to_change_is_told),
     cmocka_unit_test(what_is_over_is_amended_by_importers_only),
     cmocka_unit_test(a_note_may_be_made_in_any_state), cmocka_unit_test(a_note_says_something))

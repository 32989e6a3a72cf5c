#include "desk.h"

#include <string.h>

/* ---- what each move wants ---- */

TEST(an_answer_has_words)
{
    AcknowledgeTicket order = ACKNOWLEDGE_TICKET__INIT;
    order.ticket_id = a_ticket("registered");

    ask("agent", &order.base);

    TRUE(was_refused(INVALID, "invalid"));
    TRUE(was_violated("answer", "missing"));
}

TEST(the_first_answer_is_dated)
{
    const char *ticket_id = a_ticket("registered");

    later(HOUR);
    move(ticket_id, "acknowledge");

    SAME(((const Ticket *)answer(ticket))->acknowledged_at, "2026-03-02T10:00:00Z");
    SAME(((const TicketAcknowledged *)heard(ticket_acknowledged))->answer, "please unplug it");
}

TEST(waiting_says_for_what)
{
    WaitTicket order = WAIT_TICKET__INIT;
    order.ticket_id = a_ticket("in_progress");

    ask("agent", &order.base);
    TRUE(was_violated("waiting_for", "missing"));

    order.waiting_for = "godot";
    ask("agent", &order.base);
    TRUE(was_violated("waiting_for", "unknown_word"));
}

TEST(a_ticket_waits_for_one_thing_until_it_resumes)
{
    const char *ticket_id = a_ticket("waiting");
    SAME(seen(ticket_id)->waiting_for, "parts");

    move(ticket_id, "resume");

    SAME(((const Ticket *)answer(ticket))->waiting_for, "");
    SAME(((const Ticket *)answer(ticket))->state, "in_progress");
    SAME(value("select count(*) from intake.ticket where state_before is not null"), "0");
}

TEST(waiting_does_not_forget_where_it_was_when_something_else_changes)
{
    NoteTicket note = NOTE_TICKET__INIT;
    const char *ticket_id = a_ticket("acknowledged");
    move(ticket_id, "wait");
    note.ticket_id = ticket_id;
    note.text = "still waiting";
    ask("agent", &note.base);

    move(ticket_id, "resume");

    SAME(state_of(ticket_id), "acknowledged");
}

TEST(a_solution_has_a_cause)
{
    ResolveTicket order = RESOLVE_TICKET__INIT;
    order.ticket_id = a_ticket("in_progress");

    ask("agent", &order.base);

    TRUE(was_violated("cause", "missing"));
    TRUE(was_violated("solution", "missing"));
}

TEST(a_solution_is_kept_and_dated)
{
    const Ticket *ticket = seen(a_ticket("resolved"));

    SAME(ticket->cause, "fuse");
    SAME(ticket->solution, "replaced");
    SAME(ticket->resolved_at, "2026-03-02T09:00:00Z");
}

TEST(an_objection_has_a_reason)
{
    ObjectTicket order = OBJECT_TICKET__INIT;
    order.ticket_id = a_ticket("resolved");

    ask("agent", &order.base);

    TRUE(was_violated("reason", "missing"));
}

TEST(an_objection_raises_the_priority_and_is_counted)
{
    const char *ticket_id = a_ticket("resolved");

    move(ticket_id, "object");

    const Ticket *ticket = answer(ticket);
    const TicketObjected *event = heard(ticket_objected);
    SAME(ticket->priority, "high");
    SAME(ticket->resolved_at, "");
    EQUAL(ticket->reopen_count, 1);
    SAME(event->priority, "high");
    EQUAL(event->reopen_count, 1);
}

TEST(there_is_nothing_above_critical)
{
    const char *ticket_id = a_ticket("resolved");
    given("update intake.ticket set priority = 'critical'");

    move(ticket_id, "object");

    SAME(((const Ticket *)answer(ticket))->priority, "critical");
}

TEST(a_confirmation_is_signed_or_says_why_not)
{
    ConfirmTicket order = CONFIRM_TICKET__INIT;
    order.ticket_id = a_ticket("resolved");

    ask("agent", &order.base);
    TRUE(was_violated("signed_by", "missing"));

    order.refused_reason = "in a hurry";
    ask("agent", &order.base);
    TRUE(was_done());
    SAME(value("select refused_reason from intake.confirmation"), "in a hurry");
}

TEST(proof_is_as_good_as_a_name)
{
    ConfirmTicket order = CONFIRM_TICKET__INIT;
    order.ticket_id = a_ticket("resolved");
    order.evidence_id = "photo-1";

    ask("agent", &order.base);

    TRUE(was_done());
    SAME(value("select evidence_id from intake.confirmation"), "photo-1");
}

TEST(who_signed_is_kept_but_told_masked)
{
    a_ticket("resolved");
    const char *ticket_id = a_ticket("resolved");

    move(ticket_id, "confirm");

    SAME(((const TicketConfirmed *)heard(ticket_confirmed))->signed_by, "王*");
    SAME(value("select signed_by from intake.confirmation"), "王芳");
}

TEST(silence_is_the_clocks_to_hear)
{
    ConfirmTicket order = CONFIRM_TICKET__INIT;
    order.ticket_id = a_ticket("resolved");
    order.by_silence = true;

    ask("manager", &order.base);
    TRUE(was_violated("by_silence", "not_allowed"));

    ask("importer", &order.base);
    TRUE(was_done());
}

TEST(the_last_word_is_a_summary)
{
    CloseTicket order = CLOSE_TICKET__INIT;
    order.ticket_id = a_ticket("confirmed");

    ask("agent", &order.base);

    TRUE(was_violated("summary", "missing"));
}

TEST(closing_is_dated)
{
    const Ticket *ticket = seen(a_ticket("closed"));

    SAME(ticket->closed_at, "2026-03-02T09:00:00Z");
    SAME(ticket->summary, "a fuse wears out");
}

TEST(reopening_has_a_reason)
{
    ReopenTicket order = REOPEN_TICKET__INIT;
    order.ticket_id = a_ticket("closed");

    ask("agent", &order.base);

    TRUE(was_violated("reason", "missing"));
}

TEST(a_customer_comes_back_within_a_week)
{
    const char *ticket_id = a_ticket("closed");

    later(7LL * DAY);
    move(ticket_id, "reopen");

    const Ticket *ticket = answer(ticket);
    EQUAL(ticket->reopen_count, 1);
    SAME(ticket->closed_at, "");
    SAME(ticket->resolved_at, "");
    EQUAL(((const TicketReopened *)heard(ticket_reopened))->reopen_count, 1);
}

TEST(after_a_week_a_lead_decides)
{
    static const char *const deciders[] = {"lead", "manager", "admin"};

    for (size_t i = 0; i < LENGTH(deciders); i++) {
        const char *ticket_id = a_ticket("closed");

        later(7LL * DAY + 1);
        move(ticket_id, "reopen");
        TRUE(was_refused(FORBIDDEN, "reopen_window_over"));

        move_as((struct voice){.roles = deciders[i]}, ticket_id, "reopen");
        TRUE(was_done());
    }
}

TEST(cancelling_has_a_reason)
{
    CancelTicket order = CANCEL_TICKET__INIT;
    order.ticket_id = a_ticket("registered");

    ask("agent", &order.base);

    TRUE(was_violated("reason", "missing"));
}

/* ---- merging ---- */

static void merge(const char *ticket_id, const char *into)
{
    MergeTicket order = MERGE_TICKET__INIT;

    order.ticket_id = ticket_id;
    order.into = into;
    ask("agent", &order.base);
}

TEST(both_numbers_still_answer)
{
    const char *ticket_id = a_ticket("registered"), *survivor = a_ticket("in_progress");

    merge(ticket_id, survivor);

    TRUE(was_done());
    SAME(((const TicketMerged *)heard(ticket_merged))->into, survivor);
    SAME(seen(ticket_id)->state, "merged");
    SAME(seen(ticket_id)->merged_into, survivor);
    SAME(seen(survivor)->state, "in_progress");
}

TEST(a_ticket_does_not_survive_itself)
{
    const char *ticket_id = a_ticket("registered");

    merge(ticket_id, ticket_id);

    TRUE(was_violated("into", "same_ticket"));
}

TEST(a_survivor_is_named)
{
    merge(a_ticket("registered"), "");

    TRUE(was_violated("into", "missing"));
}

TEST(a_survivor_is_there)
{
    const char *ticket_id = a_ticket("registered");

    merge(ticket_id, id_in('T', 9999999));

    TRUE(was_refused(NOT_FOUND, "not_found"));
    SAME(state_of(ticket_id), "registered");
}

TEST(a_survivor_goes_on)
{
    static const char *const over[] = {"closed", "cancelled", "merged"};

    for (size_t i = 0; i < LENGTH(over); i++) {
        const char *survivor = a_ticket(over[i]);

        merge(a_ticket("registered"), survivor);

        TRUE(was_refused(CONFLICT, "survivor_not_open"));
    }
}

/* ---- dates and order ---- */

TEST(only_importers_date_their_moves)
{
    StartTicket order = START_TICKET__INIT;
    order.ticket_id = a_ticket("acknowledged");
    order.occurred_at = "2016-03-01T00:00:00Z";

    ask("agent", &order.base);
    TRUE(was_violated("occurred_at", "not_allowed"));

    ask("importer", &order.base);
    TRUE(was_done());
    EQUAL(heard_event("intake.TicketStarted")->occurred_at_ms, 1456790400000);
    EQUAL(heard_event("intake.TicketStarted")->recorded_at_ms, now_ms());
}

TEST(what_is_impossible_is_said_before_what_is_missing)
{
    ResolveTicket order = RESOLVE_TICKET__INIT;
    order.ticket_id = a_ticket("closed");

    ask("agent", &order.base);

    TRUE(was_refused(CONFLICT, "not_allowed"));
}

TEST(a_move_names_its_ticket)
{
    StartTicket order = START_TICKET__INIT;

    ask("agent", &order.base);

    TRUE(was_violated("ticket_id", "missing"));
}

TEST(a_move_shows_the_customer_and_says_that_it_did)
{
    const char *ticket_id = a_ticket("registered");
    given("delete from intake.disclosure");

    move(ticket_id, "acknowledge");

    SAME(((const Ticket *)answer(ticket))->customer->name, "王芳");
    TRUE(was_disclosed(ticket_id));
}

ROOM(intake, cmocka_unit_test(an_answer_has_words), cmocka_unit_test(the_first_answer_is_dated),
     cmocka_unit_test(waiting_says_for_what),
     cmocka_unit_test(a_ticket_waits_for_one_thing_until_it_resumes),
     cmocka_unit_test(waiting_does_not_forget_where_it_was_when_something_else_changes),
     cmocka_unit_test(a_solution_has_a_cause), cmocka_unit_test(a_solution_is_kept_and_dated),
     cmocka_unit_test(an_objection_has_a_reason),
     cmocka_unit_test(an_objection_raises_the_priority_and_is_counted),
     cmocka_unit_test(there_is_nothing_above_critical),
     cmocka_unit_test(a_confirmation_is_signed_or_says_why_not),
     cmocka_unit_test(proof_is_as_good_as_a_name),
     cmocka_unit_test(who_signed_is_kept_but_told_masked),
     cmocka_unit_test(silence_is_the_clocks_to_hear), cmocka_unit_test(the_last_word_is_a_summary),
     cmocka_unit_test(closing_is_dated), cmocka_unit_test(reopening_has_a_reason),
     cmocka_unit_test(a_customer_comes_back_within_a_week),
     cmocka_unit_test(after_a_week_a_lead_decides), cmocka_unit_test(cancelling_has_a_reason),
     cmocka_unit_test(both_numbers_still_answer),
     cmocka_unit_test(a_ticket_does_not_survive_itself), cmocka_unit_test(a_survivor_is_named),
     cmocka_unit_test(a_survivor_is_there), cmocka_unit_test(a_survivor_goes_on),
     cmocka_unit_test(only_importers_date_their_moves),
     cmocka_unit_test(what_is_impossible_is_said_before_what_is_missing),
     cmocka_unit_test(a_move_names_its_ticket),
     cmocka_unit_test(a_move_shows_the_customer_and_says_that_it_did))

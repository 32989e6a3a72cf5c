#include "desk.h"

#include <string.h>

static const char *const job_id = "J10000015";

static void job_started(const char *ticket_id)
{
    JobStarted event = JOB_STARTED__INIT;

    event.job_id = job_id;
    event.ticket_id = ticket_id;
    event.note = "on site";
    overhear("dispatch", ticket_id, &event.base);
}

static void job_verified(const char *ticket_id, bool last)
{
    JobVerified event = JOB_VERIFIED__INIT;
    Report report = REPORT__INIT;

    report.cause = "worn_heater";
    report.work_done = "heater replaced";
    event.job_id = job_id;
    event.ticket_id = ticket_id;
    event.report = &report;
    event.last = last;
    overhear("dispatch", ticket_id, &event.base);
}

TEST(a_ticket_shows_its_jobs_returns_and_complaints)
{
    JobPlanned planned = JOB_PLANNED__INIT;
    ReturnRequested requested = RETURN_REQUESTED__INIT;
    ComplaintReceived received = COMPLAINT_RECEIVED__INIT;
    const char *ticket_id = a_ticket("registered");
    planned.ticket_id = requested.ticket_id = received.ticket_id = ticket_id;
    planned.job_id = id_in('J', 7);
    requested.return_id = id_in('R', 8);
    received.complaint_id = id_in('C', 9);

    overhear("dispatch", ticket_id, &planned.base);
    overhear("returns", ticket_id, &requested.base);
    overhear("complaints", ticket_id, &received.base);

    const Ticket *ticket = seen(ticket_id);
    EQUAL(ticket->n_jobs, 1);
    SAME(ticket->jobs[0], planned.job_id);
    SAME(ticket->returns[0], requested.return_id);
    SAME(ticket->complaints[0], received.complaint_id);
    EQUAL(ticket->version, 1);
}

static void job_planned(const char *ticket_id)
{
    JobPlanned event = JOB_PLANNED__INIT;

    event.ticket_id = ticket_id;
    event.job_id = id_in('J', 7);
    overhear("dispatch", ticket_id, &event.base);
}

static size_t updated_since(const char *instant)
{
    ListTickets question = LIST_TICKETS__INIT;

    question.updated_since = instant;
    ask("agent", &question.base);
    return ((const Tickets *)answer(tickets))->n_items;
}

TEST(what_is_linked_changes_the_ticket)
{
    ReturnRequested requested = RETURN_REQUESTED__INIT;
    ComplaintReceived received = COMPLAINT_RECEIVED__INIT;
    const char *ticket_id = a_ticket("registered");
    requested.ticket_id = received.ticket_id = ticket_id;
    requested.return_id = id_in('R', 8);
    received.complaint_id = id_in('C', 9);

    later(HOUR);
    EQUAL(updated_since("2026-03-02T10:00:00Z"), 0);
    job_planned(ticket_id);
    EQUAL(updated_since("2026-03-02T10:00:00Z"), 1);

    later(HOUR);
    overhear("returns", ticket_id, &requested.base);
    EQUAL(updated_since("2026-03-02T11:00:00Z"), 1);

    later(HOUR);
    overhear("complaints", ticket_id, &received.base);
    EQUAL(updated_since("2026-03-02T12:00:00Z"), 1);
}

TEST(a_job_that_starts_takes_the_ticket_with_it)
{
    const char *ticket_id = a_ticket("acknowledged");

    job_started(ticket_id);

    const TicketStarted *event = heard(ticket_started);
    SAME(state_of(ticket_id), "in_progress");
    SAME(event->job_id, job_id);
    SAME(event->note, "on site");
    EQUAL(heard_count(), 1);
}

TEST(who_starts_a_job_has_answered)
{
    const char *ticket_id = a_ticket("registered");

    job_started(ticket_id);

    TRUE(heard(ticket_acknowledged));
    EQUAL(heard_event("intake.TicketAcknowledged")->version, 2);
    EQUAL(heard_event("intake.TicketStarted")->version, 3);
    SAME(seen(ticket_id)->state, "in_progress");
    SAME(seen(ticket_id)->acknowledged_at, "2026-03-02T09:00:00Z");
}

TEST(a_job_that_starts_ends_the_waiting)
{
    const char *ticket_id = a_ticket("registered");
    move(ticket_id, "wait");

    job_started(ticket_id);

    EQUAL(heard_count(), 3);
    TRUE(heard(ticket_resumed));
    SAME(seen(ticket_id)->state, "in_progress");
    SAME(seen(ticket_id)->waiting_for, "");
    EQUAL(seen(ticket_id)->version, 5);
}

TEST(a_job_that_is_cleared_to_begin_takes_the_ticket_with_it_too)
{
    const char *ticket_id = a_ticket("registered");
    JobCleared event = JOB_CLEARED__INIT;
    event.job_id = job_id;
    event.ticket_id = ticket_id;
    event.note = "the gas is shut off";

    overhear("dispatch", ticket_id, &event.base);

    SAME(((const TicketStarted *)heard(ticket_started))->note, "the gas is shut off");
    SAME(seen(ticket_id)->state, "in_progress");
}

TEST(a_job_more_is_no_news)
{
    static const char *const states[] = {"in_progress", "resolved",  "confirmed",
                                         "closed",      "cancelled", "merged"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        const char *ticket_id = a_ticket(states[i]);

        job_started(ticket_id);

        EQUAL(heard_count(), 0);
        SAME(state_of(ticket_id), states[i]);
    }
}

TEST(the_last_job_resolves_the_ticket)
{
    static const char *const states[] = {"registered", "acknowledged", "in_progress", "waiting"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        const char *ticket_id = a_ticket(states[i]);

        job_verified(ticket_id, true);

        const TicketResolved *event = heard(ticket_resolved);
        SAME(event->cause, "worn_heater");
        SAME(event->solution, "heater replaced");
        const Ticket *ticket = seen(ticket_id);
        SAME(ticket->state, "resolved");
        SAME(ticket->cause, "worn_heater");
        SAME(ticket->solution, "heater replaced");
        SAME(ticket->resolved_at, "2026-03-02T09:00:00Z");
    }
}

TEST(a_job_that_is_not_the_last_resolves_nothing)
{
    const char *ticket_id = a_ticket("in_progress");

    job_verified(ticket_id, false);

    EQUAL(heard_count(), 0);
    SAME(state_of(ticket_id), "in_progress");
}

TEST(what_is_resolved_or_over_stays_so)
{
    static const char *const states[] = {"resolved", "confirmed", "closed", "cancelled", "merged"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        const char *ticket_id = a_ticket(states[i]);

        job_verified(ticket_id, true);

        EQUAL(heard_count(), 0);
        SAME(state_of(ticket_id), states[i]);
    }
}

static void job_cancelled(const char *ticket_id)
{
    JobCancelled event = JOB_CANCELLED__INIT;

    event.job_id = job_id;
    event.ticket_id = ticket_id;
    event.reason = "nobody home";
    overhear("dispatch", ticket_id, &event.base);
}

TEST(a_cancelled_job_is_noted)
{
    const char *ticket_id = a_ticket("in_progress");

    job_cancelled(ticket_id);

    SAME(((const TicketNoted *)heard(ticket_noted))->text,
         printed("job %s was cancelled: nobody home", job_id));
    SAME(value("select text from intake.note"),
         printed("job %s was cancelled: nobody home", job_id));
}

TEST(a_job_cancelled_after_its_ticket_is_no_news)
{
    job_cancelled(a_ticket("cancelled"));

    EQUAL(heard_count(), 0);
}

TEST(an_event_about_an_unknown_ticket_is_put_aside)
{
    job_started(id_in('T', 9999999));

    TRUE(was_parked());
}

/* ---- the clock ---- */

TEST(silence_confirms_when_the_window_ends)
{
    const char *ticket_id = a_ticket("resolved");

    later(168LL * HOUR - 1);
    EQUAL(timers_fire(), 0);
    later(1);
    EQUAL(timers_fire(), 1);

    TRUE(((const TicketConfirmed *)heard(ticket_confirmed))->by_silence);
    SAME(state_of(ticket_id), "confirmed");
    SAME(value("select by_silence::text from intake.confirmation"), "true");
    EQUAL(timers_fire(), 0);
}

TEST(whoever_speaks_is_not_silent)
{
    static const char *const moves[] = {"confirm", "object", "merge"};

    for (size_t i = 0; i < LENGTH(moves); i++) {
        const char *ticket_id = a_ticket("resolved");

        move(ticket_id, moves[i]);

        SAME(value("select count(*) from intake.timer"), "0");
    }
}

TEST(a_second_solution_gives_time_again)
{
    const char *ticket_id = a_ticket("resolved");
    later(100LL * HOUR);
    move(ticket_id, "object");
    move(ticket_id, "resolve");

    later(168LL * HOUR - 1);
    EQUAL(timers_fire(), 0);
    later(1);
    EQUAL(timers_fire(), 1);
}

TEST(an_imported_solution_is_silent_from_now_on)
{
    ResolveTicket order = RESOLVE_TICKET__INIT;
    order.ticket_id = a_ticket("in_progress");
    order.cause = order.solution = "unknown";
    order.occurred_at = "2016-03-01T00:00:00Z";
    ask("importer", &order.base);

    EQUAL(timers_fire(), 0);
    SAME(seen(order.ticket_id)->resolved_at, "2016-03-01T00:00:00Z");
}

ROOM(intake, cmocka_unit_test(a_ticket_shows_its_jobs_returns_and_complaints),
     cmocka_unit_test(what_is_linked_changes_the_ticket),
     cmocka_unit_test(a_job_that_starts_takes_the_ticket_with_it),
     cmocka_unit_test(who_starts_a_job_has_answered),
     cmocka_unit_test(a_job_that_starts_ends_the_waiting), cmocka_unit_test(a_job_more_is_no_news),
     cmocka_unit_test(the_last_job_resolves_the_ticket),
     cmocka_unit_test(a_job_that_is_not_the_last_resolves_nothing),
     cmocka_unit_test(what_is_resolved_or_over_stays_so),
     cmocka_unit_test(a_cancelled_job_is_noted),
     cmocka_unit_test(a_job_cancelled_after_its_ticket_is_no_news),
     cmocka_unit_test(an_event_about_an_unknown_ticket_is_put_aside),
     cmocka_unit_test(silence_confirms_when_the_window_ends),
     cmocka_unit_test(whoever_speaks_is_not_silent),
     cmocka_unit_test(a_second_solution_gives_time_again),
     cmocka_unit_test(an_imported_solution_is_silent_from_now_on),
     cmocka_unit_test(a_job_that_is_cleared_to_begin_takes_the_ticket_with_it_too))

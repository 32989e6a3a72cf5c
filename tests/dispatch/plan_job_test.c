#include "jobs.h"

static void registered(const char *kind)
{
    TicketRegistered event = TICKET_REGISTERED__INIT;
    Customer customer = CUSTOMER__INIT;

    customer.name = "王*";
    customer.phone = "138****8000";
    event.ticket_id = TICKET;
    event.branch = "xihu";
    event.kind = kind;
    event.customer = &customer;
    event.product_model = "BX-200";
    event.symptom = "not_heating";
    event.priority = "high";
    event.service_mode = "onsite";
    overhear("intake", TICKET, &event.base);
    TRUE(!was_parked());
}

static const char *jobs(void)
{
    return value("select coalesce(string_agg(state, ' ' order by job_id), '') from dispatch.job");
}

TEST(a_ticket_that_needs_hands_plans_its_job)
{
    static const char *const kinds[] = {"install",  "commission", "repair",
                                        "maintain", "upgrade",    "support"};

    for (size_t i = 0; i < LENGTH(kinds); i++) {
        given("delete from dispatch.job");

        registered(kinds[i]);

        const JobPlanned *event = heard(job_planned);
        SAME(event->kind, kinds[i]);
        SAME(event->ticket_id, TICKET);
        SAME(heard_event("dispatch.JobPlanned")->subject, TICKET);
        SAME(heard_event("dispatch.JobPlanned")->branch, "xihu");
        EQUAL(heard_event("dispatch.JobPlanned")->version, 1);
        SAME(value("select state || ' ' || version || ' ' || customer_phone || ' ' || symptom"
                   "  from dispatch.job"),
             "planned 1 138****8000 not_heating");
        SAME(value("select job_id from dispatch.job"), number_in(event->job_id));
    }
}

TEST(other_tickets_plan_nothing)
{
    static const char *const kinds[] = {"consult",   "training",   "return", "exchange",
                                        "complaint", "suggestion", "praise", "other"};

    for (size_t i = 0; i < LENGTH(kinds); i++) {
        registered(kinds[i]);
        EQUAL(heard_count(), 0);
    }
    SAME(jobs(), "");
}

TEST(by_itself_it_is_offered_to_the_best)
{
    the_people();
    offer_by_itself = 1;

    registered("repair");

    offer_by_itself = 0;
    SAME(jobs(), "offered");
    SAME(((const JobOffered *)heard(job_offered))->provider_id, PROVIDER1);
    EQUAL(heard_event("dispatch.JobOffered")->version, 2);
    SAME(value("select count(*) from dispatch.timer"), "1");
}

TEST(a_ticket_called_off_takes_its_jobs_along)
{
    TicketCancelled event = TICKET_CANCELLED__INIT;

    a_job("offered");
    event.ticket_id = TICKET;
    event.reason = "found the switch";
    overhear("intake", TICKET, &event.base);

    SAME(jobs(), "cancelled");
    SAME(((const JobCancelled *)heard(job_cancelled))->reason,
         "the ticket was cancelled: found the switch");
    SAME(value("select outcome from dispatch.offer"), "withdrawn");
    SAME(value("select count(*) from dispatch.timer"), "0");
}

TEST(a_merged_ticket_takes_its_jobs_along)
{
    TicketMerged event = TICKET_MERGED__INIT;

    a_job("working");
    event.ticket_id = TICKET;
    event.into = id('T', 7);
    overhear("intake", TICKET, &event.base);

    SAME(jobs(), "cancelled");
}

TEST(what_is_done_is_not_called_off)
{
    TicketCancelled event = TICKET_CANCELLED__INIT;

    a_job("verified");
    event.ticket_id = TICKET;
    overhear("intake", TICKET, &event.base);

    SAME(jobs(), "verified");
    EQUAL(heard_count(), 0);
}

TEST(a_closed_ticket_closes_verified_jobs)
{
    TicketClosed event = TICKET_CLOSED__INIT;

    a_job("verified");
    event.ticket_id = TICKET;
    overhear("intake", TICKET, &event.base);

    SAME(jobs(), "closed");
    SAME(job_value("ended_at = '2026-03-02T09:00:00Z'"), "t");
    TRUE(heard(job_closed) != NULL);
}

TEST(a_closed_ticket_calls_off_what_nobody_has_begun)
{
    static const struct {
        const char *state, *then;
    } cases[] = {
        {"planned",   "cancelled"},
        {"offered",   "cancelled"},
        {"accepted",  "cancelled"},
        {"scheduled", "cancelled"},
        {"en_route",  "en_route" },
        {"working",   "working"  },
        {"completed", "completed"},
    };
    TicketClosed event = TICKET_CLOSED__INIT;

    event.ticket_id = TICKET;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        a_job(cases[i].state);

        overhear("intake", TICKET, &event.base);

        SAME(jobs(), cases[i].then);
        if (strcmp(cases[i].then, "cancelled") == 0)
            SAME(((const JobCancelled *)heard(job_cancelled))->reason, "the ticket was closed");
    }
}

TEST(work_that_goes_on_when_its_ticket_closes_ends_with_its_verification)
{
    TicketClosed closed = TICKET_CLOSED__INIT;
    TicketReopened reopened = TICKET_REOPENED__INIT;

    closed.ticket_id = reopened.ticket_id = TICKET;
    a_job("completed");
    overhear("intake", TICKET, &closed.base);

    ask("inspector", order_to("verify"));

    SAME(((const Job *)answer(job))->state, "closed");
    TRUE(heard(job_verified) && heard(job_closed));
    SAME(job_value("ended_at = '2026-03-02T09:00:00Z'"), "t");

    a_job("completed");
    overhear("intake", TICKET, &closed.base);
    overhear("intake", TICKET, &reopened.base);
    ask("inspector", order_to("verify"));
    SAME(((const Job *)answer(job))->state, "verified");
}

TEST(nobody_else_sets_out_for_a_closed_ticket)
{
    TicketClosed closed = TICKET_CLOSED__INIT;
    closed.ticket_id = TICKET;
    a_job("working");
    overhear("intake", TICKET, &closed.base);

    ask_as(the_provider(), order_to("give_up"));

    SAME(((const Job *)answer(job))->state, "cancelled");
    TRUE(heard(job_given_up) && heard(job_cancelled));
}

TEST(open_jobs_are_as_urgent_as_their_ticket)
{
    TicketAmended amended = TICKET_AMENDED__INIT;
    TicketObjected objected = TICKET_OBJECTED__INIT;

    a_job("working");
    amended.ticket_id = objected.ticket_id = TICKET;
    amended.priority = "low";
    overhear("intake", TICKET, &amended.base);
    SAME(((const JobAmended *)heard(job_amended))->priority, "low");
    SAME(job_value("priority || ' ' || version || ' ' || state"), "low 8 working");

    overhear("intake", TICKET, &amended.base);
    EQUAL(heard_count(), 0);

    objected.priority = "critical";
    overhear("intake", TICKET, &objected.base);
    SAME(job_value("priority || ' ' || version"), "critical 9");

    a_job("verified");
    overhear("intake", TICKET, &amended.base);
    SAME(job_value("priority"), "high");
}

TEST(a_discontent_customer_gets_another_job)
{
    TicketObjected objected = TICKET_OBJECTED__INIT;
    TicketReopened reopened = TICKET_REOPENED__INIT;

    a_job("verified");
    given("update dispatch.job set job_id = 1");
    objected.ticket_id = TICKET;
    objected.priority = "urgent";
    overhear("intake", TICKET, &objected.base);
    SAME(((const JobPlanned *)heard(job_planned))->priority, "urgent");
    SAME(value("select count(*) from dispatch.job where state = 'planned' and kind = 'repair'"
               "   and customer_name = '王*' and provider_id is null and report is null"),
         "1");

    reopened.ticket_id = TICKET;
    overhear("intake", TICKET, &reopened.base);
    EQUAL(heard_count(), 0);

    given("update dispatch.job set state = 'cancelled', ended_at = '2026-03-02'"
          " where state = 'planned'");
    overhear("intake", TICKET, &reopened.base);
    SAME(((const JobPlanned *)heard(job_planned))->priority, "urgent");
}

TEST(a_ticket_that_never_had_a_job_gets_none)
{
    TicketReopened event = TICKET_REOPENED__INIT;

    event.ticket_id = id('T', 77);
    overhear("intake", event.ticket_id, &event.base);

    EQUAL(heard_count(), 0);
}

TEST(branches_are_learned)
{
    BranchOpened event = BRANCH_OPENED__INIT;

    event.branch = "binjiang";
    event.parent = "hangzhou";
    the_people();
    overhear("intake", "binjiang", &event.base);

    SAME(value("select path from dispatch.scope where branch = 'binjiang'"), "/hangzhou/binjiang/");
}

ROOM(dispatch, cmocka_unit_test(a_ticket_that_needs_hands_plans_its_job),
     cmocka_unit_test(other_tickets_plan_nothing),
     cmocka_unit_test(by_itself_it_is_offered_to_the_best),
     cmocka_unit_test(a_ticket_called_off_takes_its_jobs_along),
     cmocka_unit_test(a_merged_ticket_takes_its_jobs_along),
     cmocka_unit_test(what_is_done_is_not_called_off),
     cmocka_unit_test(a_closed_ticket_closes_verified_jobs),
     cmocka_unit_test(a_closed_ticket_calls_off_what_nobody_has_begun),
     cmocka_unit_test(open_jobs_are_as_urgent_as_their_ticket),
     cmocka_unit_test(a_discontent_customer_gets_another_job),
     cmocka_unit_test(a_ticket_that_never_had_a_job_gets_none),
     cmocka_unit_test(branches_are_learned),
     cmocka_unit_test(work_that_goes_on_when_its_ticket_closes_ends_with_its_verification),
     cmocka_unit_test(nobody_else_sets_out_for_a_closed_ticket))

#include "jobs.h"

static void offer(void)
{
    OfferJob order = OFFER_JOB__INIT;

    order.job_id = JOB;
    order.provider_id = PROVIDER1;
    ask("dispatcher", &order.base);
    TRUE(was_done());
}

TEST(an_offer_runs_out_on_time)
{
    a_job("planned");
    offer();

    later(30 * 60000 - 1);
    EQUAL(timers_fire(), 0);
    SAME(job_value("state"), "offered");

    later(1);
    EQUAL(timers_fire(), 1);
    SAME(job_value("state"), "planned");
    SAME(((const JobExpired *)heard(job_expired))->provider_id, PROVIDER1);
    SAME(value("select outcome from dispatch.offer"), "expired");
    EQUAL(timers_fire(), 0);
}

TEST(what_was_accepted_does_not_run_out)
{
    a_job("planned");
    offer();
    ask_as(the_provider(), order_to("accept"));

    later(24 * 3600000);

    EQUAL(timers_fire(), 0);
    SAME(job_value("state"), "accepted");
}

TEST(an_old_timer_spares_a_new_offer)
{
    a_job("planned");
    offer();
    given("update dispatch.job set offered_until = '2026-03-02T11:00:00Z'");

    later(30 * 60000);

    EQUAL(timers_fire(), 1);
    SAME(job_value("state"), "offered");
}

TEST(by_itself_it_goes_to_the_next)
{
    a_job("planned");
    offer_by_itself = 1;
    offer();

    later(30 * 60000);
    timers_fire();
    SAME(job_value("state || ' ' || technician_id"), "offered 5000001");
    SAME(job_value("coalesce(provider_id, 0)"), "0");

    later(30 * 60000);
    timers_fire();
    offer_by_itself = 0;
    SAME(job_value("state"), "planned");
    SAME(value("select string_agg(outcome, ' ' order by version) from dispatch.offer"),
         "expired expired");
}

ROOM(dispatch, cmocka_unit_test(an_offer_runs_out_on_time),
     cmocka_unit_test(what_was_accepted_does_not_run_out),
     cmocka_unit_test(an_old_timer_spares_a_new_offer),
     cmocka_unit_test(by_itself_it_goes_to_the_next))

#include "jobs.h"

static void offer_to(const char *technician_id, const char *provider_id)
{
    OfferJob order = OFFER_JOB__INIT;

    order.job_id = JOB;
    order.technician_id = technician_id;
    order.provider_id = provider_id;
    ask("dispatcher", &order.base);
}

static void assign_to(const char *technician_id, const char *provider_id)
{
    AssignJob order = ASSIGN_JOB__INIT;

    order.job_id = JOB;
    order.technician_id = technician_id;
    order.provider_id = provider_id;
    order.reason = "they know the house";
    ask("dispatcher", &order.base);
}

TEST(an_offer_waits_for_an_answer)
{
    a_job("planned");

    offer_to("", PROVIDER1);

    const Job *job = answer(job);
    SAME(job->state, "offered");
    SAME(job->provider_id, PROVIDER1);
    SAME(job->offered_until, "2026-03-02T09:30:00Z");
    EQUAL(job->version, 8);
    EQUAL(answer_version(), 8);
    SAME(((const JobOffered *)heard(job_offered))->offered_until, "2026-03-02T09:30:00Z");
    SAME(value("select subject from dispatch.timer"), JOB);
    SAME(value("select coalesce(outcome, 'open') from dispatch.offer"), "open");
}

TEST(who_may_not_is_not_offered)
{
    a_job("planned");

    offer_to("", PROVIDER2);

    TRUE(was_refused(CONFLICT, "not_a_candidate"));
    SAME(job_value("state"), "planned");
}

TEST(an_offer_names_somebody)
{
    a_job("planned");

    offer_to("", "");
    TRUE(was_violated("technician_id", "missing"));
    offer_to(id('S', 5999999), "");
    TRUE(was_violated("technician_id", "unknown"));
    offer_to("", id('P', 5999999));
    TRUE(was_violated("provider_id", "unknown"));
    offer_to(OWN, PROVIDER1);
    TRUE(was_violated("provider_id", "not_theirs"));
}

TEST(only_the_one_asked_accepts)
{
    a_job("offered");

    ask_as((struct voice){.roles = "provider", .provider_id = PROVIDER2}, order_to("accept"));
    TRUE(was_refused(NOT_FOUND, "not_found"));

    ask_as((struct voice){.roles = "technician", .branch = "ningbo"}, order_to("accept"));
    TRUE(was_refused(NOT_FOUND, "not_found"));

    ask_as(the_provider(), order_to("accept"));
    TRUE(was_done());
    SAME(job_value("state || ' ' || provider_id"), "accepted 5000001");
    SAME(value("select outcome from dispatch.offer"), "accepted");
    SAME(value("select count(*) from dispatch.timer"), "0");

    ask_as(the_provider(), order_to("accept"));
    TRUE(was_refused(CONFLICT, "not_allowed"));
}

TEST(a_no_goes_back_to_the_pool_with_its_reason)
{
    a_job("offered");

    ask_as(the_provider(), order_to("decline"));

    TRUE(was_done());
    SAME(job_value("state"), "planned");
    SAME(value("select outcome || ': ' || explanation from dispatch.offer"), "declined: because");
    const JobDeclined *event = heard(job_declined);
    SAME(event->provider_id, PROVIDER1);
    SAME(event->state, "planned");
    SAME(heard_event("dispatch.JobDeclined")->provider_id, PROVIDER1);

    offer_to("", PROVIDER1);
    TRUE(was_done());
}

TEST(an_assignment_takes_it_from_the_holder)
{
    static const char *const states[] = {"planned", "offered", "accepted", "scheduled"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        a_job(states[i]);

        assign_to(OWN, "");

        const Job *job = answer(job);
        SAME(job->state, "accepted");
        SAME(job->technician_id, OWN);
        SAME(job->provider_id, "");
        SAME(((const JobAssigned *)heard(job_assigned))->reason, "they know the house");
        SAME(value("select count(*) from dispatch.offer where outcome is null"), "0");

        ask_as(the_provider(), order_to("schedule"));
        TRUE(was_refused(NOT_FOUND, "not_found"));
    }
}

TEST(who_loses_a_job_is_told)
{
    static const char *const states[] = {"offered", "accepted", "scheduled"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        a_job(states[i]);

        assign_to(OWN, "");

        const JobWithdrawn *event = heard(job_withdrawn);
        SAME(event->provider_id, PROVIDER1);
        SAME(event->technician_id, "");
        SAME(event->reason, "they know the house");
        SAME(heard_event("dispatch.JobWithdrawn")->provider_id, PROVIDER1);
        SAME(heard_event("dispatch.JobAssigned")->provider_id, "");
        EQUAL(heard_event("dispatch.JobAssigned")->version,
              heard_event("dispatch.JobWithdrawn")->version + 1);
    }
}

TEST(nobody_loses_a_job_that_nobody_or_the_same_one_holds)
{
    a_job("planned");
    assign_to("", PROVIDER1);
    TRUE(was_done() && !heard(job_withdrawn));

    assign_to("", PROVIDER1);
    TRUE(was_done() && !heard(job_withdrawn));
}

TEST(a_dispatcher_may_know_better)
{
    a_job("planned");

    assign_to("", PROVIDER2);

    TRUE(was_done());
    SAME(job_value("provider_id"), "5000002");
}

TEST(a_technician_of_a_provider_holds_it_for_them)
{
    a_job("planned");
    given("insert into dispatch.technician (technician_id, name, phone, branch, skills,"
          " provider_id, added_at)"
          " values (5000002, 'Han', '1', 'xihu', '{*}', 5000001, '2026-01-01')");

    offer_to(id('S', SOMEBODY_ELSE), PROVIDER1);

    const Job *job = answer(job);
    SAME(job->technician_id, id('S', SOMEBODY_ELSE));
    SAME(job->provider_id, PROVIDER1);
}

/* The last honest witness: what the schema refuses whatever the code does. */
static void impossible(const char *constraint, const char *change)
{
    given(printed("do $$ begin %s;"
                  "  raise 'the database allowed it';"
                  "exception when unique_violation or check_violation then"
                  "  if position('%s' in sqlerrm) = 0 then raise; end if;"
                  "end $$",
                  change, constraint));
}

TEST(the_database_knows_of_one_holder)
{
    a_job("offered");

    impossible("a_job_is_offered_to_one_at_a_time",
               "insert into dispatch.offer (job_id, version, provider_id, reason, offered_by,"
               " offered_at, offered_until)"
               " values (5000001, 99, 5000002, '', 'x', '2026-01-01', '2026-01-01')");
    impossible("a_planned_job_has_no_holder",
               "update dispatch.job set state = 'planned', offered_until = null");
    impossible("a_job_beyond_planning_has_a_holder", "update dispatch.job set provider_id = null");
    impossible("only_an_offer_runs_out", "update dispatch.job set state = 'working'");
    impossible("a_completed_job_has_its_report",
               "update dispatch.job set state = 'completed', offered_until = null");
}

ROOM(dispatch, cmocka_unit_test(an_offer_waits_for_an_answer),
     cmocka_unit_test(who_may_not_is_not_offered), cmocka_unit_test(an_offer_names_somebody),
     cmocka_unit_test(only_the_one_asked_accepts),
     cmocka_unit_test(a_no_goes_back_to_the_pool_with_its_reason),
     cmocka_unit_test(an_assignment_takes_it_from_the_holder),
     cmocka_unit_test(who_loses_a_job_is_told),
     cmocka_unit_test(nobody_loses_a_job_that_nobody_or_the_same_one_holds),
     cmocka_unit_test(a_dispatcher_may_know_better),
     cmocka_unit_test(a_technician_of_a_provider_holds_it_for_them),
     cmocka_unit_test(the_database_knows_of_one_holder))

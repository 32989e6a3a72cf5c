#include "jobs.h"

static const char *mode_of(const char *from, const char *by)
{
    return lifecycle_next(&lives[VISIT], from, by) ? "onsite" : "remote";
}

/* "start" → "JobStarted": the one event that was told. */
static void carry_out(const char *by)
{
    if (strcmp(by, "expire") == 0) {
        later(30 * 60000);
        EQUAL(timers_fire(), 1);
    } else {
        ask("manager", order_to(by));
    }
}

TEST(every_move_of_the_table_is_made)
{
    for (size_t i = 0; i < lives[DESK].moves.count; i++) {
        const struct move *move = &lives[DESK].moves.rows[i];
        a_job_of(move->from, mode_of(move->from, move->by));

        carry_out(move->by);

        TRUE(was_done());
        SAME(job_value("state"), move->to);
        SAME(job_value("version"), "8");
        EQUAL(heard_count(), 1);
    }
}

TEST(what_is_not_in_the_table_is_refused)
{
    static const char *const commands[] = {"offer",   "assign", "accept",   "decline", "schedule",
                                           "depart",  "arrive", "start",    "pause",   "resume",
                                           "suspend", "clear",  "complete", "verify",  "reject",
                                           "give_up", "cancel", "close"};
    static const char *const states[] = {
        "planned", "offered",   "accepted",  "scheduled", "en_route", "on_site",  "working",
        "paused",  "completed", "suspended", "verified",  "closed",   "cancelled"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        a_job(states[i]);
        for (size_t j = 0; j < LENGTH(commands); j++) {
            if (lifecycle_next(&lives[VISIT], states[i], commands[j]))
                continue;

            ask("manager", order_to(commands[j]));

            TRUE(was_refused(CONFLICT, "not_allowed"));
            SAME(refused_in(), states[i]);
            TRUE(!allows(commands[j]));
        }
        SAME(job_value("version"), "7");
    }
}

TEST(work_at_the_customers_begins_there)
{
    a_job("accepted");

    ask("technician", order_to("start"));

    TRUE(was_refused(CONFLICT, "not_allowed"));
    TRUE(allows("schedule"));
}

TEST(remote_work_needs_no_journey)
{
    a_job_of("accepted", "remote");

    ask("technician", order_to("start"));

    TRUE(was_done());
    SAME(job_value("state"), "working");
    SAME(job_value("started_at = '2026-03-02T09:00:00Z'"), "t");
}

TEST(what_must_be_explained_is_explained)
{
    static const struct {
        const char *state;
        const char *by;
    } cases[] = {
        {"offered",   "decline"},
        {"planned",   "assign" },
        {"working",   "pause"  },
        {"working",   "suspend"},
        {"completed", "reject" },
        {"working",   "give_up"},
        {"planned",   "cancel" }
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        a_job(cases[i].state);
        ProtobufCMessage *order = order_to(cases[i].by);
        put(order, "reason", "");

        ask("manager", order);

        TRUE(was_refused(INVALID, "invalid"));
        TRUE(was_violated("reason", "missing"));
        SAME(job_value("state"), cases[i].state);
    }
}

TEST(a_holder_gone_leaves_nothing)
{
    a_job("on_site");
    given("update dispatch.job set scheduled_from = '2026-03-02', started_at = '2026-03-02'");

    ask_as(the_provider(), order_to("give_up"));

    TRUE(was_done());
    SAME(job_value("num_nonnulls(technician_id, provider_id, scheduled_from, started_at)"), "0");
    SAME(heard_event("dispatch.JobGivenUp")->provider_id, PROVIDER1);
    SAME(((const JobGivenUp *)heard(job_given_up))->reason, "because");
}

TEST(an_appointment_has_two_ends_in_order)
{
    a_job("accepted");
    ScheduleJob order = SCHEDULE_JOB__INIT;
    order.job_id = JOB;

    ask("dispatcher", &order.base);
    EQUAL(violations(), 2);
    TRUE(was_violated("from", "missing"));

    order.from = "2026-03-03T03:00:00Z";
    order.until = "tomorrow";
    ask("dispatcher", &order.base);
    TRUE(was_violated("until", "bad_instant"));

    order.until = order.from;
    ask("dispatcher", &order.base);
    TRUE(was_violated("until", "out_of_order"));

    order.until = "2026-03-03T03:00:01Z";
    ask("dispatcher", &order.base);
    TRUE(was_done());
    SAME(((const JobScheduled *)heard(job_scheduled))->until, "2026-03-03T03:00:01Z");
}

TEST(a_version_that_passed_is_stale)
{
    a_job("working");

    ask_as((struct voice){.roles = "technician", .version = 6}, order_to("pause"));

    TRUE(was_refused(STALE, "stale"));
    SAME(refused_in(), "working");
}

TEST(a_hazard_is_not_cleared_by_whoever_found_it)
{
    a_job("suspended");

    ask_as(the_provider(), order_to("clear"));

    TRUE(was_refused(FORBIDDEN, "role"));
}

ROOM(dispatch, cmocka_unit_test(every_move_of_the_table_is_made),
     cmocka_unit_test(what_is_not_in_the_table_is_refused),
     cmocka_unit_test(work_at_the_customers_begins_there),
     cmocka_unit_test(remote_work_needs_no_journey),
     cmocka_unit_test(what_must_be_explained_is_explained),
     cmocka_unit_test(a_holder_gone_leaves_nothing),
     cmocka_unit_test(an_appointment_has_two_ends_in_order),
     cmocka_unit_test(a_version_that_passed_is_stale),
     cmocka_unit_test(a_hazard_is_not_cleared_by_whoever_found_it))

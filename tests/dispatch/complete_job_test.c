#include "jobs.h"

#include <math.h>

#include "job.h"

static void complete_with(const Report *report)
{
    CompleteJob order = COMPLETE_JOB__INIT;

    order.job_id = JOB;
    order.report = (Report *)report;
    ask_as(the_provider(), &order.base);
}

TEST(everything_a_report_lacks_is_named_at_once)
{
    a_job("working");

    complete_with(NULL);
    TRUE(was_refused(INVALID, "invalid"));
    EQUAL(violations(), 4);
    TRUE(was_violated("report.findings", "missing"));
    TRUE(was_violated("report.cause", "missing"));
    TRUE(was_violated("report.work_done", "missing"));
    TRUE(was_violated("report.test_result", "missing"));

    Part nameless = PART__INIT;
    Part *parts[] = {&nameless};
    Report report = *a_report();
    report.test_result = "perhaps";
    report.hours = -0.5;
    report.n_parts = 1;
    report.parts = parts;
    complete_with(&report);
    EQUAL(violations(), 3);
    TRUE(was_violated("report.test_result", "unknown_word"));
    TRUE(was_violated("report.hours", "out_of_range"));
    TRUE(was_violated("report.parts", "missing"));
    SAME(job_value("state"), "working");
}

TEST(work_takes_so_many_hours_at_most)
{
    const double too_many[] = {REPORT_HOURS_MOST + 0.5, 1e19, 1e308, HUGE_VAL, NAN};
    Report report = *a_report();

    a_job("working");
    for (size_t i = 0; i < LENGTH(too_many); i++) {
        report.hours = too_many[i];
        complete_with(&report);
        TRUE(was_violated("report.hours", "out_of_range"));
    }

    report.hours = REPORT_HOURS_MOST;
    complete_with(&report);
    TRUE(was_done());
}

TEST(no_time_at_all_is_a_time)
{
    Report report = *a_report();

    a_job("working");
    report.hours = 0;

    complete_with(&report);

    TRUE(was_done());
}

TEST(the_report_comes_back_as_it_was_given)
{
    Part coil = PART__INIT;
    Part *parts[] = {&coil};
    const char *photos[] = {"e-1", "e-2"};
    Report report = *a_report();

    coil.part_number = "C-7";
    coil.serial_number = "\"0\\1\"";
    coil.quantity = 2;
    report.n_parts = 1;
    report.parts = parts;
    report.n_photos = 2;
    report.photos = photos;
    report.old_parts_collected = true;
    a_job("working");
    complete_with(&report);
    TRUE(was_done());
    FindJob query = FIND_JOB__INIT;
    query.job_id = JOB;

    ask("inspector", &query.base);

    const Job *job = answer(job);
    SAME(job->completed_at, "2026-03-02T09:00:00Z");
    SAME(job->report->findings, report.findings);
    SAME(job->report->parts[0]->serial_number, coil.serial_number);
    EQUAL(job->report->parts[0]->quantity, 2);
    SAME(job->report->photos[1], "e-2");
    TRUE(job->report->old_parts_collected);
    TRUE(job->report->hours == 1.5);
}

TEST(nobody_passes_their_own_work)
{
    a_job("working");
    ask("manager", order_to("complete"));
    TRUE(was_done());

    ask("manager", order_to("verify"));
    TRUE(was_refused(FORBIDDEN, "own_work"));

    ask("inspector", order_to("verify"));
    TRUE(was_done());
}

TEST(no_provider_passes_its_own_work)
{
    a_job("completed");

    ask_as((struct voice){.roles = "inspector", .provider_id = PROVIDER1}, order_to("verify"));

    TRUE(was_refused(FORBIDDEN, "not_for_providers"));
}

TEST(parts_have_short_names_and_are_not_too_many)
{
    static Part wordy = PART__INIT, plain = PART__INIT;
    Part *parts[WORDS_MOST + 1];
    Report report = *a_report();
    a_job("working");
    plain.part_number = "HT-200";
    wordy.part_number = printed("%0*d", WORD_MOST + 1, 7);
    for (size_t i = 0; i < LENGTH(parts); i++)
        parts[i] = &plain;
    report.parts = parts;

    report.n_parts = WORDS_MOST + 1;
    complete_with(&report);
    TRUE(was_violated("report.parts", "too_many"));

    parts[3] = &wordy;
    report.n_parts = WORDS_MOST;
    complete_with(&report);
    EQUAL(violations(), 1);
    TRUE(was_violated("report.parts", "too_long"));

    parts[3] = &plain;
    complete_with(&report);
    TRUE(was_done());
}

TEST(the_last_one_verified_says_so)
{
    a_job("completed");
    given("insert into dispatch.job (job_id, version, state, ticket_id, kind, branch,"
          " product_model, serial_number, symptom, description, priority, service_mode,"
          " customer_name, customer_phone, planned_at)"
          " values (5000002, 1, 'planned', 5000001, 'repair', 'xihu', '', '', '', '', '', '', '',"
          "         '', '2026-03-01')");

    ask("inspector", order_to("verify"));
    TRUE(!((const JobVerified *)heard(job_verified))->last);
    SAME(((const JobVerified *)heard(job_verified))->report->cause, "age");

    a_job("completed");
    ask("inspector", order_to("verify"));
    TRUE(((const JobVerified *)heard(job_verified))->last);
    SAME(((const Job *)answer(job))->verified_at, "2026-03-02T09:00:00Z");
}

TEST(rework_is_counted)
{
    a_job("completed");

    ask("inspector", order_to("reject"));
    EQUAL(((const JobRejected *)heard(job_rejected))->rework_count, 1);
    ask_as(the_provider(), order_to("complete"));
    ask("inspector", order_to("reject"));

    EQUAL(((const Job *)answer(job))->rework_count, 2);
    SAME(((const Job *)answer(job))->completed_at, "");
    SAME(((const Job *)answer(job))->state, "working");
}

TEST(a_verifier_inspects)
{
    a_job("completed");

    ask("technician", order_to("verify"));

    TRUE(was_refused(FORBIDDEN, "role"));
}

ROOM(dispatch, cmocka_unit_test(everything_a_report_lacks_is_named_at_once),
     cmocka_unit_test(work_takes_so_many_hours_at_most), cmocka_unit_test(no_time_at_all_is_a_time),
     cmocka_unit_test(the_report_comes_back_as_it_was_given),
     cmocka_unit_test(nobody_passes_their_own_work),
     cmocka_unit_test(the_last_one_verified_says_so), cmocka_unit_test(rework_is_counted),
     cmocka_unit_test(a_verifier_inspects), cmocka_unit_test(no_provider_passes_its_own_work),
     cmocka_unit_test(parts_have_short_names_and_are_not_too_many))

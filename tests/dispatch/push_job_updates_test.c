#include "jobs.h"

#include <math.h>

#include "updates.h"

enum { BATCH_MOST = UPDATES_MOST + 1 };

static JobUpdate updates[BATCH_MOST];
static JobUpdate *sent[BATCH_MOST];
static size_t count;

static void nothing_said(void)
{
    count = 0;
}

/* One more update of the batch, about the one job. */
static JobUpdate *says(const char *update_id, const char *state, const char *occurred_at)
{
    JobUpdate *update = &updates[count];

    *update = (JobUpdate)JOB_UPDATE__INIT;
    update->update_id = update_id;
    update->job_id = JOB;
    update->state = state;
    update->occurred_at = occurred_at;
    sent[count++] = update;
    return update;
}

static void push_as(struct voice voice)
{
    PushJobUpdates order = PUSH_JOB_UPDATES__INIT;

    order.n_updates = count;
    order.updates = sent;
    ask_as(voice, &order.base);
}

static void push(void)
{
    push_as(the_provider());
}

static const JobUpdateResult *result(size_t i)
{
    const JobUpdateResults *results = answer(job_update_results);

    EQUAL(results->n_results, count);
    SAME(results->results[i]->update_id, updates[i].update_id);
    return results->results[i];
}

static void settled(size_t i, const char *verdict, const char *reason)
{
    SAME(result(i)->result, verdict);
    SAME(result(i)->reason, reason);
}

/* A batch of one. */
static const JobUpdateResult *told(const char *update_id, const char *state,
                                   const char *occurred_at)
{
    nothing_said();
    says(update_id, state, occurred_at);
    push();
    return result(0);
}

static const char *events(void)
{
    return value("select coalesce(string_agg(substr(type, 10), ' ' order by id), '')"
                 "  from dispatch.event");
}

TEST(an_update_moves_the_job)
{
    a_job("scheduled");
    nothing_said();
    JobUpdate *update = says("p-1", "en_route", "2026-03-02T08:30:00Z");
    update->note = "in the van";
    update->latitude = 30.25;
    update->longitude = 120.125;

    push();

    settled(0, "applied", "");
    SAME(result(0)->state, "en_route");
    SAME(job_value("state || ' ' || version || ' ' || latitude || ' ' || longitude"),
         "en_route 8 30.25 120.125");
    const JobDeparted *event = heard(job_departed);
    SAME(event->note, "in the van");
    SAME(event->update_id, "p-1");
    TRUE(!event->implied);
    EQUAL(heard_event("dispatch.JobDeparted")->occurred_at_ms, now_ms() - 30 * 60000);
    SAME(heard_event("dispatch.JobDeparted")->provider_id, PROVIDER1);
    SAME(heard_event("dispatch.JobDeparted")->subject, TICKET);
}

TEST(steps_in_between_are_implied)
{
    a_job("offered");
    nothing_said();
    says("p-1", "completed", "2026-03-02T08:30:00Z")->report = (Report *)a_report();

    push();

    settled(0, "applied", "");
    SAME(events(), "JobAccepted JobScheduled JobDeparted JobArrived JobStarted JobCompleted");
    TRUE(((const JobAccepted *)heard(job_accepted))->implied);
    TRUE(((const JobStarted *)heard(job_started))->implied);
    SAME(((const JobStarted *)heard(job_started))->update_id, "p-1");
    SAME(((const JobCompleted *)heard(job_completed))->report->cause, "age");
    SAME(job_value("state || ' ' || version || ' ' || (report->>'hours') || ' ' || completed_by"),
         "completed 13 1.5 key/provider");
    SAME(job_value("to_char(started_at at time zone 'UTC', 'HH24:MI')"), "08:30");
    SAME(value("select outcome from dispatch.offer"), "accepted");
    SAME(value("select count(*) from dispatch.timer"), "0");
}

TEST(what_was_noted_and_photographed_is_told)
{
    const char *photos[] = {"e-1", "e-2"};

    a_job("on_site");
    nothing_said();
    JobUpdate *paused = says("p-1", "paused", "2026-03-02T08:30:00Z");
    paused->reason = "parts";
    paused->note = "the coil comes tomorrow";
    JobUpdate *completed = says("p-2", "completed", "2026-03-02T08:40:00Z");
    completed->note = "the customer was content";
    completed->report = (Report *)a_report();
    paused->photos = completed->photos = photos;
    paused->n_photos = completed->n_photos = LENGTH(photos);

    push();

    settled(1, "applied", "");
    EQUAL(((const JobStarted *)heard(job_started))->n_photos, 0);
    SAME(((const JobPaused *)heard(job_paused))->reason, "parts");
    SAME(((const JobPaused *)heard(job_paused))->note, "the coil comes tomorrow");
    EQUAL(((const JobPaused *)heard(job_paused))->n_photos, 2);
    SAME(((const JobCompleted *)heard(job_completed))->note, "the customer was content");
    SAME(((const JobCompleted *)heard(job_completed))->photos[1], "e-2");
}

TEST(remote_work_is_not_said_to_have_travelled)
{
    a_job_of("accepted", "remote");

    SAME(told("p-1", "paused", "2026-03-02T08:30:00Z")->reason, "missing_reason");

    updates[0].reason = "parts";
    push();

    settled(0, "applied", "");
    SAME(events(), "JobStarted JobPaused");
    SAME(((const JobPaused *)heard(job_paused))->reason, "parts");
}

TEST(every_state_a_provider_may_reach_is_reached)
{
    static const struct {
        const char *from;
        const char *word;
        const char *reached;
        const char *events;
    } cases[] = {
        {"offered",  "accepted",  "accepted",  "JobAccepted"                        },
        {"offered",  "declined",  "planned",   "JobDeclined"                        },
        {"offered",  "scheduled", "scheduled", "JobAccepted JobScheduled"           },
        {"accepted", "en_route",  "en_route",  "JobScheduled JobDeparted"           },
        {"accepted", "on_site",   "on_site",   "JobScheduled JobDeparted JobArrived"},
        {"on_site",  "working",   "working",   "JobStarted"                         },
        {"paused",   "working",   "working",   "JobResumed"                         },
        {"on_site",  "paused",    "paused",    "JobStarted JobPaused"               },
        {"paused",   "completed", "completed", "JobResumed JobCompleted"            },
        {"on_site",  "given_up",  "planned",   "JobGivenUp"                         },
        {"working",  "given_up",  "planned",   "JobGivenUp"                         },
        {"working",  "working",   "working",   "JobNoted"                           },
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        a_job(cases[i].from);
        given("delete from dispatch.event");
        nothing_said();
        JobUpdate *update = says(printed("p-%zu", i), cases[i].word, "2026-03-02T08:30:00Z");
        update->reason = "because";
        update->report = (Report *)a_report();

        push();

        settled(0, "applied", "");
        SAME(result(0)->state, cases[i].reached);
        SAME(job_value("state"), cases[i].reached);
        SAME(events(), cases[i].events);
    }
}

TEST(what_leads_nowhere_is_rejected)
{
    static const struct {
        const char *from;
        const char *word;
        const char *allowed;
    } cases[] = {
        {"working",   "on_site",   "pause"   },
        {"completed", "working",   "verify"  },
        {"accepted",  "declined",  "schedule"},
        {"suspended", "completed", "clear"   },
        {"verified",  "working",   "close"   },
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        a_job(cases[i].from);

        const JobUpdateResult *verdict = told("p-1", cases[i].word, "2026-03-02T08:30:00Z");

        SAME(verdict->result, "rejected");
        SAME(verdict->reason, "not_allowed");
        SAME(verdict->state, cases[i].from);
        bool named = false;
        for (size_t j = 0; j < verdict->n_allowed; j++)
            named = named || strcmp(verdict->allowed[j], cases[i].allowed) == 0;
        TRUE(named);
        SAME(job_value("version"), "7");
        SAME(events(), "");
    }
}

TEST(the_same_update_again_is_a_duplicate)
{
    a_job("scheduled");

    SAME(told("p-1", "en_route", "2026-03-02T08:30:00Z")->result, "applied");
    SAME(told("p-1", "en_route", "2026-03-02T08:30:00Z")->result, "duplicate");

    SAME(result(0)->state, "en_route");
    SAME(job_value("version"), "8");
    EQUAL(heard_count(), 0);
}

TEST(twice_in_one_push_is_a_duplicate_too)
{
    a_job("scheduled");
    nothing_said();
    says("p-1", "en_route", "2026-03-02T08:30:00Z");
    says("p-1", "en_route", "2026-03-02T08:30:00Z");

    push();

    settled(0, "applied", "");
    settled(1, "duplicate", "");
    SAME(job_value("version"), "8");
    SAME(value("select count(*) from dispatch.job_update"), "1");
}

TEST(a_duplicate_is_known_after_the_job_is_gone)
{
    a_job("offered");
    nothing_said();
    says("p-1", "declined", "2026-03-02T08:30:00Z")->reason = "no parts";
    push();
    settled(0, "applied", "");
    SAME(result(0)->state, "planned");

    push();

    settled(0, "duplicate", "");
    SAME(result(0)->state, "planned");
}

TEST(an_update_id_says_one_thing)
{
    a_job("scheduled");
    SAME(told("p-1", "en_route", "2026-03-02T08:30:00Z")->result, "applied");

    SAME(told("p-1", "on_site", "2026-03-02T08:30:00Z")->result, "duplicate");

    SAME(result(0)->reason, "update_id_reused");
    SAME(job_value("state"), "en_route");
}

TEST(update_ids_are_each_providers_own)
{
    a_job("scheduled");
    given("insert into dispatch.job_update (provider_id, update_id, job_id, occurred_at,"
          " recorded_at, result, state, body)"
          " values (5000002, 'p-1', 5000001, '2026-01-01', '2026-01-01', 'applied', 'x', '')");

    SAME(told("p-1", "en_route", "2026-03-02T08:30:00Z")->result, "applied");
}

TEST(a_rejected_update_may_be_sent_again_in_order)
{
    a_job("working");
    SAME(told("p-1", "completed", "2026-03-02T08:30:00Z")->reason, "missing_report");

    updates[0].report = (Report *)a_report();
    push();

    settled(0, "applied", "");
}

TEST(what_is_older_than_known_moves_nothing)
{
    a_job("scheduled");
    SAME(told("p-1", "working", "2026-03-02T08:30:00Z")->result, "applied");

    SAME(told("p-2", "on_site", "2026-03-02T08:29:59.999Z")->result, "stale");

    SAME(result(0)->state, "working");
    SAME(result(0)->reason, "older_than_known");
    SAME(job_value("state"), "working");
    EQUAL(heard_count(), 0);
    SAME(value("select result from dispatch.job_update where update_id = 'p-2'"), "stale");
    SAME(told("p-2", "on_site", "2026-03-02T08:29:59.999Z")->result, "duplicate");
}

TEST(the_same_moment_is_not_older)
{
    a_job("scheduled");
    nothing_said();
    says("p-1", "en_route", "2026-03-02T08:30:00Z");
    says("p-2", "on_site", "2026-03-02T08:30:00Z");

    push();

    settled(1, "applied", "");
    SAME(job_value("state"), "on_site");
}

TEST(a_bad_one_never_harms_its_neighbours)
{
    a_job("scheduled");
    nothing_said();
    says("", "en_route", "2026-03-02T08:30:00Z");
    says("p-2", "en_route", "2026-03-02T08:30:00Z")->job_id = "J50000018";
    says("p-3", "en_route", "2026-03-02T08:30:00Z")->job_id = "job 7";
    says("p-4", "en_route", "2026-03-02T08:30:00Z")->job_id = id('J', 5999999);
    says("p-5", "flying", "2026-03-02T08:30:00Z");
    says("p-6", "en_route", "half past eight");
    says("p-7", "en_route", "2026-02-30T08:30:00Z");
    says("p-8", "completed", "2026-03-02T08:30:00Z");
    says("p-9", "en_route", "2026-03-02T08:30:00Z");
    says("p-10", "completed", "2026-03-02T08:31:00Z")->report = &(Report)REPORT__INIT;

    push();

    settled(0, "rejected", "missing_update_id");
    settled(1, "rejected", "bad_check_digit");
    settled(2, "rejected", "bad_identifier");
    settled(3, "rejected", "unknown_job");
    settled(4, "rejected", "unknown_state");
    TRUE(strstr(result(4)->detail, "given_up") != NULL);
    settled(5, "rejected", "bad_occurred_at");
    settled(6, "rejected", "bad_occurred_at");
    settled(7, "rejected", "missing_report");
    settled(8, "applied", "");
    settled(9, "rejected", "incomplete_report");
    TRUE(strstr(result(9)->detail, "report.cause") != NULL);
    SAME(result(9)->state, "en_route");
    SAME(job_value("state"), "en_route");
}

TEST(an_update_that_names_no_time_is_of_now)
{
    a_job("scheduled");

    SAME(told("p-1", "en_route", "")->result, "applied");
    SAME(told("p-2", "on_site", "2026-03-02T08:59:59Z")->result, "stale");
}

TEST(a_clock_may_go_a_little_ahead)
{
    a_job("scheduled");

    SAME(told("p-1", "en_route", "2026-03-02T09:02:00.001Z")->reason, "in_the_future");
    SAME(told("p-2", "en_route", "2026-03-02T09:02:00Z")->result, "applied");
}

TEST(a_clock_that_went_ahead_makes_nothing_stale)
{
    a_job("scheduled");
    SAME(told("p-1", "en_route", "2026-03-02T09:01:50Z")->result, "applied");

    SAME(told("p-2", "on_site", "")->result, "applied");

    EQUAL(heard_event("dispatch.JobArrived")->occurred_at_ms, now_ms() + 110000);
}

TEST(whoever_gets_the_job_next_has_a_clock_of_their_own)
{
    a_job("on_site");
    nothing_said();
    JobUpdate *update = says("p-1", "given_up", "2026-03-02T09:01:50Z");
    update->note = "no fix";
    update->latitude = 30.25;
    push();
    settled(0, "applied", "");

    given("update dispatch.job set state = 'accepted', provider_id = 5000001");

    SAME(told("p-2", "scheduled", "2026-03-02T09:00:00Z")->result, "applied");
    SAME(job_value("latitude is null"), "t");
}

TEST(a_better_report_takes_the_place_of_the_one_before)
{
    a_job("completed");
    nothing_said();
    Report better = *a_report();
    better.cause = "limescale";
    says("p-1", "completed", "2026-03-02T08:30:00Z")->report = &better;
    says("p-2", "completed", "2026-03-02T08:31:00Z")->report = &(Report)REPORT__INIT;
    says("p-3", "completed", "2026-03-02T08:32:00Z")->note = "done since Monday";

    push();

    settled(0, "applied", "");
    settled(1, "rejected", "incomplete_report");
    settled(2, "applied", "");
    SAME(events(), "JobNoted JobNoted");
    SAME(job_value("report->>'cause'"), "limescale");
    TRUE(!((const JobNoted *)heard(job_noted))->report);

    a_job("completed");
    nothing_said();
    says("p-4", "completed", "2026-03-02T08:30:00Z")->report = &better;
    push();
    SAME(((const JobNoted *)heard(job_noted))->report->cause, "limescale");
}

TEST(a_report_of_work_that_goes_on_is_none)
{
    a_job("working");
    nothing_said();
    says("p-1", "working", "2026-03-02T08:30:00Z")->report = (Report *)a_report();

    push();

    settled(0, "applied", "");
    SAME(job_value("report is null"), "t");
    TRUE(!((const JobNoted *)heard(job_noted))->report);
}

static const char *a_text(int length)
{
    return arena_print(shelf(), "%0*d", length, 7);
}

TEST(every_text_has_a_most)
{
    const char *photos[] = {a_text(WORD_MOST + 1)};
    Report wordy = *a_report();
    wordy.findings = a_text(TEXT_MOST + 1);

    a_job("scheduled");
    nothing_said();
    says("p-1", "en_route", "")->note = a_text(TEXT_MOST);
    says("p-2", "en_route", "")->note = a_text(TEXT_MOST + 1);
    JobUpdate *photographed = says("p-3", "on_site", "");
    photographed->photos = photos;
    photographed->n_photos = 1;
    says("p-4", "completed", "")->report = &wordy;

    push();

    settled(0, "applied", "");
    settled(1, "rejected", "too_long");
    SAME(result(1)->detail, "note: at most 16384 bytes");
    settled(2, "rejected", "too_long");
    settled(3, "rejected", "too_long");
    SAME(result(3)->state, "en_route");
}

TEST(a_position_is_on_earth)
{
    static const struct {
        double latitude, longitude;
        const char *verdict, *reason;
    } places[] = {
        {90,  180,     "applied",  ""            },
        {-90, -180,    "applied",  ""            },
        {91,  0,       "rejected", "out_of_range"},
        {0,   -180.01, "rejected", "out_of_range"},
        {NAN, 0,       "rejected", "out_of_range"},
    };

    a_job("en_route");
    nothing_said();
    for (size_t i = 0; i < LENGTH(places); i++) {
        JobUpdate *update = says(arena_print(shelf(), "p-%zu", i), "en_route", "");
        update->latitude = places[i].latitude;
        update->longitude = places[i].longitude;
    }

    push();

    for (size_t i = 0; i < LENGTH(places); i++)
        settled(i, places[i].verdict, places[i].reason);
}

TEST(an_update_id_has_a_length)
{
    char text[UPDATE_ID_MOST + 2];

    a_job("scheduled");
    memset(text, 'u', sizeof text);
    text[UPDATE_ID_MOST + 1] = 0;
    SAME(told(text, "en_route", "2026-03-02T08:30:00Z")->reason, "update_id_too_long");

    text[UPDATE_ID_MOST] = 0;
    SAME(told(text, "en_route", "2026-03-02T08:30:00Z")->result, "applied");
}

TEST(what_is_given_up_is_no_longer_theirs)
{
    a_job("working");
    nothing_said();
    says("p-1", "given_up", "2026-03-02T08:30:00Z")->note = "no fix";
    says("p-2", "working", "2026-03-02T08:31:00Z");

    push();

    settled(0, "applied", "");
    SAME(((const JobGivenUp *)heard(job_given_up))->reason, "no fix");
    settled(1, "rejected", "unknown_job");
    SAME(result(1)->state, "");
}

TEST(others_jobs_are_unknown)
{
    a_job("working");
    nothing_said();
    says("p-1", "paused", "2026-03-02T08:30:00Z")->reason = "parts";

    push_as((struct voice){.roles = "provider", .provider_id = PROVIDER2});
    settled(0, "rejected", "unknown_job");

    push_as((struct voice){.roles = "provider"});
    settled(0, "rejected", "unknown_job");

    push_as((struct voice){.roles = "admin"});
    settled(0, "applied", "");
    SAME(value("select provider_id from dispatch.job_update"), "5000001");
}

TEST(a_push_has_a_most)
{
    a_job("working");
    nothing_said();
    for (size_t i = 0; i < UPDATES_MOST; i++)
        says(printed("p-%zu", i), "working", "2026-03-02T08:30:00Z");

    push();
    settled(UPDATES_MOST - 1, "applied", "");
    SAME(job_value("version"), "1007");
    SAME(value("select count(*) from dispatch.job_update"), "1000");

    says("p-1000", "working", "2026-03-02T08:30:00Z");
    push();
    TRUE(was_refused(INVALID, "invalid"));
    TRUE(was_violated("updates", "too_many"));
}

TEST(staff_do_not_push)
{
    nothing_said();

    push_as((struct voice){.roles = "dispatcher"});

    TRUE(was_refused(FORBIDDEN, "role"));
}

ROOM(dispatch, cmocka_unit_test(an_update_moves_the_job),
     cmocka_unit_test(steps_in_between_are_implied),
     cmocka_unit_test(what_was_noted_and_photographed_is_told),
     cmocka_unit_test(remote_work_is_not_said_to_have_travelled),
     cmocka_unit_test(every_state_a_provider_may_reach_is_reached),
     cmocka_unit_test(what_leads_nowhere_is_rejected),
     cmocka_unit_test(the_same_update_again_is_a_duplicate),
     cmocka_unit_test(twice_in_one_push_is_a_duplicate_too),
     cmocka_unit_test(a_duplicate_is_known_after_the_job_is_gone),
     cmocka_unit_test(an_update_id_says_one_thing),
     cmocka_unit_test(update_ids_are_each_providers_own),
     cmocka_unit_test(a_rejected_update_may_be_sent_again_in_order),
     cmocka_unit_test(what_is_older_than_known_moves_nothing),
     cmocka_unit_test(the_same_moment_is_not_older),
     cmocka_unit_test(a_bad_one_never_harms_its_neighbours),
     cmocka_unit_test(an_update_that_names_no_time_is_of_now),
     cmocka_unit_test(a_clock_may_go_a_little_ahead), cmocka_unit_test(a_position_is_on_earth),
     cmocka_unit_test(an_update_id_has_a_length),
     cmocka_unit_test(what_is_given_up_is_no_longer_theirs),
     cmocka_unit_test(others_jobs_are_unknown), cmocka_unit_test(a_push_has_a_most),
     cmocka_unit_test(staff_do_not_push),
     cmocka_unit_test(a_clock_that_went_ahead_makes_nothing_stale),
     cmocka_unit_test(whoever_gets_the_job_next_has_a_clock_of_their_own),
     cmocka_unit_test(a_better_report_takes_the_place_of_the_one_before),
     cmocka_unit_test(a_report_of_work_that_goes_on_is_none),
     cmocka_unit_test(every_text_has_a_most))

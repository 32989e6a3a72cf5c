#include "jobs.h"

static bool sees(struct voice voice)
{
    FindJob query = FIND_JOB__INIT;

    query.job_id = JOB;
    ask_as(voice, &query.base);
    return !was_refused(NOT_FOUND, "not_found") && was_done();
}

static size_t lists(struct voice voice)
{
    ListJobs query = LIST_JOBS__INIT;

    ask_as(voice, &query.base);
    return ((const Jobs *)answer(jobs))->n_items;
}

/* One and many agree. */
static bool knows(struct voice voice)
{
    bool known = sees(voice);

    EQUAL(lists(voice), known);
    return known;
}

TEST(a_job_is_shown_as_it_is)
{
    FindJob query = FIND_JOB__INIT;

    a_job("offered");
    query.job_id = JOB;
    ask("dispatcher", &query.base);

    const Job *job = answer(job);
    EQUAL(answer_version(), 7);
    SAME(job->job_id, JOB);
    SAME(job->ticket_id, TICKET);
    SAME(job->provider_id, PROVIDER1);
    SAME(job->technician_id, "");
    SAME(job->customer_phone, "138****8000");
    SAME(job->planned_at, "2026-03-01T00:00:00Z");
    SAME(job->offered_until, "2026-03-02T09:30:00Z");
    TRUE(job->report == NULL);
}

TEST(a_provider_knows_its_own)
{
    static const char *const states[] = {"offered", "working", "completed", "closed", "cancelled"};

    for (size_t i = 0; i < LENGTH(states); i++) {
        a_job(states[i]);
        TRUE(knows(the_provider()));
        TRUE(!knows((struct voice){.roles = "provider", .provider_id = PROVIDER2}));
        TRUE(!knows((struct voice){.roles = "provider"}));
        TRUE(!knows((struct voice){.roles = "technician", .provider_id = PROVIDER2}));
    }
    a_job("planned");
    TRUE(!knows(the_provider()));
}

TEST(what_is_long_over_is_out_of_sight)
{
    a_job("closed");
    given("update dispatch.job set ended_at = '2026-01-31T09:00:00Z'");
    TRUE(knows(the_provider()));

    later(1);

    TRUE(!knows(the_provider()));
    TRUE(knows((struct voice){.roles = "agent"}));
}

TEST(a_branch_sees_what_is_below)
{
    a_job("working");

    TRUE(knows((struct voice){.roles = "agent", .branch = "hangzhou"}));
    TRUE(knows((struct voice){.roles = "agent", .branch = "xihu"}));
    TRUE(!knows((struct voice){.roles = "agent", .branch = "ningbo"}));
    TRUE(!knows((struct voice){.roles = "agent", .branch = "nowhere"}));
}

TEST(lists_are_filtered_and_paged)
{
    a_job("working");
    for (int i = 0; i < 4; i++)
        given(printed("insert into dispatch.job (job_id, version, state, ticket_id, kind, branch,"
                      " product_model, serial_number, symptom, description, priority,"
                      " service_mode, customer_name, customer_phone, planned_at)"
                      " values (%d, 1, 'planned', 5000002, 'repair', 'ningbo', '', '', '', '',"
                      "         '', '', '', '', '2026-03-01')",
                      6000001 + i));
    ListJobs query = LIST_JOBS__INIT;
    query.limit = 2;

    ask("agent", &query.base);
    const Jobs *page = answer(jobs);
    EQUAL(page->n_items, 2);
    SAME(page->items[0]->job_id, id('J', 6000004));
    query.cursor = page->next_cursor;
    ask("agent", &query.base);
    page = answer(jobs);
    SAME(page->items[1]->job_id, id('J', 6000001));
    query.cursor = page->next_cursor;
    ask("agent", &query.base);
    page = answer(jobs);
    EQUAL(page->n_items, 1);
    SAME(page->items[0]->job_id, JOB);
    SAME(page->next_cursor, "");

    static const struct {
        const char *field;
        const char *value;
        size_t found;
    } cases[] = {
        {"state",  "planned",  4},
        {"state",  "working",  1},
        {"branch", "hangzhou", 1},
        {"branch", "nowhere",  0},
        {"limit",  "500",      5}
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        ListJobs filtered = LIST_JOBS__INIT;
        put(&filtered.base, cases[i].field, cases[i].value);
        ask("agent", &filtered.base);
        EQUAL(((const Jobs *)answer(jobs))->n_items, cases[i].found);
    }
    ListJobs theirs = LIST_JOBS__INIT;
    theirs.provider = PROVIDER1;
    theirs.ticket_id = TICKET;
    ask("agent", &theirs.base);
    EQUAL(((const Jobs *)answer(jobs))->n_items, 1);
    theirs.technician = OWN;
    ask("agent", &theirs.base);
    EQUAL(((const Jobs *)answer(jobs))->n_items, 0);
}

TEST(a_filter_that_fits_nothing_is_refused)
{
    ListJobs query = LIST_JOBS__INIT;

    query.state = "flying";
    ask("agent", &query.base);
    TRUE(was_violated("state", "unknown_word"));

    query.state = "";
    query.limit = 501;
    ask("agent", &query.base);
    TRUE(was_violated("limit", "out_of_range"));
}

ROOM(dispatch, cmocka_unit_test(a_job_is_shown_as_it_is),
     cmocka_unit_test(a_provider_knows_its_own),
     cmocka_unit_test(what_is_long_over_is_out_of_sight),
     cmocka_unit_test(a_branch_sees_what_is_below), cmocka_unit_test(lists_are_filtered_and_paged),
     cmocka_unit_test(a_filter_that_fits_nothing_is_refused))

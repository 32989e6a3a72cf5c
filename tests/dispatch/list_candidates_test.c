#include "jobs.h"

static const Candidates *candidates(void)
{
    ListCandidates query = LIST_CANDIDATES__INIT;

    query.job_id = JOB;
    ask("dispatcher", &query.base);
    return answer(candidates);
}

static void a_technician(int64_t number, const char *branch, const char *skill)
{
    given(printed("insert into dispatch.technician (technician_id, name, phone, branch, skills,"
                  " added_at) values (%lld, 'Somebody', '1', '%s', '{%s}', '2026-01-01')",
                  (long long)number, branch, skill));
}

/* So many jobs in this state for our own technician. */
static void load(int jobs, const char *state)
{
    given(printed("insert into dispatch.job (job_id, version, state, ticket_id, kind, branch,"
                  " product_model, serial_number, symptom, description, priority, service_mode,"
                  " customer_name, customer_phone, planned_at, technician_id, report,"
                  " completed_by)"
                  " select 7000000 + n, 1, '%s', 1, 'repair', 'xihu', '', '', '', '', '', '', '',"
                  "        '', '2026-03-01', 5000001, '{}', 'x' from generate_series(1, %d) n",
                  state, jobs));
}

static const Candidate *of(const Candidates *found, const char *letter_id)
{
    for (size_t i = 0; i < found->n_items; i++)
        if (strcmp(found->items[i]->technician_id, letter_id) == 0
            || strcmp(found->items[i]->provider_id, letter_id) == 0)
            return found->items[i];
    fail_msg("%s is not in the list", letter_id);
    return NULL;
}

static bool excluded(const Candidate *candidate, const char *why)
{
    TRUE(!candidate->eligible);
    EQUAL(candidate->rank, 0);
    for (size_t i = 0; i < candidate->n_excluded_because; i++)
        if (strcmp(candidate->excluded_because[i], why) == 0)
            return true;
    return false;
}

TEST(everybody_is_listed_with_every_reason)
{
    a_job("planned");
    a_technician(5000002, "hangzhou", "*");
    a_technician(5000003, "xihu", "CX-9");
    a_technician(5000004, "ningbo", "CX-9");

    const Candidates *found = candidates();

    EQUAL(found->n_items, 6);
    TRUE(of(found, OWN)->eligible);
    TRUE(of(found, PROVIDER1)->eligible);
    TRUE(of(found, id('S', 5000002))->eligible);
    TRUE(excluded(of(found, id('S', 5000003)), "skill_missing"));
    EQUAL(of(found, id('S', 5000004))->n_excluded_because, 2);
    TRUE(excluded(of(found, id('S', 5000004)), "branch_not_covered"));
    TRUE(excluded(of(found, PROVIDER2), "branch_not_covered"));
    EQUAL(found->items[0]->rank, 1);
    EQUAL(found->items[2]->rank, 3);
    TRUE(found->items[2]->eligible && !found->items[3]->eligible);
}

TEST(a_provider_takes_its_people_no_further_than_it_goes_itself)
{
    a_job("planned");
    given("insert into dispatch.technician (technician_id, name, phone, branch, skills,"
          " provider_id, added_at)"
          " values (5000002, 'Han', '1', 'xihu', '{*}', 5000002, '2026-01-01')");

    TRUE(excluded(of(candidates(), id('S', SOMEBODY_ELSE)), "branch_not_covered"));
}

TEST(a_provider_does_its_kinds)
{
    a_job("planned");
    given("update dispatch.job set kind = 'upgrade'");

    TRUE(excluded(of(candidates(), PROVIDER1), "kind_not_covered"));
}

TEST(a_job_without_a_model_needs_no_skill)
{
    a_job("planned");
    given("update dispatch.job set product_model = ''");

    TRUE(of(candidates(), OWN)->eligible);
}

TEST(there_is_a_most_to_hold)
{
    a_job("planned");
    load(7, "working");
    TRUE(of(candidates(), OWN)->eligible);
    EQUAL(of(candidates(), OWN)->open_jobs, 7);

    a_job("planned");
    load(8, "working");
    TRUE(excluded(of(candidates(), OWN), "load_limit"));

    a_job("planned");
    load(8, "completed");
    TRUE(of(candidates(), OWN)->eligible);
    EQUAL(of(candidates(), OWN)->open_jobs, 0);
}

TEST(the_idle_come_first_and_those_asked_before_last)
{
    a_job("planned");
    a_technician(5000002, "xihu", "BX-200");
    load(1, "working");
    SAME(candidates()->items[0]->provider_id, PROVIDER1);
    EQUAL(of(candidates(), OWN)->rank, 3);

    given("insert into dispatch.offer (job_id, version, provider_id, reason, offered_by,"
          " offered_at, offered_until, outcome, ended_at)"
          " values (5000001, 2, 5000001, '', 'x', '2026-01-01', '2026-01-01', 'declined',"
          "         '2026-01-01')");
    SAME(candidates()->items[0]->technician_id, id('S', 5000002));
    EQUAL(of(candidates(), PROVIDER1)->rank, 3);
}

TEST(a_provider_does_not_see_the_others)
{
    a_job("offered");
    ListCandidates query = LIST_CANDIDATES__INIT;
    query.job_id = JOB;

    ask_as(the_provider(), &query.base);

    TRUE(was_refused(FORBIDDEN, "role"));
}

ROOM(dispatch, cmocka_unit_test(everybody_is_listed_with_every_reason),
     cmocka_unit_test(a_provider_does_its_kinds),
     cmocka_unit_test(a_job_without_a_model_needs_no_skill),
     cmocka_unit_test(there_is_a_most_to_hold),
     cmocka_unit_test(the_idle_come_first_and_those_asked_before_last),
     cmocka_unit_test(a_provider_does_not_see_the_others),
     cmocka_unit_test(a_provider_takes_its_people_no_further_than_it_goes_itself))

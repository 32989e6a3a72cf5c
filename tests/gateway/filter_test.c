#include "events/filter.h"

#include "gateway.h"
#include "room.h"

static struct arena *arena;
static struct tree *tree;
static const struct told_event ticket = {.type = "ticket.registered",
                                         .subject = "T1",
                                         .branch = "xihu",
                                         .provider_id = "P1",
                                         .offer = {.recorded_at_ms = 999LL * DAY_MS}};

static const int64_t today_ms = 1000LL * DAY_MS;

static struct filter a_filter(void)
{
    return filter_for(&(struct caller){"key/x", SUBSCRIBER, "", ""}, today_ms);
}

TEST(globs_take_words)
{
    TRUE(glob_takes("ticket.*", "ticket.registered"));
    TRUE(glob_takes("*", "x"));
    TRUE(glob_takes("*.completed", "job.completed"));
    TRUE(glob_takes("job.*ed", "job.completed"));
    TRUE(glob_takes("job.completed", "job.completed"));
    TRUE(!glob_takes("job.complete", "job.completed"));
    TRUE(!glob_takes("ticket.*", "job.completed"));
    TRUE(!glob_takes("", "job.completed"));
}

TEST(types_are_a_list_of_globs)
{
    struct filter filter = a_filter();
    TRUE(filter_types(arena, &filter, "job.*,ticket.registered"));
    EQUAL(filter.type_count, 2);
    TRUE(filter_lets(&filter, tree, &ticket));
    filter = a_filter();
    TRUE(filter_types(arena, &filter, "job.*"));
    TRUE(!filter_lets(&filter, tree, &ticket));
    TRUE(!filter_types(arena, &filter, "job.*,,x"));
    TRUE(!filter_types(arena, &filter, "job.?"));
}

TEST(types_have_their_number)
{
    struct filter filter = a_filter();
    for (int i = 0; i < FILTER_TYPES_MOST; i++)
        TRUE(filter_types(arena, &filter, "a.b"));
    TRUE(!filter_types(arena, &filter, "a.b"));
}

TEST(scope_reaches_down_and_not_sideways)
{
    struct filter filter = a_filter();
    filter.caller.branch = "hangzhou";
    TRUE(filter_lets(&filter, tree, &ticket));
    filter.caller.branch = "xihu";
    TRUE(filter_lets(&filter, tree, &ticket));
    filter.caller.branch = "ningbo";
    TRUE(!filter_lets(&filter, tree, &ticket));
    filter.caller.branch = "unheard_of";
    TRUE(!filter_lets(&filter, tree, &ticket));
}

TEST(who_is_limited_sees_nothing_without_a_branch)
{
    struct told_event house = ticket;
    struct filter filter = a_filter();
    house.branch = "";
    TRUE(filter_lets(&filter, tree, &house));
    filter.caller.branch = "hangzhou";
    TRUE(!filter_lets(&filter, tree, &house));
}

TEST(a_provider_sees_its_own)
{
    struct filter filter = a_filter();
    filter.caller.provider_id = "P1";
    TRUE(filter_lets(&filter, tree, &ticket));
    filter.caller.provider_id = "P2";
    TRUE(!filter_lets(&filter, tree, &ticket));
}

TEST(a_provider_is_told_nothing_of_jobs_that_ended_long_ago)
{
    struct caller provider = {"key/p", PROVIDER, "", "P1"};
    struct filter filter = filter_for(&provider, today_ms);
    struct told_event ended = ticket;

    ended.offer.recorded_at_ms = today_ms - provider_sight_days * DAY_MS;
    TRUE(filter_lets(&filter, tree, &ended));
    ended.offer.recorded_at_ms--;
    TRUE(!filter_lets(&filter, tree, &ended));
    filter = a_filter();
    TRUE(filter_lets(&filter, tree, &ended));
}

TEST(one_ticket_or_one_branch_may_be_followed)
{
    struct filter filter = a_filter();
    filter.ticket_id = "T2";
    TRUE(!filter_lets(&filter, tree, &ticket));
    filter.ticket_id = "T1";
    TRUE(filter_lets(&filter, tree, &ticket));
    filter.branch = "hangzhou";
    TRUE(filter_lets(&filter, tree, &ticket));
    filter.branch = "ningbo";
    TRUE(!filter_lets(&filter, tree, &ticket));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_take_words),
        cmocka_unit_test(types_are_a_list_of_globs),
        cmocka_unit_test(types_have_their_number),
        cmocka_unit_test(scope_reaches_down_and_not_sideways),
        cmocka_unit_test(who_is_limited_sees_nothing_without_a_branch),
        cmocka_unit_test(a_provider_sees_its_own),
        cmocka_unit_test(a_provider_is_told_nothing_of_jobs_that_ended_long_ago),
        cmocka_unit_test(one_ticket_or_one_branch_may_be_followed),
    };
    provider_sight_days = 30;
    arena = arena_new();
    tree = tree_new();
    tree_learn(tree, "east", "");
    tree_learn(tree, "hangzhou", "east");
    tree_learn(tree, "xihu", "hangzhou");
    tree_learn(tree, "ningbo", "east");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tree_free(tree);
    arena_free(arena);
    return failed;
}

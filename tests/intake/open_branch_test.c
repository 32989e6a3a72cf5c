#include "desk.h"

static OpenBranch a_branch(void)
{
    OpenBranch order = OPEN_BRANCH__INIT;

    order.branch = "ningbo";
    order.name = "宁波";
    order.parent = "east";
    order.kind = "branch";
    order.time_zone = "Asia/Shanghai";
    return order;
}

TEST(a_branch_opens_below_its_parent)
{
    OpenBranch order = a_branch();
    branches();

    ask("admin", &order.base);

    const Branch *branch = answer(branch);
    const BranchOpened *event = heard(branch_opened);
    TRUE(was_made());
    SAME(branch->parent, "east");
    EQUAL(branch->version, 1);
    SAME(event->branch, "ningbo");
    SAME(heard_event("intake.BranchOpened")->subject, "ningbo");
    SAME(value("select path from intake.scope where branch = 'ningbo'"), "/east/ningbo/");
}

TEST(everything_wrong_is_named_at_once)
{
    OpenBranch order = a_branch();
    order.branch = "Ning bo";
    order.name = "";
    order.parent = "nowhere";
    order.kind = "kiosk";
    order.time_zone = "Mars/Olympus";
    branches();

    ask("admin", &order.base);

    TRUE(was_violated("branch", "bad_code"));
    TRUE(was_violated("name", "missing"));
    TRUE(was_violated("parent", "unknown_branch"));
    TRUE(was_violated("kind", "unknown_word"));
    TRUE(was_violated("time_zone", "unknown_zone"));
}

TEST(a_code_has_an_end)
{
    char code[65] = "0123456789012345678901234567890123456789012345678901234567890123";
    OpenBranch order = a_branch();
    branches();
    order.branch = code;

    ask("admin", &order.base);
    TRUE(was_violated("branch", "too_long"));

    code[63] = 0;
    ask("admin", &order.base);
    TRUE(was_made());
}

TEST(a_code_is_taken_once)
{
    OpenBranch order = a_branch();
    branches();
    ask("admin", &order.base);

    ask("admin", &order.base);

    TRUE(was_refused(CONFLICT, "already_open"));
}

TEST(the_parents_time_zone_will_do)
{
    OpenBranch order = a_branch();
    branches();
    given("update intake.branch set time_zone = 'Europe/Berlin' where branch = 'east'");
    order.time_zone = "";

    ask("admin", &order.base);

    SAME(((const Branch *)answer(branch))->time_zone, "Europe/Berlin");
}

TEST(a_root_is_at_home)
{
    OpenBranch order = a_branch();
    order.parent = order.time_zone = "";

    ask("admin", &order.base);

    SAME(((const Branch *)answer(branch))->time_zone, "Asia/Shanghai");
}

TEST(a_caller_with_a_branch_opens_below_it_only)
{
    struct voice voice = {.roles = "manager", .branch = "west"};
    OpenBranch order = a_branch();
    branches();

    ask_as(voice, &order.base);
    TRUE(was_violated("parent", "unknown_branch"));

    order.parent = "";
    ask_as(voice, &order.base);
    TRUE(was_violated("parent", "missing"));

    order.parent = "west";
    ask_as(voice, &order.base);
    TRUE(was_made());
}

TEST(opening_is_not_for_the_desk)
{
    OpenBranch order = a_branch();

    ask("agent", &order.base);

    TRUE(was_refused(FORBIDDEN, "role"));
}

static const Branches *listed(struct voice voice, uint32_t limit, const char *cursor)
{
    ListBranches question = LIST_BRANCHES__INIT;

    question.limit = limit;
    question.cursor = cursor;
    ask_as(voice, &question.base);
    return answer(branches);
}

TEST(branches_are_listed_page_by_page)
{
    struct voice voice = {.roles = "auditor"};
    branches();

    const Branches *first = listed(voice, 3, "");
    const Branches *second = listed(voice, 3, first->next_cursor);

    EQUAL(first->n_items, 3);
    SAME(first->items[0]->branch, "west");
    EQUAL(second->n_items, 1);
    SAME(second->items[0]->branch, "east");
    SAME(second->next_cursor, "");
}

TEST(a_caller_sees_the_branches_below)
{
    branches();

    const Branches *below = listed((struct voice){.roles = "lead", .branch = "hangzhou"}, 0, "");

    EQUAL(below->n_items, 2);
    SAME(below->items[0]->branch, "hangzhou-xihu");
    SAME(below->items[1]->branch, "hangzhou");
}

TEST(a_branch_is_found_from_above)
{
    FindBranch question = FIND_BRANCH__INIT;
    branches();
    question.branch = "hangzhou";

    ask_as((struct voice){.roles = "lead", .branch = "east"}, &question.base);
    SAME(((const Branch *)answer(branch))->parent, "east");
    EQUAL(answer_version(), 1);

    ask_as((struct voice){.roles = "lead", .branch = "hangzhou-xihu"}, &question.base);
    TRUE(was_refused(NOT_FOUND, "not_found"));
}

ROOM(intake, cmocka_unit_test(a_branch_opens_below_its_parent),
     cmocka_unit_test(everything_wrong_is_named_at_once), cmocka_unit_test(a_code_has_an_end),
     cmocka_unit_test(a_code_is_taken_once), cmocka_unit_test(the_parents_time_zone_will_do),
     cmocka_unit_test(a_root_is_at_home),
     cmocka_unit_test(a_caller_with_a_branch_opens_below_it_only),
     cmocka_unit_test(opening_is_not_for_the_desk),
     cmocka_unit_test(branches_are_listed_page_by_page),
     cmocka_unit_test(a_caller_sees_the_branches_below),
     cmocka_unit_test(a_branch_is_found_from_above))

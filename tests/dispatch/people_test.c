#include "jobs.h"

static const char *kinds[] = {"repair", "install"};
static const char *branches[] = {"hangzhou", "ningbo"};
static const char *skills[] = {"BX-200", "*"};

static AddProvider a_provider(void)
{
    AddProvider order = ADD_PROVIDER__INIT;

    order.name = "Quick Fix";
    order.n_kinds = 2;
    order.kinds = kinds;
    order.n_branches = 2;
    order.branches = branches;
    return order;
}

static AddTechnician a_technician(void)
{
    AddTechnician order = ADD_TECHNICIAN__INIT;

    order.name = "Li Lei";
    order.phone = "13800138000";
    order.branch = "xihu";
    order.n_skills = 2;
    order.skills = skills;
    return order;
}

TEST(a_provider_is_added)
{
    the_branches();
    AddProvider order = a_provider();

    ask("manager", &order.base);

    TRUE(was_made());
    const Provider *provider = answer(provider);
    SAME(provider->name, "Quick Fix");
    EQUAL(provider->version, 1);
    SAME(provider->kinds[1], "install");
    SAME(provider->branches[1], "ningbo");
    const ProviderAdded *event = heard(provider_added);
    SAME(event->provider_id, provider->provider_id);
    SAME(event->branches[0], "hangzhou");
    SAME(heard_event("dispatch.ProviderAdded")->provider_id, provider->provider_id);
    SAME(value("select kinds || branches from dispatch.provider"),
         "{repair,install,hangzhou,ningbo}");
    SAME(value("select provider_id from dispatch.provider"), number_in(provider->provider_id));
}

TEST(everything_a_provider_lacks_is_named)
{
    the_branches();
    static const char *odd[] = {"cooking", ""};
    AddProvider order = ADD_PROVIDER__INIT;

    ask("manager", &order.base);
    EQUAL(violations(), 3);
    TRUE(was_violated("name", "missing"));
    TRUE(was_violated("kinds", "missing"));
    TRUE(was_violated("branches", "missing"));

    order = a_provider();
    order.kinds = odd;
    ask("manager", &order.base);
    EQUAL(violations(), 2);
    TRUE(was_violated("kinds[0]", "unknown_word"));
    TRUE(was_violated("kinds[1]", "missing"));
}

TEST(a_technician_is_added)
{
    the_people();
    AddTechnician order = a_technician();
    order.provider_id = PROVIDER1;

    ask("manager", &order.base);

    TRUE(was_made());
    const Technician *technician = answer(technician);
    SAME(technician->phone, "13800138000");
    SAME(technician->skills[1], "*");
    SAME(technician->provider_id, PROVIDER1);
    SAME(((const TechnicianAdded *)heard(technician_added))->technician_id,
         technician->technician_id);
    SAME(heard_event("dispatch.TechnicianAdded")->provider_id, PROVIDER1);
    SAME(value(printed("select branch || ' ' || provider_id from dispatch.technician"
                       " where technician_id = %s",
                       number_in(technician->technician_id))),
         "xihu 5000001");
}

TEST(everything_a_technician_lacks_is_named)
{
    AddTechnician order = ADD_TECHNICIAN__INIT;

    order.provider_id = id('P', 5999999);
    ask("manager", &order.base);

    EQUAL(violations(), 4);
    TRUE(was_violated("name", "missing"));
    TRUE(was_violated("branch", "missing"));
    TRUE(was_violated("skills", "missing"));
    TRUE(was_violated("provider_id", "unknown"));
}

TEST(words_are_words_and_not_too_many)
{
    the_branches();
    const char *many[WORDS_MOST + 1];
    const char *odd[] = {" ", printed("%0*d", WORD_MOST + 1, 7), printed("%0*d", WORD_MOST, 7)};
    AddTechnician order = a_technician();
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = "BX-200";

    order.name = " \xe3\x80\x80";
    order.skills = odd;
    order.n_skills = LENGTH(odd);
    ask("manager", &order.base);
    EQUAL(violations(), 3);
    TRUE(was_violated("name", "missing"));
    TRUE(was_violated("skills[0]", "missing"));
    TRUE(was_violated("skills[1]", "too_long"));

    order = a_technician();
    order.name = printed("%0*d", WORD_MOST + 1, 7);
    order.skills = many;
    order.n_skills = WORDS_MOST + 1;
    ask("manager", &order.base);
    EQUAL(violations(), 2);
    TRUE(was_violated("name", "too_long"));
    TRUE(was_violated("skills", "too_many"));

    AddProvider company = a_provider();
    company.branches = many;
    company.n_branches = WORDS_MOST + 1;
    ask("manager", &company.base);
    TRUE(was_violated("branches", "too_many"));
}

TEST(who_works_for_a_provider_adds_nobody)
{
    AddProvider company = a_provider();
    AddTechnician person = a_technician();
    struct voice theirs = {.roles = "dispatcher", .provider_id = PROVIDER1};

    ask_as(theirs, &company.base);
    TRUE(was_refused(FORBIDDEN, "not_for_providers"));
    ask_as(theirs, &person.base);
    TRUE(was_refused(FORBIDDEN, "not_for_providers"));
}

TEST(a_branch_that_is_not_there_is_named)
{
    AddProvider company = a_provider();
    AddTechnician person = a_technician();
    the_branches();
    given("delete from dispatch.scope where branch <> 'hangzhou'");

    ask("manager", &company.base);
    EQUAL(violations(), 1);
    TRUE(was_violated("branches[1]", "unknown_branch"));

    person.phone = "";
    ask("manager", &person.base);
    EQUAL(violations(), 1);
    TRUE(was_violated("branch", "unknown_branch"));
}

/* A branch was opened a moment ago: who was answered so comes back. */
TEST(a_branch_may_be_there_that_was_not_heard_of_yet)
{
    AddTechnician person = a_technician();
    BranchOpened opened = BRANCH_OPENED__INIT;
    Position known = POSITION__INIT;
    known.source = "intake";
    known.at = 1;
    const struct voice voices[] = {
        {.roles = "manager", .known = &known},
        { .roles = "manager",  .branch = "xihu", .known = &known},
    };

    for (size_t i = 0; i < LENGTH(voices); i++) {
        ask_as(voices[i], &person.base);
        TRUE(was_refused(UNAVAILABLE, "behind"));
    }

    opened.branch = "elsewhere";
    overhear("intake", "elsewhere", &opened.base);
    ask_as(voices[0], &person.base);
    TRUE(was_violated("branch", "unknown_branch"));
    ask_as(voices[1], &person.base);
    TRUE(was_refused(FORBIDDEN, "out_of_scope"));
}

TEST(nobody_adds_people_elsewhere)
{
    the_people();
    AddProvider provider = a_provider();
    AddTechnician technician = a_technician();
    const struct voice voice = {.roles = "manager", .branch = "ningbo"};

    ask_as(voice, &provider.base);
    TRUE(was_refused(FORBIDDEN, "out_of_scope"));
    ask_as(voice, &technician.base);
    TRUE(was_refused(FORBIDDEN, "out_of_scope"));

    ask_as((struct voice){.roles = "manager", .branch = "hangzhou"}, &technician.base);
    TRUE(was_made());
}

static bool finds_provider(struct voice voice, const char *provider_id)
{
    FindProvider query = FIND_PROVIDER__INIT;

    query.provider_id = provider_id;
    ask_as(voice, &query.base);
    return was_done();
}

static bool finds_technician(struct voice voice, const char *technician_id)
{
    FindTechnician query = FIND_TECHNICIAN__INIT;

    query.technician_id = technician_id;
    ask_as(voice, &query.base);
    return was_done();
}

TEST(who_was_added_is_found)
{
    the_people();

    TRUE(finds_provider((struct voice){.roles = "lead"}, PROVIDER1));
    const Provider *provider = answer(provider);
    SAME(provider->name, "Quick Fix");
    SAME(provider->kinds[1], "install");
    SAME(provider->branches[0], "hangzhou");
    EQUAL(answer_version(), 1);

    TRUE(finds_technician((struct voice){.roles = "lead"}, OWN));
    const Technician *technician = answer(technician);
    SAME(technician->phone, "13800138000");
    SAME(technician->skills[0], "BX-200");
    SAME(technician->provider_id, "");
    EQUAL(answer_version(), 1);
}

TEST(who_works_elsewhere_is_not_found)
{
    const struct voice ningbo = {.roles = "manager", .branch = "ningbo"};
    const struct voice xihu = {.roles = "manager", .branch = "xihu"};
    const struct voice bound = {.roles = "manager", .provider_id = PROVIDER1};
    the_people();

    TRUE(finds_provider(xihu, PROVIDER1));
    TRUE(finds_technician(xihu, OWN));
    TRUE(finds_provider(bound, PROVIDER1));
    TRUE(!finds_provider(ningbo, PROVIDER1));
    TRUE(was_refused(NOT_FOUND, "not_found"));
    TRUE(!finds_technician(ningbo, OWN));
    TRUE(was_refused(NOT_FOUND, "not_found"));
    TRUE(!finds_provider(bound, PROVIDER2));
    TRUE(!finds_technician(bound, OWN));
}

TEST(agents_add_nobody)
{
    AddTechnician order = a_technician();

    ask("agent", &order.base);

    TRUE(was_refused(FORBIDDEN, "role"));
}

ROOM(dispatch, cmocka_unit_test(a_provider_is_added),
     cmocka_unit_test(everything_a_provider_lacks_is_named),
     cmocka_unit_test(a_technician_is_added),
     cmocka_unit_test(everything_a_technician_lacks_is_named),
     cmocka_unit_test(nobody_adds_people_elsewhere), cmocka_unit_test(who_was_added_is_found),
     cmocka_unit_test(who_works_elsewhere_is_not_found), cmocka_unit_test(agents_add_nobody),
     cmocka_unit_test(words_are_words_and_not_too_many),
     cmocka_unit_test(who_works_for_a_provider_adds_nobody),
     cmocka_unit_test(a_branch_that_is_not_there_is_named),
     cmocka_unit_test(a_branch_may_be_there_that_was_not_heard_of_yet))

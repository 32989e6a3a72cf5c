#include "desk.h"

static void find_as(struct voice voice, const char *ticket_id)
{
    FindTicket question = FIND_TICKET__INIT;

    question.ticket_id = ticket_id;
    ask_as(voice, &question.base);
}

TEST(those_who_work_with_customers_see_them_and_that_is_recorded)
{
    static const char *const roles[] = {"admin",      "agent",      "lead",    "manager",
                                        "dispatcher", "technician", "importer"};

    for (size_t i = 0; i < LENGTH(roles); i++) {
        const char *ticket_id = a_ticket("registered");
        given("delete from intake.disclosure");

        find_as((struct voice){.roles = roles[i]}, ticket_id);

        SAME(((const Ticket *)answer(ticket))->customer->phone, "13800138000");
        TRUE(was_disclosed(ticket_id));
    }
}

TEST(others_see_a_glimpse)
{
    static const char *const roles[] = {"inspector", "finance", "auditor", "subscriber"};

    for (size_t i = 0; i < LENGTH(roles); i++) {
        const char *ticket_id = a_ticket("registered");
        given("delete from intake.disclosure");

        find_as((struct voice){.roles = roles[i]}, ticket_id);

        SAME(((const Ticket *)answer(ticket))->customer->name, "王*");
        SAME(((const Ticket *)answer(ticket))->customer->phone, "138****8000");
        SAME(((const Ticket *)answer(ticket))->customer->address, "杭州市***");
        TRUE(!was_disclosed(ticket_id));
    }
}

TEST(a_provider_learns_of_no_ticket)
{
    const char *ticket_id = a_ticket("registered");

    find_as((struct voice){.roles = "provider", .provider_id = "P10000018"}, ticket_id);
    TRUE(was_refused(NOT_FOUND, "not_found"));

    find_as((struct voice){.roles = "agent", .provider_id = "P10000018"}, ticket_id);
    TRUE(was_refused(NOT_FOUND, "not_found"));
}

TEST(what_is_beyond_the_callers_branch_is_not_there)
{
    const char *ticket_id = a_ticket("registered");

    find_as((struct voice){.roles = "agent", .branch = "west"}, ticket_id);
    TRUE(was_refused(NOT_FOUND, "not_found"));

    find_as((struct voice){.roles = "agent", .branch = "hangzh"}, ticket_id);
    TRUE(was_refused(NOT_FOUND, "not_found"));

    find_as((struct voice){.roles = "agent", .branch = "east"}, ticket_id);
    TRUE(was_done());
}

static const char *called_from(const char *branch)
{
    struct order order;

    a_repair(&order)->branch = branch;
    order.order.channel_ref = "call-1";
    ask("agent", &order.order.base);
    return ((const Ticket *)answer(ticket))->ticket_id;
}

/* Registered by one who sees every branch, read by one of the ticket's own. */
TEST(what_it_may_repeat_is_told_as_far_as_the_callers_branch_reaches)
{
    ListTickets everything = LIST_TICKETS__INIT;
    branches();
    const char *first = called_from("hangzhou-xihu"), *second = called_from("west");

    find_as((struct voice){.roles = "agent"}, second);
    EQUAL(((const Ticket *)answer(ticket))->n_possible_duplicates, 1);
    SAME(((const Ticket *)answer(ticket))->possible_duplicates[0], first);

    find_as((struct voice){.roles = "agent", .branch = "west"}, second);
    EQUAL(((const Ticket *)answer(ticket))->n_possible_duplicates, 0);

    ask_as((struct voice){.roles = "agent", .branch = "west"}, &everything.base);
    EQUAL(((const Tickets *)answer(tickets))->items[0]->n_possible_duplicates, 0);
}

TEST(no_such_ticket)
{
    find_as((struct voice){.roles = "agent"}, id_in('T', 9999999));

    TRUE(was_refused(NOT_FOUND, "not_found"));
    move(id_in('T', 9999999), "resolve");
    TRUE(was_refused(NOT_FOUND, "not_found"));
}

TEST(the_version_is_the_tickets)
{
    find_as((struct voice){.roles = "agent"}, a_ticket("in_progress"));

    EQUAL(answer_version(), 3);
    EQUAL(((const Ticket *)answer(ticket))->version, 3);
}

ROOM(intake, cmocka_unit_test(those_who_work_with_customers_see_them_and_that_is_recorded),
     cmocka_unit_test(others_see_a_glimpse), cmocka_unit_test(a_provider_learns_of_no_ticket),
     cmocka_unit_test(what_is_beyond_the_callers_branch_is_not_there),
     cmocka_unit_test(what_it_may_repeat_is_told_as_far_as_the_callers_branch_reaches),
     cmocka_unit_test(no_such_ticket), cmocka_unit_test(the_version_is_the_tickets))

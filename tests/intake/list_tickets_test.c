#include "desk.h"

#include <string.h>

static const Tickets *listed_as(struct voice voice, const ListTickets *question)
{
    ask_as(voice, &question->base);
    return answer(tickets);
}

static const Tickets *listed(const ListTickets *question)
{
    return listed_as((struct voice){.roles = "agent"}, question);
}

TEST(newest_first_page_by_page)
{
    ListTickets question = LIST_TICKETS__INIT;
    const char *first = a_ticket("registered"), *second = a_ticket("registered"),
               *third = a_ticket("registered");
    question.limit = 2;

    const Tickets *page = listed(&question);
    EQUAL(page->n_items, 2);
    SAME(page->items[0]->ticket_id, third);
    SAME(page->items[1]->ticket_id, second);

    question.cursor = page->next_cursor;
    page = listed(&question);
    EQUAL(page->n_items, 1);
    SAME(page->items[0]->ticket_id, first);
    SAME(page->next_cursor, "");
}

TEST(a_full_last_page_is_the_last)
{
    ListTickets question = LIST_TICKETS__INIT;
    a_ticket("registered");
    a_ticket("registered");
    question.limit = 2;

    SAME(listed(&question)->next_cursor, "");
}

TEST(nothing_is_an_empty_list)
{
    ListTickets question = LIST_TICKETS__INIT;

    EQUAL(listed(&question)->n_items, 0);
}

TEST(each_filter_finds_its_own)
{
    struct order order;
    branches();
    a_repair(&order)->channel_ref = "call-1";
    order.order.assignee = "li";
    order.order.branch = "west";
    order.order.kind = "consult";
    ask("agent", &order.order.base);
    const Ticket *wanted = answer(ticket);
    later(HOUR);
    move(wanted->ticket_id, "acknowledge");
    struct order other;
    a_repair(&other)->channel_ref = "call-2";
    other.customer.phone = "13900139000";
    ask("agent", &other.order.base);
    given("update intake.ticket set updated_at = '2026-03-02T09:00:00Z' where kind = 'repair'");

    const ListTickets questions[] = {
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor), .state = "acknowledged"           },
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor), .kind = "consult"                 },
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor), .branch = "west"                  },
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor), .customer_id = wanted->customer_id},
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor), .assignee = "li"                  },
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor),
         .updated_since = "2026-03-02T10:00:00Z"                                               },
        {PROTOBUF_C_MESSAGE_INIT(&list_tickets__descriptor), .channel_ref = "call-1"           },
    };
    for (size_t i = 0; i < LENGTH(questions); i++) {
        const Tickets *page = listed(&questions[i]);
        EQUAL(page->n_items, 1);
        SAME(page->items[0]->ticket_id, wanted->ticket_id);
    }
}

TEST(a_branch_stands_for_those_below)
{
    ListTickets question = LIST_TICKETS__INIT;
    const char *ticket_id = a_ticket("registered");

    question.branch = "east";
    SAME(listed(&question)->items[0]->ticket_id, ticket_id);

    question.branch = "west";
    EQUAL(listed(&question)->n_items, 0);

    question.branch = "nowhere";
    EQUAL(listed(&question)->n_items, 0);
}

TEST(no_list_reaches_beyond_the_callers_branch)
{
    struct voice voice = {.roles = "agent", .branch = "west"};
    ListTickets question = LIST_TICKETS__INIT;
    a_ticket("registered");

    EQUAL(listed_as(voice, &question)->n_items, 0);

    question.branch = "east";
    EQUAL(listed_as(voice, &question)->n_items, 0);

    voice.branch = "hangzhou";
    EQUAL(listed_as(voice, &question)->n_items, 1);
}

TEST(contacts_are_masked_for_everybody)
{
    ListTickets question = LIST_TICKETS__INIT;
    a_ticket("registered");

    SAME(listed(&question)->items[0]->customer->name, "王*");
}

TEST(a_key_of_a_provider_lists_nothing)
{
    ListTickets question = LIST_TICKETS__INIT;
    a_ticket("registered");

    ask("provider", &question.base);
    TRUE(was_refused(FORBIDDEN, "role"));

    ask_as((struct voice){.roles = "agent", .provider_id = "P10000018"}, &question.base);
    TRUE(was_refused(FORBIDDEN, "not_for_providers"));
}

TEST(a_filter_that_cannot_be_applied_is_refused)
{
    ListTickets question = LIST_TICKETS__INIT;
    question.state = "asleep";
    question.kind = "mend";
    question.updated_since = "yesterday";

    ask("agent", &question.base);

    TRUE(was_violated("state", "unknown_word"));
    TRUE(was_violated("kind", "unknown_word"));
    TRUE(was_violated("updated_since", "bad_instant"));
}

TEST(a_page_has_five_hundred_at_most)
{
    ListTickets question = LIST_TICKETS__INIT;

    question.limit = LIST_MOST;
    ask("agent", &question.base);
    TRUE(was_done());

    question.limit = LIST_MOST + 1;
    ask("agent", &question.base);
    TRUE(was_violated("limit", "out_of_range"));
}

TEST(a_foreign_cursor_is_told)
{
    ListTickets question = LIST_TICKETS__INIT;
    question.cursor = "T10000015";

    ask("agent", &question.base);

    TRUE(was_refused(UNREADABLE, "bad_cursor"));
}

ROOM(intake, cmocka_unit_test(newest_first_page_by_page),
     cmocka_unit_test(a_full_last_page_is_the_last), cmocka_unit_test(nothing_is_an_empty_list),
     cmocka_unit_test(each_filter_finds_its_own), cmocka_unit_test(a_branch_stands_for_those_below),
     cmocka_unit_test(no_list_reaches_beyond_the_callers_branch),
     cmocka_unit_test(contacts_are_masked_for_everybody),
     cmocka_unit_test(a_key_of_a_provider_lists_nothing),
     cmocka_unit_test(a_filter_that_cannot_be_applied_is_refused),
     cmocka_unit_test(a_page_has_five_hundred_at_most), cmocka_unit_test(a_foreign_cursor_is_told))

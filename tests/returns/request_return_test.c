#include "returns.h"
#include "told_by_intake.h"

#include <stdlib.h>

static const char *the_return(void)
{
    return id_in('R', atoll(value("select return_id from returns.return")));
}

static void find_as(struct voice voice)
{
    FindReturn question = FIND_RETURN__INIT;

    question.return_id = the_return();
    ask_as(voice, &question.base);
}

TEST(a_wish_to_return_opens_one)
{
    hear_registered("return");

    const ReturnRequested *event = heard(return_requested);
    const Event *told = heard_event("returns.ReturnRequested");
    SAME(event->return_id, the_return());
    SAME(event->state, "requested");
    SAME(event->kind, "return");
    SAME(told->subject, id_in('T', 1000001));
    SAME(told->aggregate, event->return_id);
    SAME(told->branch, "hangzhou");
    EQUAL(told->version, 1);
    SAME(told->cause_source, "intake");
}

TEST(so_does_a_wish_to_exchange)
{
    hear_registered("exchange");

    SAME(((const ReturnRequested *)heard(return_requested))->kind, "exchange");
}

TEST(other_tickets_are_no_returns)
{
    hear_registered("repair");

    EQUAL(heard_count(), 0);
    SAME(value("select count(*) from returns.return"), "0");
}

TEST(it_can_be_found)
{
    hear_registered("return");

    find_as((struct voice){.roles = "agent"});

    const Return *found = answer(return );
    SAME(found->return_id, the_return());
    SAME(found->state, "requested");
    SAME(found->ticket_id, id_in('T', 1000001));
    SAME(found->customer_id, id_in('K', 1000002));
    SAME(found->unit_id, id_in('U', 1000003));
    SAME(found->serial_number, "BX200-000451");
    SAME(found->requested_at, "2026-03-02T09:00:00Z");
    EQUAL(answer_version(), 1);
}

TEST(it_is_found_within_the_callers_branch)
{
    hear_registered("return");

    find_as((struct voice){.roles = "agent", .branch = "east"});
    TRUE(was_done());

    find_as((struct voice){.roles = "agent", .branch = "west"});
    TRUE(was_refused(NOT_FOUND, "not_found"));
}

TEST(providers_have_no_returns)
{
    hear_registered("return");

    find_as((struct voice){.roles = "provider"});

    TRUE(was_refused(FORBIDDEN, "role"));
}

static const Returns *listed(const char *branch, ListReturns question)
{
    ask_as((struct voice){.roles = "agent", .branch = branch}, &question.base);
    return answer(returns);
}

#define QUESTION(...)                                                                              \
    (ListReturns)                                                                                  \
    {                                                                                              \
        PROTOBUF_C_MESSAGE_INIT(&list_returns__descriptor), __VA_ARGS__                            \
    }

TEST(lists_filter_and_keep_to_the_branch)
{
    hear_registered("return");

    EQUAL(listed("", QUESTION(.state = "requested"))->n_items, 1);
    EQUAL(listed("", QUESTION(.state = "approved"))->n_items, 0);
    EQUAL(listed("", QUESTION(.ticket_id = id_in('T', 1000001)))->n_items, 1);
    EQUAL(listed("", QUESTION(.ticket_id = id_in('T', 1000002)))->n_items, 0);
    EQUAL(listed("", QUESTION(.branch = "east"))->n_items, 1);
    EQUAL(listed("", QUESTION(.branch = "west"))->n_items, 0);
    EQUAL(listed("east", QUESTION(.limit = 1))->n_items, 1);
    EQUAL(listed("west", QUESTION(.limit = 1))->n_items, 0);
}

TEST(an_unknown_state_is_told)
{
    ask("agent", &QUESTION(.state = "asleep").base);

    TRUE(was_violated("state", "unknown_word"));
}

TEST(pages_follow_each_other)
{
    hear_registered("return");
    hear_registered("exchange");

    const Returns *first = listed("", QUESTION(.limit = 1));
    const Returns *second = listed("", QUESTION(.limit = 1, .cursor = first->next_cursor));

    SAME(first->items[0]->kind, "exchange");
    SAME(second->items[0]->kind, "return");
    SAME(second->next_cursor, "");
}

TEST(each_state_of_the_life_is_known_to_the_database)
{
    hear_registered("return");

    for (size_t i = 0; i < return_life.moves.count; i++) {
        given(printed("update returns.return set state = '%s'", return_life.moves.rows[i].from));
        given(printed("update returns.return set state = '%s'", return_life.moves.rows[i].to));
    }
}

ROOM(returns, cmocka_unit_test(a_wish_to_return_opens_one),
     cmocka_unit_test(so_does_a_wish_to_exchange), cmocka_unit_test(other_tickets_are_no_returns),
     cmocka_unit_test(it_can_be_found), cmocka_unit_test(it_is_found_within_the_callers_branch),
     cmocka_unit_test(providers_have_no_returns),
     cmocka_unit_test(lists_filter_and_keep_to_the_branch),
     cmocka_unit_test(an_unknown_state_is_told), cmocka_unit_test(pages_follow_each_other),
     cmocka_unit_test(each_state_of_the_life_is_known_to_the_database))

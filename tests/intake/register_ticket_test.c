#include "desk.h"

#include <string.h>

static const Ticket *register_as(struct voice voice, const RegisterTicket *order)
{
    ask_as(voice, &order->base);
    return answer(ticket);
}

static const Ticket *register_one(const RegisterTicket *order)
{
    return register_as((struct voice){.roles = "agent"}, order);
}

TEST(what_was_said_comes_back)
{
    struct order order;
    branches();

    const Ticket *ticket = register_one(a_repair(&order));

    TRUE(was_made());
    SAME(ticket->state, "registered");
    SAME(ticket->customer->name, "王芳");
    SAME(ticket->customer->phone, "13800138000");
    SAME(ticket->recorded_at, "2026-03-02T09:00:00Z");
    SAME(ticket->received_at, "2026-03-02T09:00:00Z");
    SAME(ticket->priority, "medium");
    EQUAL(ticket->version, 1);
    EQUAL(answer_version(), 1);
    EQUAL(ticket->ticket_id[0], 'T');
    EQUAL(ticket->customer_id[0], 'K');
    EQUAL(ticket->unit_id[0], 'U');
}

TEST(what_comes_back_is_what_is_found_later)
{
    struct order order;
    branches();

    const Ticket *made = register_one(a_repair(&order));
    const Ticket *found = seen(made->ticket_id);

    struct arena *arena = arena_new();
    struct text first = text_new(arena), second = text_new(arena);
    message_to_json(&first, &made->base);
    message_to_json(&second, &found->base);
    SAME(first.at, second.at);
    arena_free(arena);
}

TEST(the_house_hears_it_with_the_customer_masked)
{
    struct order order;
    branches();

    const Ticket *ticket = register_one(a_repair(&order));

    const TicketRegistered *event = heard(ticket_registered);
    SAME(event->ticket_id, ticket->ticket_id);
    SAME(event->state, "registered");
    SAME(event->customer->name, "王*");
    SAME(event->customer->phone, "138****8000");
    SAME(event->customer->address, "杭州市***");
    SAME(event->product_model, "BX-200");
    SAME(heard_event("intake.TicketRegistered")->branch, "hangzhou-xihu");
}

TEST(everything_missing_is_named_at_once)
{
    RegisterTicket nothing = REGISTER_TICKET__INIT;
    branches();

    ask("agent", &nothing.base);

    TRUE(was_refused(INVALID, "invalid"));
    TRUE(was_violated("branch", "missing"));
    TRUE(was_violated("kind", "missing"));
    TRUE(was_violated("channel", "missing"));
    TRUE(was_violated("customer.name", "missing"));
    TRUE(was_violated("customer.phone", "missing"));
    TRUE(was_violated("description", "missing"));
    EQUAL(violations(), 6);
}

TEST(a_repair_names_the_product_and_what_is_wrong)
{
    struct order order;
    branches();
    a_repair(&order)->product_model = "";
    order.order.serial_number = order.order.symptom = "";

    ask("agent", &order.order.base);

    TRUE(was_violated("product_model", "missing"));
    TRUE(was_violated("symptom", "missing"));
    EQUAL(violations(), 2);
}

TEST(a_question_needs_no_product)
{
    struct order order;
    branches();
    a_repair(&order)->kind = "consult";
    order.order.product_model = order.order.serial_number = order.order.symptom = "";

    const Ticket *ticket = register_one(&order.order);

    SAME(ticket->unit_id, "");
    SAME(value("select count(*) from intake.unit"), "0");
}

TEST(the_counter_asks_when_it_was_bought)
{
    struct order order;
    branches();
    a_repair(&order)->channel = "counter";
    order.order.purchased_on = "";

    ask("agent", &order.order.base);

    TRUE(was_violated("purchased_on", "missing"));
    EQUAL(violations(), 1);
}

/* Who stands there has the receipt, whatever was said of the unit before. */
TEST(the_counter_asks_again)
{
    struct order order;
    branches();
    register_one(a_repair(&order));
    a_repair(&order)->channel = "counter";
    order.order.purchased_on = order.order.product_model = "";

    ask("agent", &order.order.base);

    TRUE(was_violated("purchased_on", "missing"));
    EQUAL(violations(), 1);
}

TEST(nothing_is_bought_in_the_future)
{
    struct order order;
    branches();
    a_repair(&order)->purchased_on = "2026-03-03";
    ask("agent", &order.order.base);
    TRUE(was_violated("purchased_on", "in_future"));

    order.order.purchased_on = "2026-03-02";
    ask("agent", &order.order.base);
    TRUE(was_made());
}

TEST(a_mail_address_has_two_sides)
{
    static const char *const wrong[] = {"@b.cn", "a@", "a", "a b@c.d", "a@b@c", "a@b\n"};
    static const char *const right[] = {"a@b", "fang.wang+1@example.cn", "王芳@例子.中国"};
    struct order order;
    branches();
    a_repair(&order);

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        order.customer.email = wrong[i];
        ask("agent", &order.order.base);
        TRUE(was_violated("customer.email", "bad_email"));
    }
    for (size_t i = 0; i < LENGTH(right); i++) {
        order.customer.email = right[i];
        ask("agent", &order.order.base);
        TRUE(was_made());
    }
}

TEST(any_way_to_reach_the_customer_will_do)
{
    struct order order;
    branches();
    a_repair(&order);
    order.customer.phone = "";

    TRUE(register_one(&order.order));
}

TEST(unknown_words_are_named)
{
    struct order order;
    branches();
    a_repair(&order)->kind = "mend";
    order.order.channel = "smoke";
    order.order.impact = order.order.urgency = "huge";
    order.order.service_mode = "by_air";
    order.order.purchased_on = "2026-02-30";
    order.customer.phone = "call me";

    ask("agent", &order.order.base);

    TRUE(was_violated("kind", "unknown_word"));
    TRUE(was_violated("channel", "unknown_word"));
    TRUE(was_violated("impact", "unknown_word"));
    TRUE(was_violated("urgency", "unknown_word"));
    TRUE(was_violated("service_mode", "unknown_word"));
    TRUE(was_violated("purchased_on", "bad_date"));
    TRUE(was_violated("customer.phone", "bad_phone"));
    EQUAL(heard_count(), 0);
}

TEST(every_kind_is_accepted)
{
    struct order order;
    branches();
    a_repair(&order);

    for (size_t i = 0; ticket_kinds[i]; i++) {
        order.order.kind = ticket_kinds[i];
        SAME(register_one(&order.order)->kind, ticket_kinds[i]);
    }
}

TEST(a_branch_has_to_be_there)
{
    struct order order;
    branches();
    a_repair(&order)->branch = "nowhere";

    ask("agent", &order.order.base);

    TRUE(was_violated("branch", "unknown_branch"));
}

TEST(a_branch_beyond_the_callers_is_not_there)
{
    struct order order;
    branches();

    ask_as((struct voice){.roles = "agent", .branch = "west"}, &a_repair(&order)->base);

    TRUE(was_violated("branch", "unknown_branch"));
}

TEST(a_customer_is_found_by_telephone_however_it_is_written)
{
    struct order order;
    branches();
    const Ticket *first = register_one(a_repair(&order));
    a_repair(&order);
    order.customer.phone = "+86 138-0013-8000";
    order.customer.name = "王先生";

    const Ticket *second = register_one(&order.order);

    SAME(second->customer_id, first->customer_id);
    SAME(second->customer->name, "王先生");
    SAME(value("select count(*) from intake.customer"), "1");
    SAME(value("select name from intake.customer"), "王芳");
}

TEST(a_customer_without_telephone_is_found_by_mail)
{
    struct order order;
    branches();
    a_repair(&order);
    order.customer.phone = "";
    order.customer.email = "Wang@Example.com";
    const Ticket *first = register_one(&order.order);
    order.customer.email = "wang@example.com";

    const Ticket *second = register_one(&order.order);

    SAME(second->customer_id, first->customer_id);
}

TEST(a_unit_is_found_by_serial_number_and_completed)
{
    struct order order;
    branches();
    a_repair(&order)->purchased_on = "";
    const Ticket *first = register_one(&order.order);
    a_repair(&order);

    const Ticket *second = register_one(&order.order);

    SAME(second->unit_id, first->unit_id);
    SAME(value("select purchased_on::text from intake.unit"), "2026-02-01");
}

TEST(the_same_reference_twice_may_be_a_duplicate)
{
    struct order order;
    branches();
    a_repair(&order)->channel_ref = "call-1";
    order.order.serial_number = order.order.symptom = "a";
    const Ticket *first = register_one(&order.order);
    order.order.serial_number = order.order.symptom = "b";
    order.customer.phone = "13900139000";

    const Ticket *second = register_one(&order.order);

    EQUAL(second->n_possible_duplicates, 1);
    SAME(second->possible_duplicates[0], first->ticket_id);
    const Ticket *found = seen(second->ticket_id);
    EQUAL(found->n_possible_duplicates, 1);
    SAME(found->possible_duplicates[0], first->ticket_id);
}

TEST(another_channels_reference_is_another)
{
    struct order order;
    branches();
    a_repair(&order)->channel_ref = "1";
    order.order.serial_number = order.order.symptom = "a";
    register_one(&order.order);
    order.order.channel = "mail";
    order.order.serial_number = order.order.symptom = "b";

    EQUAL(register_one(&order.order)->n_possible_duplicates, 0);
}

/* ---- what callers with a branch may learn ---- */

/* The same customer, unit and reference again, with no more said of the unit than its number. */
static const Ticket *again_in(const char *branch, const char *callers)
{
    struct order order;

    a_repair(&order)->branch = branch;
    order.order.channel_ref = "call-1";
    order.order.product_model = order.order.purchased_on = "";
    return register_as((struct voice){.roles = "agent", .branch = callers}, &order.order);
}

static const Ticket *first_in_xihu(void)
{
    struct order order;

    branches();
    a_repair(&order)->channel_ref = "call-1";
    return register_one(&order.order);
}

TEST(a_ticket_of_another_branch_is_no_duplicate_to_tell)
{
    const Ticket *first = first_in_xihu();

    const Ticket *second = again_in("west", "west");

    EQUAL(second->n_possible_duplicates, 0);
    SAME(second->customer_id, first->customer_id);
    SAME(second->unit_id, first->unit_id);
}

TEST(a_ticket_below_the_callers_branch_may_be_a_duplicate)
{
    const Ticket *first = first_in_xihu();

    const Ticket *second = again_in("hangzhou", "hangzhou");

    EQUAL(second->n_possible_duplicates, 1);
    SAME(second->possible_duplicates[0], first->ticket_id);
}

TEST(who_sees_every_branch_sees_every_duplicate)
{
    first_in_xihu();
    again_in("west", "west");

    EQUAL(again_in("west", "")->n_possible_duplicates, 2);
}

TEST(what_another_branch_knows_of_a_unit_is_not_told)
{
    first_in_xihu();

    const Ticket *told = again_in("west", "west");
    SAME(told->product_model, "");
    SAME(told->purchased_on, "");

    told = again_in("hangzhou", "hangzhou");
    SAME(told->product_model, "BX-200");
    SAME(told->purchased_on, "2026-02-01");
}

TEST(what_is_known_of_a_unit_is_completed_by_those_who_may_know_it)
{
    struct order order;
    branches();
    a_repair(&order)->purchased_on = "";
    register_one(&order.order);

    a_repair(&order)->branch = "west";
    register_as((struct voice){.roles = "agent", .branch = "west"}, &order.order);
    SAME(value("select purchased_on::text from intake.unit"), "");

    a_repair(&order)->branch = "hangzhou";
    register_as((struct voice){.roles = "agent", .branch = "hangzhou"}, &order.order);
    SAME(value("select purchased_on::text from intake.unit"), "2026-02-01");
}

TEST(the_same_thing_again_within_thirty_days_may_be_a_duplicate)
{
    struct order order;
    branches();
    const Ticket *first = register_one(a_repair(&order));

    later(30LL * DAY);
    const Ticket *second = register_one(&order.order);

    EQUAL(second->n_possible_duplicates, 1);
    SAME(second->possible_duplicates[0], first->ticket_id);
}

TEST(after_thirty_days_it_is_another_thing)
{
    struct order order;
    branches();
    register_one(a_repair(&order));

    later(30LL * DAY + 1);

    EQUAL(register_one(&order.order)->n_possible_duplicates, 0);
}

TEST(what_is_over_is_not_repeated)
{
    struct order order;
    a_ticket("closed");

    EQUAL(register_one(a_repair(&order))->n_possible_duplicates, 0);
}

TEST(when_the_customer_spoke_is_kept_apart_from_when_it_was_written)
{
    struct order order;
    branches();
    a_repair(&order)->received_at = "2026-03-02T16:30:00+08:00";

    const Ticket *ticket = register_one(&order.order);

    SAME(ticket->received_at, "2026-03-02T08:30:00Z");
    SAME(ticket->recorded_at, "2026-03-02T09:00:00Z");
}

TEST(nobody_has_spoken_in_the_future)
{
    struct order order;
    branches();
    a_repair(&order)->received_at = "2026-03-02T09:00:00.001Z";

    ask("agent", &order.order.base);

    TRUE(was_violated("received_at", "in_future"));
}

TEST(an_instant_that_is_none_is_refused)
{
    struct order order;
    branches();
    a_repair(&order)->received_at = "yesterday";

    ask("agent", &order.order.base);

    TRUE(was_violated("received_at", "bad_instant"));
}

TEST(only_importers_date_what_they_tell)
{
    struct order order;
    branches();
    a_repair(&order)->occurred_at = "2016-02-29T01:16:00Z";

    ask("agent", &order.order.base);
    TRUE(was_violated("occurred_at", "not_allowed"));

    const Ticket *ticket = register_as((struct voice){.roles = "importer"}, &order.order);
    SAME(ticket->received_at, "2016-02-29T01:16:00Z");
    SAME(ticket->recorded_at, "2026-03-02T09:00:00Z");
    EQUAL(heard_event("intake.TicketRegistered")->occurred_at_ms, 1456708560000);
}

TEST(importers_tell_the_past)
{
    struct order order;
    branches();

    a_repair(&order)->occurred_at = "2026-03-02T09:00:00.001Z";
    ask("importer", &order.order.base);
    TRUE(was_violated("occurred_at", "in_future"));

    order.order.occurred_at = "yesterday";
    ask("importer", &order.order.base);
    TRUE(was_violated("occurred_at", "bad_instant"));
}

TEST(impact_and_urgency_make_the_priority)
{
    static const char *const expected[3][3] = {
        {"low",    "low",    "medium"  },
        {"low",    "medium", "high"    },
        {"medium", "high",   "critical"}
    };
    struct order order;
    branches();
    a_repair(&order);

    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            order.order.impact = levels[i];
            order.order.urgency = levels[j];
            SAME(register_one(&order.order)->priority, expected[i][j]);
        }
}

TEST(the_same_key_registers_once)
{
    struct voice voice = {.roles = "agent", .key = "call-77812"};
    struct order order;
    branches();
    const Ticket *first = register_as(voice, a_repair(&order));

    const Ticket *second = register_as(voice, &order.order);

    TRUE(was_replayed());
    SAME(second->ticket_id, first->ticket_id);
    SAME(value("select count(*) from intake.ticket"), "1");
}

ROOM(intake, cmocka_unit_test(what_was_said_comes_back),
     cmocka_unit_test(what_comes_back_is_what_is_found_later),
     cmocka_unit_test(the_house_hears_it_with_the_customer_masked),
     cmocka_unit_test(everything_missing_is_named_at_once),
     cmocka_unit_test(a_repair_names_the_product_and_what_is_wrong),
     cmocka_unit_test(a_question_needs_no_product),
     cmocka_unit_test(the_counter_asks_when_it_was_bought),
     cmocka_unit_test(the_counter_asks_again), cmocka_unit_test(nothing_is_bought_in_the_future),
     cmocka_unit_test(a_mail_address_has_two_sides),
     cmocka_unit_test(any_way_to_reach_the_customer_will_do),
     cmocka_unit_test(unknown_words_are_named), cmocka_unit_test(every_kind_is_accepted),
     cmocka_unit_test(a_branch_has_to_be_there),
     cmocka_unit_test(a_branch_beyond_the_callers_is_not_there),
     cmocka_unit_test(a_customer_is_found_by_telephone_however_it_is_written),
     cmocka_unit_test(a_customer_without_telephone_is_found_by_mail),
     cmocka_unit_test(a_unit_is_found_by_serial_number_and_completed),
     cmocka_unit_test(the_same_reference_twice_may_be_a_duplicate),
     cmocka_unit_test(another_channels_reference_is_another),
     cmocka_unit_test(a_ticket_of_another_branch_is_no_duplicate_to_tell),
     cmocka_unit_test(a_ticket_below_the_callers_branch_may_be_a_duplicate),
     cmocka_unit_test(who_sees_every_branch_sees_every_duplicate),
     cmocka_unit_test(what_another_branch_knows_of_a_unit_is_not_told),
     cmocka_unit_test(what_is_known_of_a_unit_is_completed_by_those_who_may_know_it),
     cmocka_unit_test(the_same_thing_again_within_thirty_days_may_be_a_duplicate),
     cmocka_unit_test(after_thirty_days_it_is_another_thing),
     cmocka_unit_test(what_is_over_is_not_repeated),
     cmocka_unit_test(when_the_customer_spoke_is_kept_apart_from_when_it_was_written),
     cmocka_unit_test(nobody_has_spoken_in_the_future),
     cmocka_unit_test(an_instant_that_is_none_is_refused),
     cmocka_unit_test(only_importers_date_what_they_tell),
     cmocka_unit_test(importers_tell_the_past),
     cmocka_unit_test(impact_and_urgency_make_the_priority),
     cmocka_unit_test(the_same_key_registers_once))

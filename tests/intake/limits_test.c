#include "desk.h"

#include <stdlib.h>
#include <string.h>

enum { NOISE_MOST = 20000 };

/* So many bytes that no index can make smaller. */
static const char *noise(size_t size)
{
    static char text[NOISE_MOST + 1];
    unsigned seed = 1;

    assert_true(size <= NOISE_MOST);
    for (size_t i = 0; i < size; i++)
        text[i] = (char)('a' + rand_r(&seed) % 26);
    text[size / 2] = '@'; /* a mail address has one */
    text[size] = '\0';
    return text;
}

static void say(struct arena *arena, ProtobufCMessage *order, const char *field, const char *text)
{
    struct flaw flaw = {0};

    assert_true(message_set(arena, order, field, text, &flaw));
}

/* How much is wrong with a command that says nothing but this. */
static size_t flaws_of(const struct command *command, const char *field, const char *text)
{
    struct arena *arena = arena_new();
    ProtobufCMessage *order = message_new(arena, command->message);

    say(arena, order, field, text);
    ask("admin", order);
    arena_free(arena);
    return violations();
}

static bool has(const ProtobufCMessageDescriptor *type, const char *field)
{
    return strncmp(field, "customer.", 9) == 0 ? message_has(type, "customer")
                                               : message_has(type, field);
}

TEST(every_text_of_every_command_has_its_limit)
{
    branches();
    for (size_t i = 0; i < intake.commands.count; i++)
        for (size_t j = 0; j < intake.limits.count; j++) {
            const struct command *command = &intake.commands.rows[i];
            const struct limit *limit = &intake.limits.rows[j];
            if (!has(command->message, limit->field))
                continue;

            size_t fits = flaws_of(command, limit->field, noise(limit->most));
            size_t over = flaws_of(command, limit->field, noise(limit->most + 1));

            TRUE(was_violated(limit->field, "too_long"));
            EQUAL(over, fits + 1);
        }
}

/* A field without one would be one that nobody thought of. */
TEST(every_text_has_a_limit_or_a_form)
{
    static const char *const forms[] = {"ticket_id",   "into",        "kind",        "channel",
                                        "impact",      "urgency",     "priority",    "service_mode",
                                        "time_zone",   "customer",    "waiting_for", "purchased_on",
                                        "received_at", "occurred_at", NULL};

    for (size_t i = 0; i < intake.commands.count; i++) {
        const ProtobufCMessageDescriptor *type = intake.commands.rows[i].message;
        for (unsigned j = 0; j < type->n_fields; j++) {
            const char *field = type->fields[j].name;
            bool limited =
                word_is_among(field, forms) || type->fields[j].type != PROTOBUF_C_TYPE_STRING;
            for (size_t k = 0; k < intake.limits.count; k++)
                limited = limited || strcmp(intake.limits.rows[k].field, field) == 0;
            if (!limited)
                fail_msg("%s.%s", type->name, field);
        }
    }
}

TEST(whatever_is_too_long_is_named_at_once_and_with_the_rest)
{
    struct order order;
    branches();
    a_repair(&order)->channel_ref = noise(3000);
    order.order.serial_number = order.order.assignee = order.customer.email = noise(3000);
    order.order.symptom = "";

    ask("agent", &order.order.base);

    TRUE(was_refused(INVALID, "invalid"));
    TRUE(was_violated("channel_ref", "too_long"));
    TRUE(was_violated("serial_number", "too_long"));
    TRUE(was_violated("assignee", "too_long"));
    TRUE(was_violated("customer.email", "too_long"));
    TRUE(was_violated("symptom", "missing"));
    EQUAL(violations(), 5);
    EQUAL(heard_count(), 0);
}

TEST(what_is_as_long_as_it_may_be_is_registered)
{
    struct arena *arena = arena_new();
    struct order order;
    branches();
    a_repair(&order);
    for (size_t i = 0; i < intake.limits.count; i++) {
        const char *field = intake.limits.rows[i].field;
        if (strcmp(field, "branch") != 0 && strcmp(field, "customer.phone") != 0
            && has(&register_ticket__descriptor, field))
            say(arena, &order.order.base, field, noise(intake.limits.rows[i].most));
    }
    order.customer.phone = ""; /* so that mail is what the customer is known by */

    ask("agent", &order.order.base);

    TRUE(was_made());
    arena_free(arena);
}

TEST(a_ticket_is_amended_within_limits)
{
    AmendTicket order = AMEND_TICKET__INIT;
    order.ticket_id = a_ticket("registered");
    order.given_assignee_case = AMEND_TICKET__GIVEN_ASSIGNEE_ASSIGNEE;

    order.assignee = noise(201);
    ask("agent", &order.base);
    TRUE(was_refused(INVALID, "invalid"));

    order.assignee = noise(200);
    ask("agent", &order.base);
    TRUE(was_done());
}

ROOM(intake, cmocka_unit_test(every_text_of_every_command_has_its_limit),
     cmocka_unit_test(every_text_has_a_limit_or_a_form),
     cmocka_unit_test(whatever_is_too_long_is_named_at_once_and_with_the_rest),
     cmocka_unit_test(what_is_as_long_as_it_may_be_is_registered),
     cmocka_unit_test(a_ticket_is_amended_within_limits))

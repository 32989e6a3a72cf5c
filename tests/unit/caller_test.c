#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/caller.h"

static void every_role_a_key_may_hold_has_a_word(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (uint32_t bit = 1; bit < SERVICE; bit <<= 1)
        assert_int_equal(role_bit(role_words(arena, bit)), bit);
    arena_free(arena);
}

static void a_key_cannot_hold_what_is_no_role(void **state)
{
    static const char *const words[] = {"service", "", "Agent", "agents", "agent, lead", "root"};

    (void)state;
    for (size_t i = 0; i < LENGTH(words); i++)
        assert_int_equal(role_bit(words[i]), 0);
}

static void roles_are_words_in_order(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(role_words(arena, LEAD | AGENT), "agent, lead");
    assert_string_equal(role_words(arena, SERVICE), "service");
    assert_string_equal(role_words(arena, 0), "");
    assert_string_equal(role_words(arena, ANYONE),
                        "admin, agent, lead, manager, dispatcher, technician, inspector, finance, "
                        "auditor, provider, subscriber, importer, service");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_a_key_may_hold_has_a_word),
        cmocka_unit_test(a_key_cannot_hold_what_is_no_role),
        cmocka_unit_test(roles_are_words_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

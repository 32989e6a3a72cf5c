#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct arena *arena;

static int make(void **state)
{
    arena = arena_new();
    return 0;
}

static int forget(void **state)
{
    arena_free(arena);
    return 0;
}

static void it_begins_empty(void **state)
{
    struct text text = text_new(arena);

    assert_string_equal(text.at, "");
    assert_int_equal(text.length, 0);
}

static void it_grows_a_byte_at_a_time(void **state)
{
    struct text text = text_new(arena);

    for (size_t i = 1; i <= 1000; i++) {
        text_add(&text, "x");
        assert_int_equal(text.length, i);
        assert_int_equal(strlen(text.at), i);
    }
}

static void it_grows_by_leaps(void **state)
{
    struct text text = text_new(arena);
    char leap[5000];
    memset(leap, 'y', sizeof leap);

    text_add(&text, "<");
    text_add_bytes(&text, leap, sizeof leap);
    text_add(&text, ">");

    assert_int_equal(text.length, sizeof leap + 2);
    assert_int_equal(text.at[0], '<');
    assert_int_equal(text.at[sizeof leap], 'y');
    assert_string_equal(text.at + sizeof leap + 1, ">");
}

static void bytes_may_hold_nul(void **state)
{
    struct text text = text_new(arena);

    text_add_bytes(&text, "a\0b", 3);
    text_add_bytes(&text, NULL, 0);

    assert_int_equal(text.length, 3);
    assert_memory_equal(text.at, "a\0b", 4);
}

/* Lengths around the room of a new text: the NUL has to fit as well. */
static void print_fits_at_every_length(void **state)
{
    for (int length = 60; length <= 70; length++) {
        struct text text = text_new(arena);
        text_print(&text, "%*d", length, 5);
        text_print(&text, "%s", "!");
        assert_int_equal(text.length, length + 1);
        assert_int_equal(strlen(text.at), length + 1);
        assert_int_equal(text.at[length], '!');
    }
}

static void empty_and_absent_are_told_apart_where_it_matters(void **state)
{
    assert_true(text_empty(NULL));
    assert_true(text_empty(""));
    assert_false(text_empty(" "));
    assert_null(text_or_null(""));
    assert_string_equal(text_or_null("a"), "a");
    assert_string_equal(text_or_empty(NULL), "");
    assert_string_equal(text_or_empty("a"), "a");
}

static void white_space_says_nothing(void **state)
{
    static const char *const blank[] = {NULL, "", " ", "\t\r\n ", "\u3000", " \u3000 "};
    static const char *const said[] = {"x", " x ", "\u3000x", "王", "\u3001", "\xe3\x80"};

    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_true(text_blank(blank[i]));
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_false(text_blank(said[i]));
}

static void names_become_snakes(void **state)
{
    assert_string_equal(text_snake(arena, "RegisterTicket"), "register_ticket");
    assert_string_equal(text_snake(arena, "Ticket"), "ticket");
    assert_string_equal(text_snake(arena, ""), "");
}

static void events_are_a_noun_and_what_happened(void **state)
{
    assert_string_equal(text_event_type(arena, "intake.TicketRegistered"), "ticket.registered");
    assert_string_equal(text_event_type(arena, "TicketRegistered"), "ticket.registered");
    assert_string_equal(text_event_type(arena, "dispatch.JobGivenUp"), "job.given_up");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_begins_empty),
        TEST(it_grows_a_byte_at_a_time),
        TEST(it_grows_by_leaps),
        TEST(bytes_may_hold_nul),
        TEST(print_fits_at_every_length),
        TEST(empty_and_absent_are_told_apart_where_it_matters),
        TEST(white_space_says_nothing),
        TEST(names_become_snakes),
        TEST(events_are_a_noun_and_what_happened),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

#include "plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void control_characters_are_shown_and_not_obeyed(void **unused)
{
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {"soon",               "soon"              },
        {"",                   ""                  },
        {"\033[2Jgone\a",      "\\x1b[2Jgone\\x07" },
        {"one\ntwo\r\n",       "one\\ntwo\\x0d\\n" },
        {"\x7f\t",             "\\x7f\\x09"        },
        {"\xc2\x9b"
         "2J",        "\\x9b2J"           },
        {"\xc2\xa0\xc3\x9b",   "\xc2\xa0\xc3\x9b"  },
        {"通电后不加热", "通电后不加热"},
        {"cut off \xc2",       "cut off \xc2"      },
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(plain(arena, rows[i].text), rows[i].shown);
    arena_free(arena);
}

static void a_value_does_not_run_into_its_neighbours(void **unused)
{
    struct arena *arena = arena_new();

    assert_string_equal(plain_value(arena, "closed"), "closed");
    assert_string_equal(plain_value(arena, "x state=closed"), "\"x state=closed\"");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_shown_and_not_obeyed),
        cmocka_unit_test(a_value_does_not_run_into_its_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

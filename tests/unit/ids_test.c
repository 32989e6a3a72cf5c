#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ids.h"
#include "base/table.h"

static const int64_t numbers[] = {1000001,  1000234,   9999999,
                                  10000000, 123456789, 999999999999999999};

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

static void a_number_comes_back(void **state)
{
    int64_t number;

    for (size_t i = 0; i < LENGTH(numbers); i++) {
        assert_int_equal(id_parse(id_text(arena, 'T', numbers[i]), 'T', &number), ID_OK);
        assert_true(number == numbers[i]);
    }
}

/* 572 → 4 is the example of the paper. */
static void the_check_digit_is_damm_s(void **state)
{
    int64_t number;

    assert_string_equal(id_text(arena, 'T', 572), "T00005724");
    assert_string_equal(id_text(arena, 'T', 1000234), "T10002345");
    assert_int_equal(id_parse("T10002347", 'T', &number), ID_BAD_CHECK_DIGIT);
}

static void every_wrong_digit_is_found(void **state)
{
    int64_t number;

    for (size_t i = 0; i < LENGTH(numbers); i++) {
        char *id = id_text(arena, 'T', numbers[i]);
        for (size_t at = 1; id[at]; at++)
            for (char digit = '0'; digit <= '9'; digit++) {
                char *wrong = arena_copy(arena, id);
                wrong[at] = digit;
                assert_int_equal(id_parse(wrong, 'T', &number) == ID_OK, digit == id[at]);
            }
    }
}

static void every_swap_of_neighbours_is_found(void **state)
{
    int64_t number;

    for (size_t i = 0; i < LENGTH(numbers); i++) {
        char *id = id_text(arena, 'T', numbers[i]);
        for (size_t at = 1; id[at + 1]; at++) {
            char *wrong = arena_copy(arena, id);
            wrong[at] = id[at + 1];
            wrong[at + 1] = id[at];
            assert_int_equal(id_parse(wrong, 'T', &number) == ID_OK, id[at] == id[at + 1]);
        }
    }
}

static void what_is_no_identifier_is_malformed(void **state)
{
    static const char *const cases[] = {
        "",
        "T",
        "J10002345",
        "t10002345",
        "10002345",
        "T1000234",
        "T10002345 ",
        " T10002345",
        "T1000234X",
        "T-1000234",
        "T010002345",
        "T10002345\n",
        "T10000000000000000003", /* twenty digits */
    };
    int64_t number;

    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(id_parse(cases[i], 'T', &number), ID_MALFORMED);
}

static void the_first_number_has_eight_digits(void **state)
{
    assert_int_equal(strlen(id_text(arena, 'T', ids_first)), 1 + 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_number_comes_back),
        TEST(the_check_digit_is_damm_s),
        TEST(every_wrong_digit_is_found),
        TEST(every_swap_of_neighbours_is_found),
        TEST(what_is_no_identifier_is_malformed),
        TEST(the_first_number_has_eight_digits),
    };
    return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}

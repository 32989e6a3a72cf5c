#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

/* What the arena gives a block of its own, and what fills many common ones. */
enum { BIG = 100 * 1000, SMALL = 48, MANY = 5000 };

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

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

static void memory_comes_zeroed_after_a_reset_too(void **state)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            unsigned char *small = arena_take(arena, SMALL);
            assert_true(is_zero(small, SMALL));
            memset(small, 0xff, SMALL);
        }
        unsigned char *big = arena_take(arena, BIG);
        assert_true(is_zero(big, BIG));
        memset(big, 0xff, BIG);
        arena_reset(arena);
    }
}

static void takes_do_not_overlap(void **state)
{
    unsigned char *taken[MANY];

    for (int i = 0; i < MANY; i++) {
        taken[i] = arena_take(arena, 1 + (size_t)i % 200);
        memset(taken[i], i & 0xff, 1 + (size_t)i % 200);
    }

    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < 1 + i % 200; j++)
            assert_int_equal(taken[i][j], i & 0xff);
}

static void everything_may_stand_in_it(void **state)
{
    for (size_t size = 0; size < 300; size++)
        assert_int_equal((uintptr_t)arena_take(arena, size) % alignof(max_align_t), 0);
    assert_int_equal((uintptr_t)arena_take(arena, BIG) % alignof(max_align_t), 0);
}

static void blocks_are_used_again(void **state)
{
    void *first = arena_take(arena, SMALL);
    for (int i = 0; i < MANY; i++)
        arena_take(arena, SMALL);
    arena_reset(arena);

    assert_ptr_equal(arena_take(arena, SMALL), first);
}

static void it_knows_how_much_was_taken(void **state)
{
    assert_int_equal(arena_taken(arena), 0);
    arena_take(arena, BIG);
    arena_take(arena, SMALL);
    assert_in_range(arena_taken(arena), BIG + SMALL, BIG + SMALL + 32);
    arena_reset(arena);
    assert_int_equal(arena_taken(arena), 0);
}

static void the_latest_grows_where_it_is(void **state)
{
    unsigned char *first = arena_take(arena, SMALL);
    memset(first, 0xff, SMALL);
    assert_ptr_equal(arena_grow(arena, first, SMALL, 2 * SMALL), first);
    assert_true(is_zero(first + SMALL, SMALL));
    assert_int_equal(arena_taken(arena), 2 * SMALL);
    unsigned char *next = arena_take(arena, SMALL);
    assert_true(next >= first + 2 * SMALL);
}

static void what_can_not_grow_there_moves(void **state)
{
    unsigned char *first = arena_take(arena, SMALL);
    memset(first, 0xff, SMALL);
    arena_take(arena, 1);
    unsigned char *moved = arena_grow(arena, first, SMALL, BIG);
    assert_ptr_not_equal(moved, first);
    assert_memory_equal(moved, first, SMALL);
    assert_true(is_zero(moved + SMALL, BIG - SMALL));

    /* From block to block, and at last to one of its own. */
    size_t size = 1;
    unsigned char *at = arena_take(arena, size);
    for (*at = 7; size < BIG; size *= 3)
        at = arena_grow(arena, at, size, size * 3);
    assert_int_equal(*at, 7);
    assert_true(is_zero(at + 1, size - 1));
}

static void copies_are_their_own(void **state)
{
    char original[] = "once";
    char *copy = arena_copy(arena, original);
    original[0] = 'x';

    assert_string_equal(copy, "once");
    assert_memory_equal(arena_copy_bytes(arena, "a\0b", 3), "a\0b", 3);
}

static void print_holds_any_length(void **state)
{
    char *wide = arena_print(arena, "%*d", BIG, 7);

    assert_int_equal(strlen(wide), BIG);
    assert_int_equal(wide[BIG - 1], '7');
    assert_int_equal(strlen(arena_print(arena, "%255s", "")), 255);
    assert_int_equal(strlen(arena_print(arena, "%256s", "")), 256);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_comes_zeroed_after_a_reset_too),
        TEST(takes_do_not_overlap),
        TEST(everything_may_stand_in_it),
        TEST(blocks_are_used_again),
        TEST(it_knows_how_much_was_taken),
        TEST(the_latest_grows_where_it_is),
        TEST(what_can_not_grow_there_moves),
        TEST(copies_are_their_own),
        TEST(print_holds_any_length),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "edge/bundle.h"

static struct bundle bundle;
static const uint8_t zeros[BUNDLE_MOST];

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static struct bytes so_many(size_t size)
{
    return (struct bytes){zeros, size};
}

static struct bytes packed(void)
{
    return (struct bytes){bundle.packed, bundle.size};
}

static void assert_next(struct bytes *left, const char *header, const char *body)
{
    struct bytes first, second;

    assert_true(bundle_next(left, &first, &second));
    assert_int_equal(first.size, strlen(header));
    assert_memory_equal(first.at, header, first.size);
    assert_int_equal(second.size, strlen(body));
    assert_memory_equal(second.at, body, second.size);
}

/* A copy that ends where memory ends, for the sanitizer to see who reads on. */
static unsigned count_of_copy(const uint8_t *at, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, at, size);
    unsigned count = bundle_count((struct bytes){copy, size});
    free(copy);
    return count;
}

static void what_is_put_in_comes_out_in_order(void **state)
{
    bundle_add(&bundle, bytes_of("one"), bytes_of("first"));
    bundle_add(&bundle, bytes_of(""), bytes_of(""));
    bundle_add(&bundle, bytes_of("three"), bytes_of(""));

    struct bytes left = packed();
    assert_int_equal(bundle_count(left), 3);
    assert_next(&left, "one", "first");
    assert_next(&left, "", "");
    assert_next(&left, "three", "");
    assert_int_equal(left.size, 0);
}

static void the_sizes_come_first_and_their_highest_byte_before_the_others(void **state)
{
    const uint8_t expected[] = {0, 0, 0, 1, 0, 0, 1, 2, 'h'};

    bundle_add(&bundle, bytes_of("h"), so_many(258));

    assert_int_equal(bundle.size, BUNDLE_SIZES + 1 + 258);
    assert_memory_equal(bundle.packed, expected, sizeof expected);
}

static void cut_anywhere_it_is_no_bundle(void **state)
{
    bundle_add(&bundle, bytes_of("one"), bytes_of("first"));
    size_t first = bundle.size;
    bundle_add(&bundle, bytes_of("two"), bytes_of("second"));

    for (size_t size = 0; size < bundle.size; size++)
        assert_int_equal(count_of_copy(bundle.packed, size), size == first ? 1 : 0);
    assert_int_equal(count_of_copy(bundle.packed, bundle.size), 2);
}

static void sizes_beyond_the_end_are_no_bundle(void **state)
{
    bundle_add(&bundle, bytes_of("one"), bytes_of("first"));

    for (size_t at = 0; at < BUNDLE_SIZES; at++)
        for (unsigned larger = bundle.packed[at] + 1U; larger <= UINT8_MAX; larger++) {
            uint8_t broken[64];
            memcpy(broken, bundle.packed, bundle.size);
            broken[at] = (uint8_t)larger;
            assert_int_equal(count_of_copy(broken, bundle.size), 0);
        }
}

static void so_many_are_in_it_and_not_one_more(void **state)
{
    uint8_t one_more[(BUNDLE_COUNT_MOST + 1) * BUNDLE_SIZES] = {0};

    for (unsigned i = 0; i < BUNDLE_COUNT_MOST; i++)
        bundle_add(&bundle, so_many(0), so_many(0));

    assert_false(bundle_fits(&bundle, so_many(0), so_many(0)));
    assert_int_equal(bundle_count(packed()), BUNDLE_COUNT_MOST);
    assert_int_equal(count_of_copy(one_more, sizeof one_more - BUNDLE_SIZES), BUNDLE_COUNT_MOST);
    assert_int_equal(count_of_copy(one_more, sizeof one_more), 0);
}

static void so_many_bytes_are_in_it_and_not_one_more(void **state)
{
    uint8_t *more = calloc(1, BUNDLE_MOST + 1);

    assert_true(bundle_fits(&bundle, so_many(1), so_many(BUNDLE_MOST - BUNDLE_SIZES - 1)));
    assert_false(bundle_fits(&bundle, so_many(1), so_many(BUNDLE_MOST - BUNDLE_SIZES)));
    assert_false(bundle_fits(&bundle, so_many(BUNDLE_MOST - BUNDLE_SIZES + 1), so_many(0)));
    bundle_add(&bundle, so_many(1), so_many(BUNDLE_MOST - BUNDLE_SIZES - 1));
    assert_int_equal(bundle_count(packed()), 1);
    assert_false(bundle_fits(&bundle, so_many(0), so_many(0)));

    memcpy(more, bundle.packed, BUNDLE_MOST);
    more[7]++;
    assert_int_equal(count_of_copy(more, BUNDLE_MOST + 1), 0);
    free(more);
}

static int begin(void **state)
{
    bundle_empty(&bundle);
    return 0;
}

#define BEGUN(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEGUN(what_is_put_in_comes_out_in_order),
        BEGUN(the_sizes_come_first_and_their_highest_byte_before_the_others),
        BEGUN(cut_anywhere_it_is_no_bundle),
        BEGUN(sizes_beyond_the_end_are_no_bundle),
        BEGUN(so_many_are_in_it_and_not_one_more),
        BEGUN(so_many_bytes_are_in_it_and_not_one_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

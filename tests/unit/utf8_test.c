#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* The bytes of a code point in the form with this many bytes, shortest or not. */
static void encode(uint32_t point, size_t size, unsigned char *bytes)
{
    static const unsigned char leads[] = {0, 0x00, 0xc0, 0xe0, 0xf0};

    for (size_t i = size; i-- > 1; point >>= 6)
        bytes[i] = (unsigned char)(0x80 | (point & 0x3f));
    bytes[0] = (unsigned char)(leads[size] | point);
}

static size_t shortest(uint32_t point)
{
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

static void every_character_is_text_in_its_shortest_form_only(void **state)
{
    unsigned char bytes[4];

    (void)state;
    for (uint32_t point = 0; point < 0x1fffff; point++)
        for (size_t size = shortest(point); size <= 4; size++) {
            encode(point, size, bytes);
            bool surrogate = point >= 0xd800 && point <= 0xdfff;
            bool text = size == shortest(point) && !surrogate && point <= 0x10ffff;
            if (utf8_is(bytes, size) != text)
                fail_msg("U+%04X in %zu bytes", point, size);
        }
}

static void what_is_cut_short_counts_up_to_the_cut(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid("王芳", 6), 6);
    assert_int_equal(utf8_valid("王芳", 5), 3);
    assert_int_equal(utf8_valid("王芳", 2), 0);
    assert_int_equal(utf8_valid("", 0), 0);
    assert_int_equal(utf8_valid("12345678901234\xff", 15), 14);
    assert_int_equal(utf8_valid("1234567\xc2", 8), 7);
}

static void no_byte_alone_above_ascii_is_text(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++)
        assert_int_equal(utf8_is((const char[]){(char)byte}, 1), byte < 0x80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_text_in_its_shortest_form_only),
        cmocka_unit_test(what_is_cut_short_counts_up_to_the_cut),
        cmocka_unit_test(no_byte_alone_above_ascii_is_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

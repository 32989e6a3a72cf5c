#include "events/cursor.h"

#include "room.h"

#include <string.h>

static const struct cursor cursor = {
    {1, 0, 255, 1ull << 40, UINT64_MAX}
};

TEST(a_cursor_is_read_as_it_was_printed)
{
    char text[CURSOR_SIZE + 1];
    struct cursor again;

    cursor_print(&cursor, text);

    EQUAL(strlen(text), CURSOR_SIZE);
    TRUE(cursor_parse(text, &again));
    assert_memory_equal(&again, &cursor, sizeof cursor);
}

TEST(a_foreign_word_is_no_cursor)
{
    char text[CURSOR_SIZE + 1];
    struct cursor again;
    cursor_print(&cursor, text);

    for (size_t i = 0; i < CURSOR_SIZE; i++) {
        char right = text[i];
        text[i] = right == 'A' ? 'B' : 'A';
        TRUE(!cursor_parse(text, &again));
        text[i] = '!';
        TRUE(!cursor_parse(text, &again));
        text[i] = right;
    }
    text[CURSOR_SIZE - 1] = '\0';
    TRUE(!cursor_parse(text, &again));
    TRUE(!cursor_parse("", &again));
    TRUE(!cursor_parse("start", &again));
}

TEST(sources_keep_their_places)
{
    EQUAL(source_index("intake"), 0);
    EQUAL(source_index("dispatch"), 1);
    EQUAL(source_index("returns"), 2);
    EQUAL(source_index("complaints"), 3);
    EQUAL(source_index("reporting"), 4);
    EQUAL(source_index("gateway"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_is_read_as_it_was_printed),
        cmocka_unit_test(a_foreign_word_is_no_cursor),
        cmocka_unit_test(sources_keep_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

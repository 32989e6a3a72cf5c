#include "http/values.h"

#include "room.h"

#include <string.h>

static struct arena *arena;

TEST(an_idempotency_key_is_bare_or_quoted)
{
    SAME(value_idempotency_key(arena, "a-1"), "a-1");
    SAME(value_idempotency_key(arena, "\"a-1\""), "a-1");
    SAME(value_idempotency_key(arena, "\"a\\\"\\\\b\""), "a\"\\b");
    SAME(value_idempotency_key(arena, "a b"), "a b");
    assert_null(value_idempotency_key(arena, ""));
    assert_null(value_idempotency_key(arena, "\"\""));
    assert_null(value_idempotency_key(arena, "\"a\\b\""));
    assert_null(value_idempotency_key(arena, "\"a\\\""));
    assert_null(value_idempotency_key(arena, "a\"b"));
    assert_null(value_idempotency_key(arena, "\"a"));
    assert_null(value_idempotency_key(arena, "\xc3\xa4"));
    assert_null(value_idempotency_key(arena, "a\tb"));
}

TEST(an_idempotency_key_has_its_length)
{
    char key[IDEMPOTENCY_KEY_MOST + 2] = {0};
    memset(key, 'k', IDEMPOTENCY_KEY_MOST);
    assert_non_null(value_idempotency_key(arena, key));
    assert_non_null(value_idempotency_key(arena, arena_print(arena, "\"%s\"", key)));
    key[IDEMPOTENCY_KEY_MOST] = 'k';
    assert_null(value_idempotency_key(arena, key));
}

TEST(a_version_is_a_strong_tag)
{
    uint64_t version = 9;
    TRUE(value_version("\"7\"", &version));
    EQUAL(version, 7);
    TRUE(value_version("*", &version));
    EQUAL(version, 0);
    TRUE(!value_version("7", &version));
    TRUE(!value_version("W/\"7\"", &version));
    TRUE(!value_version("\"7\", \"8\"", &version));
    TRUE(!value_version("\"0\"", &version));
    TRUE(!value_version("\"\"", &version));
    TRUE(!value_version("\"-7\"", &version));
}

TEST(a_list_of_tags_names_versions)
{
    TRUE(value_lists_version("\"7\"", 7));
    TRUE(value_lists_version("\"1\", W/\"7\"", 7));
    TRUE(value_lists_version("*", 7));
    TRUE(!value_lists_version("\"77\"", 7));
    TRUE(!value_lists_version("7", 7));
}

TEST(types_are_accepted)
{
    TRUE(value_accepts(NULL, "application/json"));
    TRUE(value_accepts("*/*", "application/json"));
    TRUE(value_accepts("application/*;q=0.3", "application/json"));
    TRUE(value_accepts("text/html, application/json", "application/json"));
    TRUE(!value_accepts("text/html", "application/json"));
    TRUE(!value_accepts("application/json;q=0", "application/json"));
    TRUE(!value_accepts("application/jsonx", "application/json"));
}

TEST(bodies_are_utf_8)
{
    TRUE(value_is_type("application/json", "application/json"));
    TRUE(value_is_type("Application/JSON; charset=UTF-8", "application/json"));
    TRUE(!value_is_type("application/json; charset=gbk", "application/json"));
    TRUE(!value_is_type("application/jsonp", "application/json"));
    TRUE(!value_is_type("text/plain", "application/json"));
}

TEST(a_trace_is_taken_or_left)
{
    char id[33];
    TRUE(value_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", id));
    SAME(id, "0af7651916cd43dd8448eb211c80319c");
    TRUE(!value_trace("00-00000000000000000000000000000000-b7ad6b7169203331-01", id));
    TRUE(!value_trace("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", id));
    TRUE(!value_trace("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", id));
    TRUE(!value_trace("00-0af7651916cd43dd8448eb211c80319c", id));
    TRUE(!value_trace("", id));
}

TEST(escapes_are_decoded)
{
    SAME(value_decode(arena, "a%20b%E7%8E%8B", 14, false), "a b王");
    SAME(value_decode(arena, "a+b", 3, true), "a b");
    SAME(value_decode(arena, "a+b", 3, false), "a+b");
    assert_null(value_decode(arena, "%", 1, false));
    assert_null(value_decode(arena, "%2", 2, false));
    assert_null(value_decode(arena, "%zz", 3, false));
    assert_null(value_decode(arena, "%00", 3, false));
    assert_null(value_decode(arena, "%0a", 3, false));
    assert_null(value_decode(arena, "%ff", 3, false));
}

TEST(a_query_is_a_row_of_parameters)
{
    const char *query = "a=1&&b=x%3Dy&c&d=%zz&=e";
    struct parameter parameter;

    TRUE(value_parameter(arena, &query, &parameter));
    SAME(parameter.name, "a");
    SAME(parameter.value, "1");
    TRUE(value_parameter(arena, &query, &parameter));
    SAME(parameter.value, "x=y");
    TRUE(value_parameter(arena, &query, &parameter));
    SAME(parameter.name, "c");
    SAME(parameter.value, "");
    TRUE(value_parameter(arena, &query, &parameter));
    assert_null(parameter.value);
    TRUE(value_parameter(arena, &query, &parameter));
    assert_null(parameter.value);
    TRUE(!value_parameter(arena, &query, &parameter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idempotency_key_is_bare_or_quoted),
        cmocka_unit_test(an_idempotency_key_has_its_length),
        cmocka_unit_test(a_version_is_a_strong_tag),
        cmocka_unit_test(a_list_of_tags_names_versions),
        cmocka_unit_test(types_are_accepted),
        cmocka_unit_test(bodies_are_utf_8),
        cmocka_unit_test(a_trace_is_taken_or_left),
        cmocka_unit_test(escapes_are_decoded),
        cmocka_unit_test(a_query_is_a_row_of_parameters),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}

#include "key_format.h"

#include "room.h"

#include <string.h>

static struct api_key a_key(void)
{
    struct api_key key;
    key_random_id(key.id);
    key_random_secret(key.secret);
    return key;
}

TEST(a_printed_key_is_read_again)
{
    for (int i = 0; i < 1000; i++) {
        struct api_key key = a_key(), again;
        char text[KEY_SIZE + 1];
        key_print(&key, text);
        EQUAL(strlen(text), KEY_SIZE);
        TRUE(key_parse(text, &again));
        SAME(again.id, key.id);
        SAME(again.secret, key.secret);
    }
}

TEST(every_mistyped_letter_is_noticed)
{
    struct api_key key = a_key();
    char text[KEY_SIZE + 1];
    key_print(&key, text);

    for (size_t i = 0; i < KEY_SIZE; i++) {
        char right = text[i];
        text[i] = right == 'q' ? 'w' : 'q';
        TRUE(!key_parse(text, &key));
        text[i] = right;
    }
    text[KEY_SIZE - 1] = '\0';
    TRUE(!key_parse(text, &key));
    TRUE(!key_parse("", &key));
}

TEST(a_hash_depends_on_secret_and_pepper)
{
    unsigned char pepper[KEY_PEPPER_SIZE] = {1}, other[KEY_PEPPER_SIZE] = {2};
    unsigned char one[KEY_HASH_SIZE], two[KEY_HASH_SIZE];

    key_hash(pepper, "a", one);
    key_hash(pepper, "a", two);
    assert_memory_equal(one, two, sizeof one);
    key_hash(other, "a", two);
    assert_memory_not_equal(one, two, sizeof one);
    key_hash(pepper, "b", two);
    assert_memory_not_equal(one, two, sizeof one);
}

TEST(a_seed_is_not_the_secret)
{
    unsigned char pepper[KEY_PEPPER_SIZE] = {1};
    char seed[KEY_SECRET_SIZE + 1], secret[KEY_SECRET_SIZE + 1], again[KEY_SECRET_SIZE + 1];

    key_random_secret(seed);
    key_secret_of(pepper, seed, secret);
    key_secret_of(pepper, seed, again);

    SAME(secret, again);
    assert_string_not_equal(seed, secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printed_key_is_read_again),
        cmocka_unit_test(every_mistyped_letter_is_noticed),
        cmocka_unit_test(a_hash_depends_on_secret_and_pepper),
        cmocka_unit_test(a_seed_is_not_the_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

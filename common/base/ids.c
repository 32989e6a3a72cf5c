#include "base/ids.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"

enum { DIGITS_LEAST = 8, DIGITS_MOST = 19 };

/* Damm's quasigroup of order 10: weakly totally anti-symmetric, zero on the diagonal. */
static const char damm[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

/* The check digit of these digits; zero for digits that end in their own. */
static int check_digit(const char *digits, size_t count)
{
    int interim = 0;
    for (size_t i = 0; i < count; i++)
        interim = damm[interim][digits[i] - '0'];
    return interim;
}

char *id_text(struct arena *arena, char letter, int64_t number)
{
    CHECK(number >= 0);
    char *id = arena_print(arena, "%c%0*lld_", letter, DIGITS_LEAST - 1, (long long)number);
    size_t count = strlen(id) - 2;

    id[1 + count] = (char)('0' + check_digit(id + 1, count));
    return id;
}

/* One spelling for each number: zeros in front only where they make up the eight digits. */
static bool is_well_formed(const char *digits, size_t count)
{
    return count >= DIGITS_LEAST && count <= DIGITS_MOST && !digits[count]
           && (count == DIGITS_LEAST || digits[0] != '0');
}

enum id_verdict id_parse(const char *text, char letter, int64_t *number)
{
    if (text[0] != letter)
        return ID_MALFORMED;
    const char *digits = text + 1;
    size_t count = strspn(digits, "0123456789");
    if (!is_well_formed(digits, count))
        return ID_MALFORMED;
    if (check_digit(digits, count) != 0)
        return ID_BAD_CHECK_DIGIT;

    *number = 0;
    for (size_t i = 0; i + 1 < count; i++)
        *number = *number * 10 + (digits[i] - '0');
    return ID_OK;
}

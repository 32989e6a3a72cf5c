#include "events/merge.h"

#include "room.h"

#include <stdlib.h>

static const struct cursor nothing_seen = {{0}};

TEST(nothing_comes_of_nothing)
{
    struct offer offers[SOURCES] = {0};
    EQUAL(merge_next(&nothing_seen, offers), -1);
}

TEST(the_older_goes_first)
{
    struct offer offers[SOURCES] = {
        {true, 20, -1, 0},
        {true, 10, -1, 0}
    };
    EQUAL(merge_next(&nothing_seen, offers), 1);
}

TEST(an_effect_waits_for_its_cause)
{
    struct offer offers[SOURCES] = {
        {true, 20, -1, 0},
        {true, 10, 0,  1}
    };
    struct cursor seen = {
        {1, 0}
    };

    EQUAL(merge_next(&nothing_seen, offers), 0);
    EQUAL(merge_next(&seen, offers), 1);
    offers[0].there = false;
    EQUAL(merge_next(&nothing_seen, offers), -1);
}

enum { HISTORY = 200 };

/* Random histories whose events name earlier ones as causes: all go out, none before its cause. */
TEST(whatever_happened_causes_come_first)
{
    for (unsigned seed = 1; seed <= 200; seed++) {
        struct offer history[SOURCES][HISTORY + 1] = {0};
        uint64_t told[SOURCES] = {0};
        srand(seed);
        for (int i = 0; i < HISTORY; i++) {
            int source = rand() % SOURCES, cause = rand() % SOURCES;
            bool caused = rand() % 2 && told[cause];
            uint64_t cause_id = caused ? 1 + (uint64_t)rand() % told[cause] : 0;
            struct offer offer = {true, rand() % 100, caused ? cause : -1, cause_id};
            history[source][++told[source]] = offer;
        }

        struct cursor at = {{0}};
        for (int i = 0; i < HISTORY; i++) {
            struct offer offers[SOURCES] = {0};
            for (int source = 0; source < SOURCES; source++)
                if (at.at[source] < told[source])
                    offers[source] = history[source][at.at[source] + 1];
            int next = merge_next(&at, offers);
            TRUE(next >= 0);
            struct offer *offer = &history[next][++at.at[next]];
            TRUE(offer->cause_source < 0 || offer->cause_id <= at.at[offer->cause_source]);
        }
        for (int source = 0; source < SOURCES; source++)
            EQUAL(at.at[source], told[source]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_comes_of_nothing),
        cmocka_unit_test(the_older_goes_first),
        cmocka_unit_test(an_effect_waits_for_its_cause),
        cmocka_unit_test(whatever_happened_causes_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/lifecycle.h"

static const struct move moves[] = {
    {"new",  "start",  "open"},
    {"open", "wait",   "held"},
    {"held", "resume", "open"},
    {"open", "finish", "done"},
    {"held", "finish", "done"},
    {"new",  "cancel", "void"},
    {"open", "finish", "void"},
};

static const struct lifecycle life = {"thing", {TABLE(moves)}};

static void a_move_leads_to_its_state(void **state)
{
    (void)state;
    assert_string_equal(lifecycle_next(&life, "new", "start"), "open");
    assert_string_equal(lifecycle_next(&life, "held", "resume"), "open");
}

static void what_is_not_listed_cannot_happen(void **state)
{
    (void)state;
    assert_null(lifecycle_next(&life, "new", "finish"));
    assert_null(lifecycle_next(&life, "done", "start"));
    assert_null(lifecycle_next(&life, "nowhere", "start"));
    assert_null(lifecycle_next(&life, "", ""));
}

static void the_first_row_counts(void **state)
{
    (void)state;
    assert_string_equal(lifecycle_next(&life, "open", "finish"), "done");
}

static void each_allowed_move_is_named_once(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    const char **allowed = lifecycle_allowed(arena, &life, "open");
    assert_string_equal(allowed[0], "wait");
    assert_string_equal(allowed[1], "finish");
    assert_null(allowed[2]);
    assert_null(lifecycle_allowed(arena, &life, "done")[0]);
    arena_free(arena);
}

static void what_the_house_does_by_itself_is_not_asked_for(void **state)
{
    const struct lifecycle shy = {"thing", {TABLE(moves)}, "wait"};
    struct arena *arena = arena_new();

    (void)state;
    const char **allowed = lifecycle_allowed(arena, &shy, "open");
    assert_string_equal(allowed[0], "finish");
    assert_null(allowed[1]);
    assert_string_equal(lifecycle_next(&shy, "open", "wait"), "held");
    arena_free(arena);
}

static void the_diagram_is_the_table(void **state)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&printed, &size);

    (void)state;
    lifecycle_print(to, &life);
    fclose(to);
    assert_string_equal(printed, "stateDiagram-v2\n"
                                 "    [*] --> new\n"
                                 "    new --> open: start\n"
                                 "    open --> held: wait\n"
                                 "    held --> open: resume\n"
                                 "    open --> done: finish\n"
                                 "    held --> done: finish\n"
                                 "    new --> void: cancel\n"
                                 "    open --> void: finish\n"
                                 "    done --> [*]\n"
                                 "    void --> [*]\n");
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_move_leads_to_its_state),
        cmocka_unit_test(what_is_not_listed_cannot_happen),
        cmocka_unit_test(the_first_row_counts),
        cmocka_unit_test(each_allowed_move_is_named_once),
        cmocka_unit_test(what_the_house_does_by_itself_is_not_asked_for),
        cmocka_unit_test(the_diagram_is_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;
static struct map *map;
static struct csv *csv;
static struct entry entry;
static struct map_flaw flaw;
static const char *why;

static const char start[] =
    "{'name': 'm', 'missing': ['?'], 'dates': {'format': '%d.%m.%Y %H:%M', 'offset': '+02:00'},"
    " 'ticket': '${no}', 'position': ['state', 'waiting_for'], 'target': '${where}',"
    " 'register': {'post': '/v1/tickets', 'body': {'branch': '${branch}', 'channel_ref': '${no}', "
    "'text': '',"
    "              'deep': {'is': true, 'no': '${no}'}}},"
    " 'moves': {'done': {'new': 'finish', 'waiting *': 'go_on'}, 'waiting *': {}},"
    " 'actions': {'finish': {'post': '/finish', 'body': {'at': '${when}'}},"
    "             'go_on': {'post': '/go_on', 'body': {}}},"
    " 'counters': [{'row': '${count}', 'ticket': 'again', 'through': ['done', 'new']}],"
    " 'amend': {'fields': {'owner': '${who}'}, 'body': {'reason': 'r'}, 'not_when': ['gone']},"
    " 'words': {'branch': {'from': '${town}', 'slug': true, 'missing': 'nowhere'},"
    "           'where': {'from': '${state}', 'values': {'N': 'new', 'D': 'done'},"
    "                     'required': true},"
    "           'when': {'from': '${date}', 'date': true},"
    "           'who': {'from': '${person}'}}";

static char *written(const char *text)
{
    static char path[32];

    strcpy(path, "/tmp/afterline-map-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    for (; *text; text++) {
        char letter = *text == '\'' ? '"' : *text;
        assert_int_equal(write(file, &letter, 1), 1);
    }
    close(file);
    return path;
}

static struct map *loaded(const char *text)
{
    char *path = written(text);
    struct map *found = map_load(arena, path, &why);

    unlink(path);
    return found;
}

/* The usual map and this row. */
static bool a_row(const char *row)
{
    struct csv_row read;
    char *path = written(arena_print(arena, "no,town,state,date,person,count\n%s\n", row));

    csv = csv_open(path, ',', &why);
    unlink(path);
    assert_non_null(csv);
    map = loaded(arena_print(arena, "%s}", start));
    assert_non_null(map);
    assert_true(map_bind(map, csv, &why));
    assert_true(csv_next(csv, &read));
    return map_read(map, arena, &read, &entry, &flaw);
}

static int begin(void **unused)
{
    arena = arena_new();
    map = NULL;
    csv = NULL;
    return 0;
}

static int end(void **unused)
{
    if (map)
        map_free(map);
    if (csv)
        csv_close(csv);
    arena_free(arena);
    return 0;
}

static void assert_json(json_t *is, const char *ought)
{
    char *packed = json_dumps(is, JSON_COMPACT | JSON_SORT_KEYS);

    assert_string_equal(packed, ought);
    free(packed);
    json_decref(is);
}

static void a_body_is_filled_and_what_is_empty_left_out(void **unused)
{
    assert_true(a_row("7,New  Town 3,N,,,0"));

    struct call call = map_register(map, arena, &entry);
    assert_string_equal(call.path, "/v1/tickets");
    assert_json(
        call.body,
        "{\"branch\":\"new-town-3\",\"channel_ref\":\"7\",\"deep\":{\"is\":true,\"no\":\"7\"}}");
    assert_string_equal(map_reference(map, arena, &entry), "7");
}

static void what_is_missing_has_its_word(void **unused)
{
    assert_true(a_row("7,?,N,?,?,0"));

    assert_json(
        map_register(map, arena, &entry).body,
        "{\"branch\":\"nowhere\",\"channel_ref\":\"7\",\"deep\":{\"is\":true,\"no\":\"7\"}}");
}

static void a_date_is_read_with_the_maps_format_and_offset(void **unused)
{
    assert_true(a_row("7,x,D,29.02.2016 01:16,,0"));

    assert_json(map_act(map, arena, "finish", &entry).body, "{\"at\":\"2016-02-28T23:16:00Z\"}");
}

static void assert_flaw(const char *row, const char *reason)
{
    assert_false(a_row(row));
    assert_string_equal(flaw.reason, reason);
    map_free(map);
    csv_close(csv);
    map = NULL;
    csv = NULL;
}

static void a_row_that_is_not_understood_says_why(void **unused)
{
    assert_flaw("7,x,X,,,0", "unknown_value");
    assert_flaw("7,x,?,,,0", "missing_value");
    assert_flaw("7,x,N,30.02.2016 01:16,,0", "bad_date");
    assert_flaw("7,x,N,1.1.2016 01:16 and more,,0", "bad_date");
}

static void moves_lead_from_a_position_towards_a_target(void **unused)
{
    assert_true(a_row("7,x,D,,,0"));

    assert_string_equal(map_action(map, "done", "new"), "finish");
    assert_string_equal(map_action(map, "done", "waiting customer"), "go_on");
    assert_null(map_action(map, "done", "lost"));
    assert_null(map_action(map, "elsewhere", "new"));
    assert_true(map_knows_target(map, "waiting parts"));
    assert_false(map_knows_target(map, "elsewhere"));
}

static void a_position_is_made_of_what_the_ticket_says(void **unused)
{
    assert_true(a_row("7,x,D,,,0"));
    json_t *ticket = json_pack("{ssss}", "state", "waiting", "waiting_for", "parts");

    assert_string_equal(map_position(map, arena, ticket), "waiting parts");
    json_object_set_new(ticket, "waiting_for", json_string(""));
    assert_string_equal(map_position(map, arena, ticket), "waiting");
    json_decref(ticket);
}

static void only_what_differs_is_amended(void **unused)
{
    assert_true(a_row("7,x,D,,Ann,0"));
    json_t *ticket = json_pack("{ssss}", "state", "new", "owner", "Bob");

    assert_json(map_amend(map, arena, &entry, ticket).body, "{\"owner\":\"Ann\",\"reason\":\"r\"}");
    json_object_set_new(ticket, "owner", json_string("Ann"));
    assert_null(map_amend(map, arena, &entry, ticket).body);
    json_object_set_new(ticket, "owner", json_string("Bob"));
    json_object_set_new(ticket, "state", json_string("gone"));
    assert_null(map_amend(map, arena, &entry, ticket).body);
    json_decref(ticket);
}

static void an_unknown_value_amends_nothing(void **unused)
{
    assert_true(a_row("7,x,D,,?,0"));
    json_t *ticket = json_pack("{ssss}", "state", "new", "owner", "Bob");

    assert_null(map_amend(map, arena, &entry, ticket).body);
    json_decref(ticket);
}

static void of_an_answer_only_what_the_map_looks_at_is_remembered(void **unused)
{
    assert_true(a_row("7,x,D,,Ann,0"));
    json_t *ticket = json_pack("{sssssssi}", "ticket_id", "T10000018", "state", "new", "address",
                               "Main Street 1", "again", 3);

    assert_json(map_remember(map, ticket),
                "{\"again\":3,\"state\":\"new\",\"ticket_id\":\"T10000018\"}");
    json_decref(ticket);
}

static void a_counter_that_is_behind_names_a_detour(void **unused)
{
    assert_true(a_row("7,x,D,,,2"));
    json_t *ticket = json_pack("{si}", "again", 1);

    assert_int_equal(json_array_size(map_detour(map, arena, &entry, ticket)), 2);
    json_object_set_new(ticket, "again", json_integer(2));
    assert_null(map_detour(map, arena, &entry, ticket));
    json_decref(ticket);
}

static void a_map_names_only_what_there_is(void **unused)
{
    static const struct {
        const char *more;
        const char *why;
    } bad[] = {
        {", 'colour': 1",     "there is no section 'colour'"     },
        {", 'note': 'x'",     "section 'note' has the wrong type"},
        {", 'name': 'twice'", "duplicate object key"             },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(loaded(arena_print(arena, "%s%s}", start, bad[i].more)));
        assert_non_null(strstr(why, bad[i].why));
    }
    assert_null(loaded("{'name': 'm'}"));
    assert_non_null(strstr(why, "is missing"));
}

static void a_map_says_by_what_a_ticket_is_found_again(void **unused)
{
    assert_null(
        loaded("{'name': 'm', 'words': {}, 'ticket': '${no}', 'position': [], 'target': 'x',"
               " 'register': {'post': '/v1/tickets', 'body': {'branch': 'b'}},"
               " 'moves': {}, 'actions': {}}"));
    assert_non_null(strstr(why, "channel_ref"));
}

static void a_map_does_not_fit_a_file_that_lacks_its_columns(void **unused)
{
    char *path = written("no,town\n7,x\n");

    csv = csv_open(path, ',', &why);
    unlink(path);
    map = loaded(arena_print(arena, "%s}", start));

    assert_false(map_bind(map, csv, &why));
    assert_non_null(strstr(why, "words.where"));
}

#define MAP_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(a_body_is_filled_and_what_is_empty_left_out),
        MAP_TEST(what_is_missing_has_its_word),
        MAP_TEST(a_date_is_read_with_the_maps_format_and_offset),
        MAP_TEST(a_row_that_is_not_understood_says_why),
        MAP_TEST(moves_lead_from_a_position_towards_a_target),
        MAP_TEST(a_position_is_made_of_what_the_ticket_says),
        MAP_TEST(only_what_differs_is_amended),
        MAP_TEST(an_unknown_value_amends_nothing),
        MAP_TEST(of_an_answer_only_what_the_map_looks_at_is_remembered),
        MAP_TEST(a_counter_that_is_behind_names_a_detour),
        MAP_TEST(a_map_names_only_what_there_is),
        MAP_TEST(a_map_says_by_what_a_ticket_is_found_again),
        MAP_TEST(a_map_does_not_fit_a_file_that_lacks_its_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

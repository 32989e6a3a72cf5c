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
    " 'moves': {'new': {}, 'done': {'new': 'finish', 'waiting *': 'go_on'}, 'waiting *': {}},"
    " 'actions': {'finish': {'post': '/finish', 'body': {'at': '${when}'}},"
    "             'go_on': {'post': '/go_on', 'body': {}}},"
    " 'counters': [{'row': '${count}', 'ticket': 'again', 'through': ['done', 'new']}],"
    " 'first': [{'post': '/v1/branches', 'body': {'branch': '${branch}'}}],"
    " 'note': {'post': '/notes', 'body': {'text': '${count}'}},"
    " 'amend': {'fields': {'owner': '${who}'}, 'body': {'reason': 'r'}, 'not_when': ['gone']},"
    " 'words': {'branch': {'from': '${town}', 'slug': true, 'missing': 'nowhere'},"
    "           'where': {'from': '${state}', 'values': {'N': 'new', 'D': 'done'},"
    "                     'required': true},"
    "           'when': {'from': '${date}', 'date': true},"
    "           'who': {'from': '${person}'}}";

/* JSON in the quotes that C strings don't need to escape. */
static const char *quoted(const char *text)
{
    char *copy = arena_copy(arena, text);

    for (char *at = copy; (at = strchr(at, '\'')); at++)
        *at = '"';
    return copy;
}

static char *written(const char *text)
{
    static char path[32];

    strcpy(path, "/tmp/afterline-map-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    return path;
}

static struct map *loaded(const char *text)
{
    char *path = written(quoted(text));
    struct map *found = map_load(arena, path, &why);

    unlink(path);
    return found;
}

/* The usual map and this row. */
static bool a_row(const char *row)
{
    struct csv_row read;
    char *path = written(arena_print(arena, "no,town,state,date,person,count\n%s\n", row));

    csv = csv_open(arena, path, ',', &why);
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

static void assert_flaw(const char *row, const char *reason, const char *detail)
{
    assert_false(a_row(row));
    assert_string_equal(flaw.reason, reason);
    assert_string_equal(flaw.detail, detail);
    map_free(map);
    csv_close(csv);
    map = NULL;
    csv = NULL;
}

static void a_row_that_is_not_understood_says_why(void **unused)
{
    assert_flaw("7,x,X,,,0", "unknown_value",
                "where: 'X' is none of the values the map knows: N, D");
    assert_flaw("7,x,?,,,0", "missing_value", "where: the map cannot do without it");
    assert_flaw("7,x,N,30.02.2016 01:16,,0", "bad_date",
                "when: '30.02.2016 01:16' is not a date in the format %d.%m.%Y %H:%M");
    assert_flaw("7,x,N,1.1.2016 01:16 and more,,0", "bad_date",
                "when: '1.1.2016 01:16 and more' is not a date in the format %d.%m.%Y %H:%M");
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

/* The usual map with another value at a path; without the last member where the value is NULL. */
static const char *loaded_with(const char *path, const char *value)
{
    json_error_t error;
    json_t *json = json_loads(quoted(arena_print(arena, "%s}", start)), 0, &error), *at = json;
    char *step = arena_copy(arena, path), *rest;

    for (; (rest = strchr(step, '/')); step = rest + 1) {
        *rest = '\0';
        at = json_is_array(at) ? json_array_get(at, strtoul(step, NULL, 10))
                               : json_object_get(at, step);
        assert_non_null(at);
    }
    json_t *put = value ? json_loads(quoted(value), JSON_DECODE_ANY, &error) : NULL;
    if (!value)
        assert_int_equal(json_object_del(at, step), 0);
    else if (json_is_array(at))
        json_array_set_new(at, strtoul(step, NULL, 10), put);
    else
        json_object_set_new(at, step, put);

    char *packed = json_dumps(json, 0);
    why = NULL;
    map = loaded(packed);
    if (map)
        map_free(map);
    map = NULL;
    free(packed);
    json_decref(json);
    return why;
}

/* Where, what is there instead (NULL: nothing), and what is said of it. */
static const struct wrong {
    const char *path;
    const char *value;
    const char *said;
} wrongs[] = {
    {"name",                      NULL,               "name is missing; expected a string that is not empty" },
    {"name",                      "''",               "name: expected a string that is not empty, found \"\""},
    {"name",                      "7",                "name: expected a string that is not empty, found 7"   },
    {"about",                     "[]",               "about: expected a string, found an empty array"       },
    {"colour",                    "1",                "colour: there is no such member; expected name, about"},
    {"separator",                 "'tab'",            "separator: expected one character, found \"tab\""     },
    {"separator",                 "''",               "separator: expected one character"                    },
    {"missing",                   "'?'",              "missing: expected an array of strings, found \"?\""   },
    {"missing",                   "[null]",           "missing[0]: expected a string, found null"            },
    {"missing",                   "['?', 0]",         "missing[1]: expected a string, found 0"               },
    {"dates",                     "'%d.%m.%Y'",       "dates: expected an object"                            },
    {"dates",                     NULL,               "words.when is a date, so dates.format is needed"      },
    {"dates/format",              NULL,               "dates.format is missing"                              },
    {"dates/fromat",              "'%d'",             "dates.fromat: there is no such member; expected form" },
    {"dates/offset",              "'+8'",             "dates.offset: expected Z or an offset like +08:00"    },
    {"dates/offset",              "8",                "dates.offset: expected Z or an offset like +08:00"    },
    {"words",                     "[]",               "words: expected an object of words"                   },
    {"words/who",                 "'${person}'",      "words.who: expected an object"                        },
    {"words/who/from",            NULL,               "words.who.from is missing"                            },
    {"words/who/form",            "'x'",              "words.who.form: there is no such member"              },
    {"words/where/values",        "['N', 'D']",       "words.where.values: expected an object of strings"    },
    {"words/where/values/N",      "1",                "words.where.values.N: expected a string, found 1"     },
    {"words/where/otherwise",     "false",            "words.where.otherwise: expected a string, found false"},
    {"words/where/required",      "'yes'",            "words.where.required: expected true or false"         },
    {"words/when/date",           "'yes'",            "words.when.date: expected true or false, found \"yes" },
    {"words/branch/slug",         "1",                "words.branch.slug: expected true or false, found 1"   },
    {"words/branch/missing",      "null",             "words.branch.missing: expected a string, found null"  },
    {"ticket",                    "['${no}']",        "ticket: expected a string"                            },
    {"first",                     "['x']",            "first[0]: expected a request, found \"x\""            },
    {"first",                     "{}",               "first: expected an array of requests"                 },
    {"first/0/post",              NULL,               "first[0].post is missing; expected a path"            },
    {"first/0/body",              NULL,               "first[0].body is missing"                             },
    {"register",                  NULL,               "register is missing"                                  },
    {"register/post",             NULL,               "register.post is missing"                             },
    {"register/post",             "'v1/tickets'",     "register.post: expected a path that begins with /"    },
    {"register/bodi",             "{}",               "register.bodi: there is no such member; expected post"},
    {"register/body",             "'x'",              "register.body: expected an object"                    },
    {"register/body/channel_ref", NULL,               "register.body.channel_ref is missing"                 },
    {"register/body/channel_ref", "7",                "register.body.channel_ref: expected a string"         },
    {"position",                  "'state'",          "position: expected an array of names"                 },
    {"position",                  "[]",               "position: expected an array of names, found an empty" },
    {"position/0",                "0",                "position[0]: expected a string that is not empty"     },
    {"target",                    "{}",               "target: expected a string"                            },
    {"moves/done",                "'finish'",         "moves.done: expected an object of actions"            },
    {"moves/done/new",            "1",                "moves.done.new: expected a string"                    },
    {"moves/done/new",            "'fly'",            "moves.done.new: there is no action 'fly'"             },
    {"actions/finish",            "'/finish'",        "actions.finish: expected a request"                   },
    {"actions/finish/post",       NULL,               "actions.finish.post is missing"                       },
    {"actions/finish/post",       "'finish'",         "actions.finish.post: expected a path"                 },
    {"counters",                  "['x']",            "counters[0]: expected an object, found \"x\""         },
    {"counters/0/row",            NULL,               "counters[0].row is missing"                           },
    {"counters/0/through",        "[1]",              "counters[0].through[0]: expected a string"            },
    {"counters/0/through",        "[]",               "counters[0].through: expected an array of names"      },
    {"counters/0/through",        "['done', 'mars']", "counters[0].through[1]: no moves lead to 'mars'"      },
    {"amend/fields",              "{'urgency': 1}",   "amend.fields.urgency: expected a string, found 1"     },
    {"amend/fields",              NULL,               "amend.fields is missing"                              },
    {"amend/not_when",            "[1]",              "amend.not_when[0]: expected a string, found 1"        },
    {"amend/body",                "[]",               "amend.body: expected an object"                       },
    {"note",                      NULL,               "note is missing; expected a request"                  },
    {"note",                      "'x'",              "note: expected a request, found \"x\""                },
    {"note/post",                 "'notes'",          "note.post: expected a path that begins with /"        },
};

static void a_map_of_a_wrong_shape_says_where_and_what(void **unused)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const char *said = loaded_with(wrongs[i].path, wrongs[i].value);
        if (!said || !strstr(said, wrongs[i].said))
            fail_msg("%s = %s: %s", wrongs[i].path, wrongs[i].value, said);
    }
    assert_null(loaded_with("about", "'a map'"));
}

static void a_map_that_is_no_json_object_says_so(void **unused)
{
    assert_null(loaded("[]"));
    assert_non_null(strstr(why, "the map: expected an object, found an empty array"));
    assert_null(loaded("{'name': 'once', 'name': 'twice'}"));
    assert_non_null(strstr(why, ":1: duplicate object key"));
    assert_null(map_load(arena, "/nowhere/map.json", &why));
    assert_non_null(strstr(why, "/nowhere/map.json: No such file or directory"));
    assert_null(strstr(why, "-1"));
}

/* All that an import asks of a map. */
static void use_map(const char *head)
{
    struct csv_row read;
    char *path = written(head);
    json_t *ticket = json_pack("{ssssss}", "ticket_id", "T1", "state", "new", "owner", "Bob");
    struct call calls[5] = {0};
    size_t count = 0;

    csv = csv_open(arena, path, map_separator(map), &why);
    unlink(path);
    if (csv && map_bind(map, csv, &why) && csv_next(csv, &read) && !read.bad
        && map_read(map, arena, &read, &entry, &flaw)) {
        map_reference(map, arena, &entry);
        map_position(map, arena, ticket);
        map_action(map, map_target(map, arena, &entry), "new");
        count += map_first(map, arena, 0, &entry, &calls[count]);
        calls[count++] = map_register(map, arena, &entry);
        calls[count++] = map_act(map, arena, "finish", &entry);
        calls[count++] = map_amend(map, arena, &entry, ticket);
        calls[count++] = map_note(map, arena, &entry);
        map_detour(map, arena, &entry, ticket);
        json_decref(map_remember(map, ticket));
    }
    while (count > 0)
        json_decref(calls[--count].body);
    json_decref(ticket);
    if (csv)
        csv_close(csv);
    csv = NULL;
}

static size_t tried, used;

/* This map, with what stands here replaced by everything JSON has; then deeper. */
static void twist(json_t *whole, json_t *part)
{
    static const char *const values[] = {"null",   "true",     "1",       "-0.5",       "''",
                                         "'x'",    "'${'",     "[]",      "{}",         "[[1]]",
                                         "[null]", "{'x': 1}", "'${no}'", "{'x': 'y'}", "['x']"};
    void *i;
    json_t *keeps;

    for (i = json_object_iter(part); i; i = json_object_iter_next(part, i)) {
        keeps = json_incref(json_object_iter_value(i));
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            json_object_iter_set_new(part, i, json_loads(quoted(values[v]), JSON_DECODE_ANY, NULL));
            char *packed = json_dumps(whole, 0);
            tried++;
            map = loaded(packed);
            free(packed);
            if (!map)
                continue;
            used++;
            use_map("no,town,state,date,person,count\n7,x,N,29.02.2016 01:16,Ann,2\n");
            map_free(map);
            map = NULL;
        }
        json_object_iter_set_new(part, i, keeps);
        twist(whole, keeps);
    }
    for (size_t j = 0; j < json_array_size(part); j++)
        twist(whole, json_array_get(part, j));
}

static void no_twisted_map_breaks_the_importer(void **unused)
{
    json_t *json = json_loads(quoted(arena_print(arena, "%s}", start)), 0, NULL);

    tried = used = 0;
    twist(json, json);
    json_decref(json);
    assert_true(used > 100 && used < tried);
}

static void a_map_does_not_fit_a_file_that_lacks_its_columns(void **unused)
{
    char *path = written("no,town\n7,x\n");

    csv = csv_open(arena, path, ',', &why);
    unlink(path);
    map = loaded(arena_print(arena, "%s}", start));

    assert_false(map_bind(map, csv, &why));
    assert_non_null(strstr(why, "words.where"));
    assert_non_null(strstr(why, "; its columns are: no, town"));
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
        MAP_TEST(a_map_of_a_wrong_shape_says_where_and_what),
        MAP_TEST(a_map_that_is_no_json_object_says_so),
        MAP_TEST(no_twisted_map_breaks_the_importer),
        MAP_TEST(a_map_does_not_fit_a_file_that_lacks_its_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

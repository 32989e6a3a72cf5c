#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/table.h"
#include "dispatch.pb-c.h"
#include "edge/message.h"
#include "envelope.pb-c.h"
#include "intake.pb-c.h"

static struct arena *arena;

static int new_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void *read_as(const ProtobufCMessageDescriptor *type, const char *json, struct flaw *flaw)
{
    return message_from_json(arena, type, (struct bytes){(const uint8_t *)json, strlen(json)},
                             flaw);
}

static void *read_well(const ProtobufCMessageDescriptor *type, const char *json)
{
    struct flaw flaw = {0};
    void *message = read_as(type, json, &flaw);

    if (!message)
        fail_msg("%s: %s: %s", flaw.field, flaw.reason, flaw.detail);
    return message;
}

static const char *written(const ProtobufCMessage *message)
{
    struct text json = text_new(arena);

    message_to_json(&json, message);
    return json.at;
}

static const char *quoted(const char *value)
{
    struct text json = text_new(arena);

    message_json_string(&json, value);
    return json.at;
}

/* ---- what is refused: the rows of tests/data/bad_json.json ---- */

static json_t *bad_rows(void)
{
    char *folder = strdup(__FILE__);
    json_error_t error;

    *strrchr(folder, '/') = '\0';
    json_t *rows =
        json_load_file(arena_print(arena, "%s/../data/bad_json.json", folder), 0, &error);
    free(folder);
    if (!rows)
        fail_msg("line %d: %s", error.line, error.text);
    return rows;
}

static const char *word(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

static void add_hex(struct text *body, const char *hex)
{
    for (; *hex; hex += 2) {
        char byte = (char)strtol((const char[]){hex[0], hex[1], 0}, NULL, 16);
        text_add_bytes(body, &byte, 1);
    }
}

static void add_parts(struct text *body, const json_t *parts)
{
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        json_int_t times = json_integer_value(json_array_get(part, 1));
        while (times-- > 0)
            text_add(body, json_string_value(json_array_get(part, 0)));
    }
}

static struct bytes body_of(const json_t *row)
{
    struct text body = text_new(arena);

    if (word(row, "body"))
        text_add(&body, word(row, "body"));
    else if (word(row, "body_hex"))
        add_hex(&body, word(row, "body_hex"));
    else
        add_parts(&body, json_object_get(row, "parts"));
    return (struct bytes){(const uint8_t *)body.at, body.length};
}

static void refuse_row(const json_t *row)
{
    const ProtobufCMessageDescriptor *type = strcmp(word(row, "to"), "/v1/tickets") == 0
                                                 ? &register_ticket__descriptor
                                                 : &push_job_updates__descriptor;
    struct flaw flaw = {0};

    if (message_from_json(arena, type, body_of(row), &flaw))
        fail_msg("%s was read", word(row, "name"));
    if (strcmp(flaw.reason, word(row, "reason")) != 0 || strcmp(flaw.field, word(row, "field")) != 0
        || flaw.unreadable != json_is_true(json_object_get(row, "unreadable"))
        || strncmp(flaw.detail, "expected ", 9) != 0)
        fail_msg("%s: field '%s', reason %s, unreadable %d, '%s'", word(row, "name"), flaw.field,
                 flaw.reason, flaw.unreadable, flaw.detail);
}

static void every_bad_body_is_refused(void **state)
{
    json_t *rows = bad_rows();

    (void)state;
    assert_true(json_array_size(rows) >= 60);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        refuse_row(json_array_get(rows, i));
        arena_reset(arena);
    }
    json_decref(rows);
}

static void the_detail_says_what_was_expected(void **state)
{
    struct flaw flaw;

    (void)state;
    assert_null(read_as(&register_ticket__descriptor, "{\"kind\": 7}", &flaw));
    assert_string_equal(flaw.detail, "expected a string, not a whole number");
    assert_null(read_as(&list_tickets__descriptor, "{\"limit\": -1}", &flaw));
    assert_string_equal(flaw.detail, "expected a whole number from 0 to 4294967295");
}

static void everything_that_does_not_fit_is_named(void **state)
{
    static const char *const named[] = {"colour", "customer.wechat", "kind", "size"};
    struct flaw first;

    (void)state;
    assert_null(read_as(&register_ticket__descriptor,
                        "{\"colour\": 1, \"customer\": {\"wechat\": 1, \"name\": \"x\"},"
                        " \"kind\": 7, \"branch\": \"x\", \"size\": 1}",
                        &first));
    const struct flaw *flaw = &first;
    for (size_t i = 0; i < LENGTH(named); i++, flaw = flaw->more) {
        assert_non_null(flaw);
        assert_string_equal(flaw->field, named[i]);
    }
    assert_null(flaw);
}

static void only_so_many_are_named(void **state)
{
    struct text json = text_new(arena);
    struct flaw first;
    size_t count = 0;

    (void)state;
    for (int i = 0; i < 2 * MESSAGE_FLAWS_MOST; i++)
        text_print(&json, "%s\"x%d\": 1", i ? "," : "{", i);
    text_add(&json, "}");
    assert_null(read_as(&register_ticket__descriptor, json.at, &first));
    for (const struct flaw *flaw = &first; flaw; flaw = flaw->more)
        count++;
    assert_int_equal(count, MESSAGE_FLAWS_MOST);
}

static void a_long_unknown_name_is_cut_in_the_path(void **state)
{
    struct flaw flaw;
    char name[1000];

    (void)state;
    memset(name, 'x', sizeof name);
    const char *json = arena_print(arena, "{\"%.*s\": 1}", (int)sizeof name, name);
    assert_null(read_as(&register_ticket__descriptor, json, &flaw));
    assert_int_equal(strlen(flaw.field), 64);
}

/* ---- what is read ---- */

static void strings_and_sub_messages_are_read(void **state)
{
    const RegisterTicket *ticket =
        read_well(&register_ticket__descriptor, "{\"kind\": \"repair\", \"customer\": {\"name\": "
                                                "\"\\u738b芳 \\ud83d\\ude00\"}, \"team\": null}");

    (void)state;
    assert_string_equal(ticket->kind, "repair");
    assert_string_equal(ticket->customer->name, "王芳 😀");
    assert_string_equal(ticket->customer->phone, "");
    assert_string_equal(ticket->team, "");
}

static void null_empties_what_can_tell_it_from_absent(void **state)
{
    (void)state;
    const AmendTicket *order =
        read_well(&amend_ticket__descriptor, "{\"assignee\": null, \"reason\": null}");

    assert_int_equal(order->given_assignee_case, AMEND_TICKET__GIVEN_ASSIGNEE_ASSIGNEE);
    assert_string_equal(order->assignee, "");
    assert_int_equal(order->given_team_case, AMEND_TICKET__GIVEN_TEAM__NOT_SET);
    assert_string_equal(order->reason, "");
    assert_non_null(strstr(written(&order->base), "\"assignee\":\"\""));
    assert_null(strstr(written(&order->base), "team"));
    assert_null(strstr(written(&((const AmendTicket)AMEND_TICKET__INIT).base), "assignee"));
}

static void an_absent_or_null_sub_message_is_absent(void **state)
{
    (void)state;
    const RegisterTicket *absent = read_well(&register_ticket__descriptor, "{}");
    assert_null(absent->customer);
    const RegisterTicket *null = read_well(&register_ticket__descriptor, "{\"customer\": null}");
    assert_null(null->customer);
}

static void items_are_read(void **state)
{
    const PushJobUpdates *push = read_well(
        &push_job_updates__descriptor,
        "{\"updates\": [{\"photos\": []}, {\"photos\": [\"a\", \"b\"], \"latitude\": 30,"
        " \"report\": {\"old_parts_collected\": true, \"parts\": [{\"quantity\": 4294967295}]}}]}");

    (void)state;
    assert_int_equal(push->n_updates, 2);
    assert_int_equal(push->updates[0]->n_photos, 0);
    assert_string_equal(push->updates[1]->photos[1], "b");
    assert_true(push->updates[1]->latitude == 30.0);
    assert_true(push->updates[1]->report->old_parts_collected);
    assert_int_equal(push->updates[1]->report->parts[0]->quantity, UINT32_MAX);
}

static ProtobufCMessage *read_updates(const char *json, struct readings *updates, struct flaw *flaw)
{
    *updates = (struct readings){.list = "updates", .most = 3};
    return message_from_json_apart(arena, &push_job_updates__descriptor,
                                   (struct bytes){(const uint8_t *)json, strlen(json)}, updates,
                                   flaw);
}

static const char *update_id(const struct readings *updates, size_t at)
{
    return ((const JobUpdate *)updates->items[at].message)->update_id;
}

static void items_read_apart_harm_no_other(void **state)
{
    struct readings updates;
    struct flaw flaw;

    (void)state;
    assert_non_null(read_updates("{\"updates\": [{\"state\": 1, \"update_id\": \"a\"}, null,"
                                 " {\"update_id\": \"b\"}]}",
                                 &updates, &flaw));
    assert_int_equal(updates.count, 3);
    assert_string_equal(updates.items[0].flaw->field, "state");
    assert_string_equal(update_id(&updates, 0), "a");
    assert_string_equal(updates.items[1].flaw->reason, "wrong_type");
    assert_string_equal(update_id(&updates, 1), "");
    assert_null(updates.items[2].flaw);
    assert_string_equal(update_id(&updates, 2), "b");
}

/* What the reader of JSON refuses a whole text for is still of the one item. */
static void what_no_reader_takes_harms_no_other_item_either(void **state)
{
    static const struct {
        const char *item, *reason;
    } cases[] = {
        {"{\"note\": \"a\", \"note\": \"b\"}",                                   "duplicate_field"},
        {"{\"note\": \"\\u0000\"}",                                              "nul_character"  },
        {"{\"note\": \"\\ud800\"}",                                              "bad_utf8"       },
        {"{\"note\": \"\xff\"}",                                                 "bad_utf8"       },
        {"{\"latitude\": 1e999}",                                                "out_of_range"   },
        {"{\"latitude\": 12345678901234567890123}",                              "out_of_range"   },
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "too_deep"       },
    };
    struct readings updates;
    struct flaw flaw;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *json = arena_print(arena,
                                       " {\"updates\" : [ {\"update_id\": \"],{\"} ,%s\n,"
                                       "{\"update_id\": \"b\\\"\"}]}",
                                       cases[i].item);
        assert_non_null(read_updates(json, &updates, &flaw));
        assert_int_equal(updates.count, 3);
        assert_null(updates.items[0].flaw);
        assert_string_equal(update_id(&updates, 0), "],{");
        assert_string_equal(updates.items[1].flaw->reason, cases[i].reason);
        assert_null(updates.items[2].flaw);
        assert_string_equal(update_id(&updates, 2), "b\"");
    }
}

static void what_is_wrong_around_items_that_were_cut_is_a_flaw(void **state)
{
    static const struct {
        const char *json, *reason;
    } cases[] = {
        {"{\"updates\": [{\"note\": \"\xff\"}], \"updates\": []}", "duplicate_field"},
        {"{\"updates\": [{\"note\": \"\xff\"}], \"more\": 1}",     "unknown_field"  },
        {"{\"updates\": [{\"note\": \"\xff\"}",                    "bad_utf8"       },
        {"{\"updates\": [{\"note\": \"\xff\"},{},{},{}]}",         "too_many"       },
        {"[{\"updates\": [{\"note\": \"\xff\"}]}]",                "bad_utf8"       },
        {"{\"updates\": \"\xff\"}",                                "bad_utf8"       },
        {"{\"\xff\": 1, \"updates\": []}",                         "bad_utf8"       },
        {"{\"updates\": [{\"note\": x}, {}]}",                     "not_json"       },
    };
    struct readings updates;
    struct flaw flaw;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_null(read_updates(cases[i].json, &updates, &flaw));
        assert_string_equal(flaw.reason, cases[i].reason);
    }
}

static void what_is_wrong_around_items_read_apart_is_a_flaw(void **state)
{
    struct readings updates;
    struct flaw flaw;

    (void)state;
    assert_null(read_updates("{\"updates\": [], \"more\": []}", &updates, &flaw));
    assert_string_equal(flaw.reason, "unknown_field");
    assert_null(read_updates("{\"updates\": [{}, {}, {}, {}]}", &updates, &flaw));
    assert_string_equal(flaw.reason, "too_many");
    assert_string_equal(flaw.field, "updates");
    assert_non_null(read_updates("{\"updates\": null}", &updates, &flaw));
    assert_int_equal(updates.count, 0);
}

static void a_reading_holds_what_fits(void **state)
{
    static const char json[] = "{\"latitude\": \"30\", \"update_id\": \"a\"}";

    (void)state;
    struct reading reading = message_read_json(arena, &job_update__descriptor,
                                               (struct bytes){(const uint8_t *)json, strlen(json)});
    assert_string_equal(((const JobUpdate *)reading.message)->update_id, "a");
    assert_string_equal(reading.flaw->field, "latitude");
    reading = message_read_json(arena, &job_update__descriptor, (struct bytes){NULL, 0});
    assert_string_equal(((const JobUpdate *)reading.message)->update_id, "");
    assert_string_equal(reading.flaw->reason, "not_json");
}

static void what_just_fits_is_read(void **state)
{
    char *text = arena_take(arena, MESSAGE_TEXT_MOST + 1);
    struct text items = text_new(arena);

    (void)state;
    memset(text, 'x', MESSAGE_TEXT_MOST);
    const RegisterTicket *ticket =
        read_well(&register_ticket__descriptor, arena_print(arena, "{\"symptom\": \"%s\"}", text));
    assert_int_equal(strlen(ticket->symptom), MESSAGE_TEXT_MOST);

    text_add(&items, "{\"updates\": [{\"photos\": [\"a\"");
    for (int i = 1; i < MESSAGE_ITEMS_MOST; i++)
        text_add(&items, ",\"a\"");
    text_add(&items, "]}]}");
    const PushJobUpdates *push = read_well(&push_job_updates__descriptor, items.at);
    assert_int_equal(push->updates[0]->n_photos, MESSAGE_ITEMS_MOST);
}

static void depth_is_counted_to_the_level(void **state)
{
    struct flaw flaw;

    (void)state;
    struct text json = text_new(arena);
    text_add(&json, "{\"x\":");
    for (int i = 1; i < MESSAGE_DEPTH_MOST; i++)
        text_add(&json, "[");
    for (int i = 1; i < MESSAGE_DEPTH_MOST; i++)
        text_add(&json, "]");
    text_add(&json, "}");
    assert_null(read_as(&register_ticket__descriptor, json.at, &flaw));
    assert_string_equal(flaw.reason, "unknown_field");

    const RegisterTicket *ticket =
        read_well(&register_ticket__descriptor, "{\"symptom\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                                                "[[[[[[[[[[[[[[[\\\"[[[[[[[[[[\"}");
    assert_int_equal(ticket->symptom[0], '[');
}

static void a_thousand_lean_updates_fit_the_budget(void **state)
{
    struct text json = text_new(arena);

    (void)state;
    text_add(&json, "{\"updates\":[");
    for (int i = 0; i < 1000; i++)
        text_print(&json, "%s{\"update_id\":\"%d\",\"job_id\":\"J10000012\",\"state\":\"paused\"}",
                   i > 0 ? "," : "", i);
    text_add(&json, "]}");
    const PushJobUpdates *push = read_well(&push_job_updates__descriptor, json.at);
    assert_int_equal(push->n_updates, 1000);
}

static void refusing_a_mebibyte_of_empty_objects_stays_in_the_budget(void **state)
{
    struct text json = text_new(arena);
    struct flaw flaw;

    (void)state;
    text_add(&json, "{\"updates\":[{}");
    while (json.length < 1024 * 1024)
        text_add(&json, ",{}");
    text_add(&json, "]}");
    size_t before = arena_taken(arena);
    assert_null(read_as(&push_job_updates__descriptor, json.at, &flaw));
    assert_string_equal(flaw.reason, "too_large");
    /* The arena rounds up and keeps notes of its own: an eighth more is fair. */
    assert_true(arena_taken(arena) - before < 36 * 1024 * 1024);
}

static void jansson_is_malloc_outside_of_a_parse(void **state)
{
    (void)state;
    json_t *before = json_pack("{s: [i, i]}", "a", 1, 2);
    read_well(&register_ticket__descriptor, "{\"kind\": \"repair\"}");
    json_t *after = json_pack("{s: s}", "b", "c");
    arena_reset(arena);
    assert_string_equal(json_string_value(json_object_get(after, "b")), "c");
    json_decref(before);
    json_decref(after);
}

/* ---- numbers ---- */

static void wide_numbers_are_numbers_to_2_53_and_strings_above(void **state)
{
    static const struct {
        const char *in;
        const char *out;
        uint64_t value;
    } rows[] = {
        {"0",                        "0",                        0               },
        {"9007199254740992",         "9007199254740992",         1ull << 53      },
        {"\"7\"",                    "7",                        7               },
        {"\"9007199254740993\"",     "\"9007199254740993\"",     (1ull << 53) + 1},
        {"\"18446744073709551615\"", "\"18446744073709551615\"", UINT64_MAX      },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        ReadEvents *page =
            read_well(&read_events__descriptor, arena_print(arena, "{\"after\": %s}", rows[i].in));
        assert_true(page->after == rows[i].value);
        assert_non_null(
            strstr(written(&page->base), arena_print(arena, "{\"after\":%s,", rows[i].out)));
    }
}

static void wide_numbers_as_strings_are_digits_in_range(void **state)
{
    static const struct {
        const char *in;
        const char *reason;
    } rows[] = {
        {"\"\"",                      "wrong_type"  },
        {"\"-\"",                     "wrong_type"  },
        {"\"+7\"",                    "wrong_type"  },
        {"\" 7\"",                    "wrong_type"  },
        {"\"7x\"",                    "wrong_type"  },
        {"\"-1\"",                    "out_of_range"},
        {"\"18446744073709551616\"",  "out_of_range"},
        {"\"118446744073709551615\"", "out_of_range"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct flaw flaw;
        const char *json = arena_print(arena, "{\"after\": %s}", rows[i].in);
        assert_null(read_as(&read_events__descriptor, json, &flaw));
        assert_string_equal(flaw.reason, rows[i].reason);
        assert_string_equal(flaw.field, "after");
    }
}

static void numbers_below_zero_are_read_and_written(void **state)
{
    (void)state;
    Event *event =
        read_well(&event__descriptor,
                  "{\"occurred_at_ms\": \"-9223372036854775808\", \"recorded_at_ms\": -1}");
    assert_true(event->occurred_at_ms == INT64_MIN);
    assert_non_null(strstr(written(&event->base), "\"occurred_at_ms\":\"-9223372036854775808\""));
    assert_non_null(strstr(written(&event->base), "\"recorded_at_ms\":-1,"));
}

static void doubles_are_written_as_short_as_they_read_back(void **state)
{
    static const struct {
        double value;
        const char *json;
    } rows[] = {
        {0.0,                    "0"                      },
        {-0.0,                   "-0"                     },
        {1.0,                    "1"                      },
        {0.1,                    "0.1"                    },
        {30.27415,               "30.27415"               },
        {120.155070000000001,    "120.15507"              },
        {1.0 / 3.0,              "0.3333333333333333"     },
        {0.1 + 0.2,              "0.30000000000000004"    },
        {1e21,                   "1e+21"                  },
        {5e-324,                 "4.94065645841247e-324"  },
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {(double)NAN,            "null"                   },
        {(double)INFINITY,       "null"                   },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        JobUpdate update = JOB_UPDATE__INIT;
        update.latitude = rows[i].value;
        const char *json = written(&update.base);
        assert_non_null(strstr(json, arena_print(arena, "\"latitude\":%s,", rows[i].json)));
        JobUpdate *back = read_well(&job_update__descriptor, json);
        assert_true(back->latitude == rows[i].value || !isfinite(rows[i].value));
    }
}

/* ---- what is written ---- */

static void every_field_is_written_in_the_order_of_the_proto(void **state)
{
    Branch branch = BRANCH__INIT;

    (void)state;
    branch.branch = "hangzhou-xihu";
    branch.version = 3;
    assert_string_equal(written(&branch.base),
                        "{\"branch\":\"hangzhou-xihu\",\"name\":\"\",\"parent\":\"\",\"kind\":\"\","
                        "\"time_zone\":\"\",\"version\":3}");
}

static void sub_messages_items_and_truths_are_written(void **state)
{
    Part part = PART__INIT;
    Part *parts[] = {&part, &part};
    Report report = REPORT__INIT;

    (void)state;
    part.part_number = "E-1";
    report.parts = parts;
    report.n_parts = 2;
    report.old_parts_collected = 1;
    assert_string_equal(
        written(&report.base),
        "{\"findings\":\"\",\"cause\":\"\",\"work_done\":\"\",\"parts\":["
        "{\"part_number\":\"E-1\",\"serial_number\":\"\",\"quantity\":0},"
        "{\"part_number\":\"E-1\",\"serial_number\":\"\",\"quantity\":0}],"
        "\"hours\":0,\"test_result\":\"\",\"old_parts_collected\":true,\"photos\":[]}");
    JobCompleted completed = JOB_COMPLETED__INIT;
    assert_non_null(strstr(written(&completed.base), "\"report\":null"));
}

static void bytes_are_hexadecimal_digits(void **state)
{
    struct flaw flaw;

    (void)state;
    Event *event = read_well(&event__descriptor, "{\"hash\": \"00fFA0\"}");
    assert_int_equal(event->hash.len, 3);
    assert_memory_equal(event->hash.data, "\x00\xff\xa0", 3);
    assert_non_null(strstr(written(&event->base), "\"hash\":\"00ffa0\""));
    assert_null(read_as(&event__descriptor, "{\"hash\": \"abc\"}", &flaw));
    assert_string_equal(flaw.reason, "wrong_type");
    assert_null(read_as(&event__descriptor, "{\"hash\": \"zz\"}", &flaw));
    assert_string_equal(flaw.reason, "wrong_type");
}

static void strings_are_escaped(void **state)
{
    (void)state;
    assert_string_equal(quoted(""), "\"\"");
    assert_string_equal(quoted("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_string_equal(quoted("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    assert_string_equal(quoted("王芳 😀"), "\"王芳 😀\"");
}

static void what_is_not_utf8_is_replaced(void **state)
{
    (void)state;
    assert_string_equal(quoted("a\xff"
                               "b"),
                        "\"a\uFFFDb\"");
    assert_string_equal(quoted("\xe7\x8e"), "\"\uFFFD\uFFFD\"");
    assert_string_equal(quoted("\xff\n王"), "\"\uFFFD\\n王\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_body_is_refused),
        cmocka_unit_test(the_detail_says_what_was_expected),
        cmocka_unit_test(everything_that_does_not_fit_is_named),
        cmocka_unit_test(only_so_many_are_named),
        cmocka_unit_test(a_long_unknown_name_is_cut_in_the_path),
        cmocka_unit_test(strings_and_sub_messages_are_read),
        cmocka_unit_test(null_empties_what_can_tell_it_from_absent),
        cmocka_unit_test(an_absent_or_null_sub_message_is_absent),
        cmocka_unit_test(items_are_read),
        cmocka_unit_test(items_read_apart_harm_no_other),
        cmocka_unit_test(what_no_reader_takes_harms_no_other_item_either),
        cmocka_unit_test(what_is_wrong_around_items_that_were_cut_is_a_flaw),
        cmocka_unit_test(what_is_wrong_around_items_read_apart_is_a_flaw),
        cmocka_unit_test(a_reading_holds_what_fits),
        cmocka_unit_test(what_just_fits_is_read),
        cmocka_unit_test(depth_is_counted_to_the_level),
        cmocka_unit_test(a_thousand_lean_updates_fit_the_budget),
        cmocka_unit_test(refusing_a_mebibyte_of_empty_objects_stays_in_the_budget),
        cmocka_unit_test(jansson_is_malloc_outside_of_a_parse),
        cmocka_unit_test(wide_numbers_are_numbers_to_2_53_and_strings_above),
        cmocka_unit_test(wide_numbers_as_strings_are_digits_in_range),
        cmocka_unit_test(numbers_below_zero_are_read_and_written),
        cmocka_unit_test(doubles_are_written_as_short_as_they_read_back),
        cmocka_unit_test(every_field_is_written_in_the_order_of_the_proto),
        cmocka_unit_test(sub_messages_items_and_truths_are_written),
        cmocka_unit_test(bytes_are_hexadecimal_digits),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(what_is_not_utf8_is_replaced),
    };

    return cmocka_run_group_tests(tests, new_arena, free_arena);
}

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

static void *unpacked(const ProtobufCMessageDescriptor *type, struct bytes packed)
{
    struct flaw flaw = {0};
    void *message = message_unpack(arena, type, packed, &flaw);

    if (!message)
        fail_msg("%s: %s: %s", flaw.field, flaw.reason, flaw.detail);
    return message;
}

static void refuses(const ProtobufCMessageDescriptor *type, struct bytes packed, const char *field,
                    const char *reason)
{
    struct flaw flaw = {0};

    assert_null(message_unpack(arena, type, packed, &flaw));
    assert_string_equal(flaw.reason, reason);
    assert_string_equal(flaw.field, field);
    assert_true(strncmp(flaw.detail, "expected ", 9) == 0);
}

#define BYTES(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})

/* A field of the wire: its number and wire type, the length, the content. */
static void add_field(struct text *to, int number, const void *content, size_t size)
{
    size_t rest = size;

    text_add_bytes(to, (const char[]){(char)(number << 3 | 2)}, 1);
    do {
        char low = (char)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
        text_add_bytes(to, &low, 1);
    } while ((rest >>= 7) > 0);
    text_add_bytes(to, content, size);
}

static struct bytes bytes_of(const struct text *text)
{
    return (struct bytes){(const uint8_t *)text->at, text->length};
}

/* ---- there and back ---- */

static void what_is_packed_unpacks_the_same(void **state)
{
    Customer customer = CUSTOMER__INIT;
    RegisterTicket order = REGISTER_TICKET__INIT;

    (void)state;
    customer.name = "王芳";
    order.kind = "repair";
    order.customer = &customer;

    RegisterTicket *back = unpacked(&register_ticket__descriptor, message_pack(arena, &order.base));
    assert_string_equal(back->kind, "repair");
    assert_string_equal(back->customer->name, "王芳");
    assert_string_equal(back->branch, "");
}

static void nothing_unpacks_to_the_defaults(void **state)
{
    (void)state;
    Ticket *ticket = unpacked(&ticket__descriptor, BYTES(""));
    assert_string_equal(ticket->ticket_id, "");
    assert_null(ticket->customer);
    assert_int_equal(ticket->n_jobs, 0);
}

static void a_field_of_a_later_release_is_kept(void **state)
{
    struct text later = text_new(arena);

    (void)state;
    add_field(&later, 15, "new", 3);
    FindTicket *find = unpacked(&find_ticket__descriptor, bytes_of(&later));
    struct bytes again = message_pack(arena, &find->base);
    assert_int_equal(again.size, later.length);
    assert_memory_equal(again.at, later.at, later.length);
}

static void a_new_message_has_its_defaults(void **state)
{
    (void)state;
    const Ticket *ticket = (const Ticket *)message_new(arena, &ticket__descriptor);
    assert_ptr_equal(ticket->base.descriptor, &ticket__descriptor);
    assert_string_equal(ticket->state, "");
}

/* ---- the walk at the door ---- */

static void what_is_not_protobuf_is_unreadable(void **state)
{
    static const struct {
        struct bytes packed;
    } rows[] = {
        {BYTES("\x0a")}, /* no length */
        {BYTES("\x0a\x05"
               "abc")},                                              /* too short */
        {BYTES("\x0a\xff\xff\xff\xff\x0f")},                         /* 4 GiB announced */
        {BYTES("\x0a\x80\x80\x80\x80\x80\x01")},                     /* a length of six bytes */
        {BYTES("\x02\x00")},                                         /* field 0 */
        {BYTES("\xfa\xff\xff\xff\x7f\x00")},                         /* a number above 2^29 − 1 */
        {BYTES("\x0b\x0c")},                                         /* a group */
        {BYTES("\x0e\x00")},                                         /* wire type 6 */
        {BYTES("\x08\x01")},                                         /* a number for a string */
        {BYTES("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")}, /* a number of 11 bytes */
        {BYTES("\x11\x01\x02\x03")},                                 /* half a fixed64 */
        {BYTES("\x15\x01\x02")},                                     /* half a fixed32 */
        {BYTES("\x80")},                                             /* half a tag */
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        refuses(&ticket__descriptor, rows[i].packed, "", "unreadable");
}

static void every_prefix_is_read_or_refused(void **state)
{
    Customer customer = CUSTOMER__INIT;
    RegisterTicket order = REGISTER_TICKET__INIT;

    (void)state;
    customer.name = "王芳";
    order.branch = "hangzhou-xihu";
    order.customer = &customer;
    struct bytes packed = message_pack(arena, &order.base);
    for (size_t size = 0; size < packed.size; size++) {
        struct flaw flaw = {0};
        struct bytes part = {arena_copy_bytes(arena, packed.at, size), size};
        ProtobufCMessage *read = message_unpack(arena, &register_ticket__descriptor, part, &flaw);
        assert_true(read || flaw.reason);
    }
}

static void text_is_utf8_without_nul(void **state)
{
    (void)state;
    refuses(&ticket__descriptor,
            BYTES("\x0a\x03"
                  "a\xff"
                  "b"),
            "ticket_id", "bad_utf8");
    refuses(&ticket__descriptor,
            BYTES("\x0a\x03"
                  "a\x00"
                  "b"),
            "ticket_id", "nul_character");
    refuses(&ticket__descriptor, BYTES("\x52\x04\x12\x02\xed\xa0"), "customer.phone", "bad_utf8");
}

static void items_are_named_by_their_index(void **state)
{
    struct text push = text_new(arena), good = text_new(arena), bad = text_new(arena);

    (void)state;
    add_field(&good, 10, "a.jpg", 5);
    add_field(&bad, 10, "a.jpg", 5);
    add_field(&bad, 10, "\xc0\x80", 2);
    add_field(&push, 1, good.at, good.length);
    add_field(&push, 1, good.at, good.length);
    add_field(&push, 1, bad.at, bad.length);
    refuses(&push_job_updates__descriptor, bytes_of(&push), "updates[2].photos[1]", "bad_utf8");
}

static void text_is_as_long_as_it_may_be_and_no_longer(void **state)
{
    struct text longest = text_new(arena), longer = text_new(arena);
    char *text = arena_take(arena, MESSAGE_TEXT_MOST + 1);

    (void)state;
    memset(text, 'x', MESSAGE_TEXT_MOST + 1);
    add_field(&longest, 1, text, MESSAGE_TEXT_MOST);
    add_field(&longer, 1, text, MESSAGE_TEXT_MOST + 1);
    const Ticket *ticket = unpacked(&ticket__descriptor, bytes_of(&longest));
    assert_int_equal(strlen(ticket->ticket_id), MESSAGE_TEXT_MOST);
    refuses(&ticket__descriptor, bytes_of(&longer), "ticket_id", "too_long");
}

static void items_are_as_many_as_there_may_be_and_no_more(void **state)
{
    struct text push = text_new(arena);

    (void)state;
    for (int i = 0; i < MESSAGE_ITEMS_MOST; i++)
        add_field(&push, 10, "abcdefgh", 8);
    const JobUpdate *update = unpacked(&job_update__descriptor, bytes_of(&push));
    assert_int_equal(update->n_photos, MESSAGE_ITEMS_MOST);
    add_field(&push, 10, "abcdefgh", 8);
    refuses(&job_update__descriptor, bytes_of(&push), "photos", "too_many");
}

/* ---- the budget ---- */

/* Empty sub-messages, as many as `bytes` hold, ten thousand at most in one list of many. */
static struct text empty_updates(size_t bytes)
{
    struct text inner = text_new(arena), outer = text_new(arena);

    for (int i = 0; i < MESSAGE_ITEMS_MOST; i++)
        add_field(&inner, 4, "", 0);
    while (outer.length + inner.length < bytes) {
        struct text report = text_new(arena);
        add_field(&report, 8, inner.at, inner.length);
        add_field(&outer, 1, report.at, report.length);
    }
    return outer;
}

static void a_mebibyte_of_empty_sub_messages_stays_in_the_budget(void **state)
{
    struct text bomb = empty_updates(1024 * 1024);

    (void)state;
    size_t before = arena_taken(arena);
    refuses(&push_job_updates__descriptor, bytes_of(&bomb), "", "unreadable");
    assert_true(arena_taken(arena) - before < 20 * 1024 * 1024);
}

static void the_same_sub_message_again_and_again_stays_in_the_budget(void **state)
{
    struct text bomb = text_new(arena), customer = text_new(arena);

    (void)state;
    add_field(&customer, 1, "x", 1);
    while (bomb.length < 256 * 1024)
        add_field(&bomb, 10, customer.at, customer.length);
    size_t before = arena_taken(arena);
    refuses(&ticket__descriptor, bytes_of(&bomb), "", "unreadable");
    assert_true(arena_taken(arena) - before < 6 * 1024 * 1024);
}

static void what_the_house_sends_fits_the_budget(void **state)
{
    enum { EVENTS = 1000 };
    EventPage page = EVENT_PAGE__INIT;
    ProtobufCBinaryData events[EVENTS];
    Event event = EVENT__INIT;

    (void)state;
    event.source = "intake";
    event.type = "intake.TicketNoted";
    struct bytes packed = message_pack(arena, &event.base);
    for (int i = 0; i < EVENTS; i++)
        events[i] = (ProtobufCBinaryData){packed.size, (uint8_t *)packed.at};
    page.events = events;
    page.n_events = EVENTS;
    const EventPage *back = unpacked(&event_page__descriptor, message_pack(arena, &page.base));
    assert_int_equal(back->n_events, EVENTS);
}

/* ---- one field of what is packed ---- */

static void one_field_is_read_without_the_rest(void **state)
{
    Ticket ticket = TICKET__INIT;
    const ProtobufCMessageDescriptor *type = &ticket__descriptor;

    (void)state;
    ticket.ticket_id = "T10000018";
    ticket.state = "waiting";
    ticket.description = "drips";
    struct bytes packed = message_pack(arena, &ticket.base);
    assert_string_equal(message_peek(arena, type, packed, "state"), "waiting");
    assert_string_equal(message_peek(arena, type, packed, "branch"), "");
    assert_string_equal(message_peek(arena, type, (struct bytes){NULL, 0}, "state"), "");

    packed.size--;
    assert_null(message_peek(arena, type, packed, "ticket_id"));
}

static void of_one_field_said_twice_the_last_counts(void **state)
{
    Ticket first = TICKET__INIT, second = TICKET__INIT;
    struct text both = text_new(arena);

    (void)state;
    first.state = "waiting";
    second.state = "closed";
    struct bytes packed = message_pack(arena, &first.base);
    text_add_bytes(&both, packed.at, packed.size);
    packed = message_pack(arena, &second.base);
    text_add_bytes(&both, packed.at, packed.size);

    const char *read = message_peek(arena, &ticket__descriptor, bytes_of(&both), "state");
    assert_string_equal(read, "closed");
    assert_string_equal(message_text(unpacked(&ticket__descriptor, bytes_of(&both)), "state"),
                        read);
}

/* ---- one field by its name ---- */

static void fields_are_known_by_name(void **state)
{
    Ticket ticket = TICKET__INIT, nobodys = TICKET__INIT;
    Customer customer = CUSTOMER__INIT;

    (void)state;
    ticket.state = "waiting";
    ticket.customer = &customer;
    customer.name = "王芳";
    assert_true(message_has(&ticket__descriptor, "state"));
    assert_false(message_has(&ticket__descriptor, "colour"));
    assert_string_equal(message_text(&ticket.base, "state"), "waiting");
    assert_string_equal(message_text(&ticket.base, "branch"), "");
    assert_null(message_text(&ticket.base, "colour"));
    assert_null(message_text(&ticket.base, "version"));
    assert_null(message_text(&ticket.base, "jobs"));
    assert_string_equal(message_text(&ticket.base, "customer.name"), "王芳");
    assert_null(message_text(&ticket.base, "customer.colour"));
    assert_null(message_text(&ticket.base, "cust.name"));
    assert_null(message_text(&ticket.base, "state.name"));
    assert_null(message_text(&nobodys.base, "customer.name"));
}

static void set(ProtobufCMessage *message, const char *field, const char *value)
{
    struct flaw flaw = {0};

    if (!message_set(arena, message, field, value, &flaw))
        fail_msg("%s: %s: %s", flaw.field, flaw.reason, flaw.detail);
}

static void fields_are_set_from_text(void **state)
{
    Ticket ticket = TICKET__INIT;
    JobUpdate update = JOB_UPDATE__INIT;
    Event event = EVENT__INIT;

    (void)state;
    set(&ticket.base, "state", "waiting");
    set(&ticket.base, "version", "18446744073709551615");
    set(&ticket.base, "reopen_count", "4294967295");
    set(&ticket.base, "customer.name", "王芳");
    set(&ticket.base, "customer.phone", "13800138000");
    set(&update.base, "latitude", "-30.25e0");
    set(&update.base, "report.old_parts_collected", "t");
    set(&event.base, "occurred_at_ms", "-1");
    set(&event.base, "hash", "\\x00ff");
    assert_string_equal(ticket.state, "waiting");
    assert_true(ticket.version == UINT64_MAX);
    assert_true(ticket.reopen_count == UINT32_MAX);
    assert_string_equal(ticket.customer->name, "王芳");
    assert_string_equal(ticket.customer->phone, "13800138000");
    assert_true(update.latitude == -30.25);
    assert_true(update.report->old_parts_collected);
    assert_true(event.occurred_at_ms == -1);
    assert_int_equal(event.hash.len, 2);
    assert_memory_equal(event.hash.data, "\x00\xff", 2);
}

static void truths_have_four_words(void **state)
{
    Report report = REPORT__INIT;

    (void)state;
    set(&report.base, "old_parts_collected", "true");
    assert_true(report.old_parts_collected);
    set(&report.base, "old_parts_collected", "f");
    assert_false(report.old_parts_collected);
    set(&report.base, "old_parts_collected", "t");
    assert_true(report.old_parts_collected);
    set(&report.base, "old_parts_collected", "false");
    assert_false(report.old_parts_collected);
}

static void sql_null_leaves_the_default(void **state)
{
    Ticket ticket = TICKET__INIT;

    (void)state;
    set(&ticket.base, "version", NULL);
    set(&ticket.base, "jobs", NULL);
    set(&ticket.base, "state", NULL);
    assert_int_equal(ticket.version, 0);
    assert_int_equal(ticket.n_jobs, 0);
    assert_string_equal(ticket.state, "");
}

static void a_value_is_copied(void **state)
{
    Ticket ticket = TICKET__INIT;
    char value[] = "waiting";

    (void)state;
    set(&ticket.base, "state", value);
    value[0] = 'b';
    assert_string_equal(ticket.state, "waiting");
}

static void arrays_come_as_postgresql_prints_them(void **state)
{
    static const struct {
        const char *array;
        size_t count;
        const char *first;
        const char *last;
    } rows[] = {
        {"{}",                            0, NULL,         NULL     },
        {"{a}",                           1, "a",          "a"      },
        {"{a,b,c}",                       3, "a",          "c"      },
        {"{\"\",b}",                      2, "",           "b"      },
        {"{\"a,b\",\"{c}\"}",             2, "a,b",        "{c}"    },
        {"{\"say \\\"no\\\"\",\"\\\\\"}", 2, "say \"no\"", "\\"     },
        {"{\"null\",\"NULL\"}",           2, "null",       "NULL"   },
        {"{nullable,a b}",                2, "nullable",   "a b"    },
        {"{王芳,\"李 雷\"}",          2, "王芳",     "李 雷"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        Ticket ticket = TICKET__INIT;
        set(&ticket.base, "jobs", rows[i].array);
        assert_int_equal(ticket.n_jobs, rows[i].count);
        if (rows[i].count > 0) {
            assert_string_equal(ticket.jobs[0], rows[i].first);
            assert_string_equal(ticket.jobs[rows[i].count - 1], rows[i].last);
        }
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *field;
        const char *value;
        const char *at;
        const char *reason;
    } rows[] = {
        {"colour",          "red",                  "colour",          "unknown_field"},
        {"customer.colour", "red",                  "customer.colour", "unknown_field"},
        {"jobs.state",      "x",                    "jobs",            "unknown_field"},
        {"state.x",         "x",                    "state",           "unknown_field"},
        {"",                "x",                    "",                "unknown_field"},
        {".name",           "x",                    "",                "unknown_field"},
        {"customer.",       "x",                    "customer",        "unknown_field"},
        {"customer",        "x",                    "customer",        "wrong_type"   },
        {"version",         "",                     "version",         "wrong_type"   },
        {"version",         "1.0",                  "version",         "wrong_type"   },
        {"version",         " 1",                   "version",         "wrong_type"   },
        {"version",         "-1",                   "version",         "out_of_range" },
        {"version",         "18446744073709551616", "version",         "out_of_range" },
        {"reopen_count",    "4294967296",           "reopen_count",    "out_of_range" },
        {"state",           "\xff",                 "state",           "bad_utf8"     },
        {"jobs",            "",                     "jobs",            "wrong_type"   },
        {"jobs",            "a",                    "jobs",            "wrong_type"   },
        {"jobs",            "{",                    "jobs",            "wrong_type"   },
        {"jobs",            "{a",                   "jobs",            "wrong_type"   },
        {"jobs",            "{a,}",                 "jobs",            "wrong_type"   },
        {"jobs",            "{,a}",                 "jobs",            "wrong_type"   },
        {"jobs",            "{a}b",                 "jobs",            "wrong_type"   },
        {"jobs",            "{a,NULL}",             "jobs",            "wrong_type"   },
        {"jobs",            "{{a},{b}}",            "jobs",            "wrong_type"   },
        {"jobs",            "{\"a}",                "jobs",            "wrong_type"   },
        {"jobs",            "{\"a\"b}",             "jobs",            "wrong_type"   },
        {"jobs",            "{a\\",                 "jobs",            "wrong_type"   },
        {"jobs",            "{a,\"\xff\"}",         "jobs[1]",         "bad_utf8"     },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        Ticket ticket = TICKET__INIT;
        struct flaw flaw = {0};
        assert_false(message_set(arena, &ticket.base, rows[i].field, rows[i].value, &flaw));
        if (strcmp(flaw.field, rows[i].at) != 0 || strcmp(flaw.reason, rows[i].reason) != 0)
            fail_msg("%s = %s: %s %s", rows[i].field, rows[i].value, flaw.field, flaw.reason);
    }
}

static void numbers_and_truths_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *field;
        const char *value;
        const char *reason;
    } rows[] = {
        {"latitude",                   "",      "wrong_type"  },
        {"latitude",                   "x",     "wrong_type"  },
        {"latitude",                   "1e",    "wrong_type"  },
        {"latitude",                   "nan",   "wrong_type"  },
        {"latitude",                   "inf",   "wrong_type"  },
        {"latitude",                   "0x10",  "wrong_type"  },
        {"latitude",                   " 1",    "wrong_type"  },
        {"latitude",                   "1e400", "out_of_range"},
        {"report.old_parts_collected", "",      "wrong_type"  },
        {"report.old_parts_collected", "yes",   "wrong_type"  },
        {"report.old_parts_collected", "1",     "wrong_type"  },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        JobUpdate update = JOB_UPDATE__INIT;
        struct flaw flaw = {0};
        assert_false(message_set(arena, &update.base, rows[i].field, rows[i].value, &flaw));
        assert_string_equal(flaw.field, rows[i].field);
        assert_string_equal(flaw.reason, rows[i].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_unpacks_the_same),
        cmocka_unit_test(nothing_unpacks_to_the_defaults),
        cmocka_unit_test(a_field_of_a_later_release_is_kept),
        cmocka_unit_test(a_new_message_has_its_defaults),
        cmocka_unit_test(what_is_not_protobuf_is_unreadable),
        cmocka_unit_test(every_prefix_is_read_or_refused),
        cmocka_unit_test(text_is_utf8_without_nul),
        cmocka_unit_test(items_are_named_by_their_index),
        cmocka_unit_test(text_is_as_long_as_it_may_be_and_no_longer),
        cmocka_unit_test(items_are_as_many_as_there_may_be_and_no_more),
        cmocka_unit_test(a_mebibyte_of_empty_sub_messages_stays_in_the_budget),
        cmocka_unit_test(the_same_sub_message_again_and_again_stays_in_the_budget),
        cmocka_unit_test(what_the_house_sends_fits_the_budget),
        cmocka_unit_test(one_field_is_read_without_the_rest),
        cmocka_unit_test(of_one_field_said_twice_the_last_counts),
        cmocka_unit_test(fields_are_known_by_name),
        cmocka_unit_test(fields_are_set_from_text),
        cmocka_unit_test(truths_have_four_words),
        cmocka_unit_test(sql_null_leaves_the_default),
        cmocka_unit_test(a_value_is_copied),
        cmocka_unit_test(arrays_come_as_postgresql_prints_them),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(numbers_and_truths_that_do_not_fit_are_refused),
    };

    return cmocka_run_group_tests(tests, new_arena, free_arena);
}

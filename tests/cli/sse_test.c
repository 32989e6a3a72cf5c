#include "sse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char heard[512];
static struct sse *sse;

static void hear(void *with, const struct sse_event *event)
{
    size_t length = strlen(heard);

    snprintf(heard + length, sizeof heard - length, "[%s|%s|%s]", event->id, event->type,
             event->data);
}

static int begin(void **unused)
{
    heard[0] = '\0';
    sse = sse_new(hear, NULL);
    return 0;
}

static int end(void **unused)
{
    sse_free(sse);
    return 0;
}

static const char *fed(const char *bytes)
{
    assert_true(sse_feed(sse, bytes, strlen(bytes)));
    return heard;
}

static void an_event_ends_with_an_empty_line(void **unused)
{
    assert_string_equal(fed("id: 7\nevent: a.b\ndata: {}\n"), "");
    assert_string_equal(fed("\n"), "[7|a.b|{}]");
}

static void lines_of_data_are_joined(void **unused)
{
    assert_string_equal(fed("data: one\ndata:two\n\n"), "[||one\ntwo]");
}

static void comments_and_unknown_fields_say_nothing(void **unused)
{
    assert_string_equal(fed(": keep\n\nretry: 5\ncolour: red\ndata: x\n\n"), "[||x]");
}

static void every_line_end_is_one(void **unused)
{
    assert_string_equal(fed("data: a\r\n\r\ndata: b\r\rdata: c\n\n"), "[||a][||b][||c]");
}

static void an_id_stays_until_the_next(void **unused)
{
    assert_string_equal(fed("id: 1\ndata: a\n\ndata: b\n\n"), "[1||a][1||b]");
}

static void it_does_not_matter_where_the_bytes_are_cut(void **unused)
{
    static const char stream[] = "id: 1\r\nevent: e\r\ndata: a\r\n\r\n";

    for (size_t i = 0; stream[i]; i++)
        assert_true(sse_feed(sse, &stream[i], 1));
    assert_string_equal(heard, "[1|e|a]");
}

static void what_is_cut_off_is_never_heard(void **unused)
{
    fed("id: 1\ndata: half");
    sse_restart(sse);

    assert_string_equal(fed("data: whole\n\n"), "[||whole]");
}

static void an_event_has_a_most(void **unused)
{
    static char bytes[64 * 1024];
    size_t fed_in = 0;

    memset(bytes, 'x', sizeof bytes);
    while (fed_in + sizeof bytes <= SSE_EVENT_MOST) {
        assert_true(sse_feed(sse, bytes, sizeof bytes));
        fed_in += sizeof bytes;
    }
    assert_false(sse_feed(sse, bytes, SSE_EVENT_MOST - fed_in + 1));
}

#define SSE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SSE_TEST(an_event_ends_with_an_empty_line),
        SSE_TEST(lines_of_data_are_joined),
        SSE_TEST(comments_and_unknown_fields_say_nothing),
        SSE_TEST(every_line_end_is_one),
        SSE_TEST(an_id_stays_until_the_next),
        SSE_TEST(it_does_not_matter_where_the_bytes_are_cut),
        SSE_TEST(what_is_cut_off_is_never_heard),
        SSE_TEST(an_event_has_a_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

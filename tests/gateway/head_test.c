#include "http/head.h"

#include "room.h"

#include <string.h>

static struct arena *arena;
static struct head head;

/* The verdict over a whole head, given a byte at a time; −1: broken, 0: fine. */
static int verdict(const char *text)
{
    struct head_watch watch = {0};
    enum head_progress progress = HEAD_MORE;
    size_t size = 0;

    while (progress == HEAD_MORE && size <= strlen(text))
        progress = head_watch(&watch, (struct bytes){(const uint8_t *)text, size++});
    if (progress != HEAD_WHOLE)
        return -1;
    return head_read(arena, (struct bytes){(const uint8_t *)text, watch.seen}, &head).status;
}

#define HOST "Host: here\r\n"

TEST(a_head_is_read)
{
    EQUAL(verdict("POST /v1/tickets?a=b HTTP/1.1\r\nhost: here\r\nX: 1\r\n"
                  "Content-Length:  12 \r\nExpect: 100-continue\r\n\r\n"),
          0);

    SAME(head.method, "POST");
    SAME(head.path, "/v1/tickets");
    SAME(head.query, "a=b");
    SAME(head.of[FIELD_HOST], "here");
    EQUAL(head.length, 12);
    TRUE(head.awaits_continue);
    TRUE(!head.chunked && !head.close && !head.old);
}

TEST(an_old_head_ends_its_connection)
{
    EQUAL(verdict("GET / HTTP/1.0\r\n\r\n"), 0);
    TRUE(head.close);
    EQUAL(verdict("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 0);
    TRUE(!head.close);
    EQUAL(verdict("GET / HTTP/1.1\r\n" HOST "Connection: x, Close\r\n\r\n"), 0);
    TRUE(head.close);
}

/* The cases of what was seen to smuggle a request through one parser or another. */
TEST(nothing_is_smuggled)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",             400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",             400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n",                               400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n",                                 400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n",                                400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n",                                    400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",    400},
        {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n",                        501},
        {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n",                   501},
        {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
         400                                                                                         },
        {"POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",                         400},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\n",                                 400},
        {"POST / HTTP/1.1\r\nHost : here\r\n\r\n",                                                400},
        {"POST / HTTP/1.1\r\n" HOST "X Foo: 5\r\n\r\n",                                           400},
        {"POST / HTTP/1.1\r\n" HOST " Content-Length: 5\r\n\r\n",                                 -1 },
        {"POST / HTTP/1.1\r\n" HOST "X: a\r\n\tTransfer-Encoding: chunked\r\n\r\n",               -1 },
        {"POST / HTTP/1.1\r\n" HOST "X:\rxTransfer-Encoding: chunked\r\n\r\n",                    -1 },
        {"POST / HTTP/1.1\r\n" HOST "\r\rX",                                                      -1 },
        {"POST / HTTP/1.1\n" HOST "\r\n",                                                         -1 },
        {"POST / HTTP/1.1\r\nHost: here\n\r\n",                                                   -1 },
        {"POST / HTTP/1.1\r\n\r\n",                                                               400},
        {"POST / HTTP/1.1\r\n" HOST HOST "\r\n",                                                  400},
        {"POST / HTTP/1.1\r\nHost: a b\r\n\r\n",                                                  400},
        {"POST / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n",                                            -1 },
        {"POST / HTTP/1.1\r\n" HOST "X\r\n\r\n",                                                  400},
        {"POST / HTTP/1.1\r\n" HOST ": x\r\n\r\n",                                                400},
        {"\r\nPOST / HTTP/1.1\r\n" HOST "\r\n",                                                   -1 },
        {"POST http://here/ HTTP/1.1\r\n" HOST "\r\n",                                            400},
        {"POST * HTTP/1.1\r\n" HOST "\r\n",                                                       400},
        {"GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n",                                   400},
        {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",                          400},
        {"GET  / HTTP/1.1\r\n" HOST "\r\n",                                                       400},
        {"GET / HTTP/1.1 \r\n" HOST "\r\n",                                                       400},
        {"GET /\r\n" HOST "\r\n",                                                                 400},
        {"GET / http/1.1\r\n" HOST "\r\n",                                                        400},
        {"GET / HTTP/2.0\r\n" HOST "\r\n",                                                        505},
        {"GET / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n",                                         417},
        {"GET /a#b HTTP/1.1\r\n" HOST "\r\n",                                                     400},
        {"GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n",                                                400},
        {"G(T / HTTP/1.1\r\n" HOST "\r\n",                                                        400},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (verdict(cases[i].text) != cases[i].status)
            fail_msg("%s: %d", cases[i].text, verdict(cases[i].text));
}

TEST(a_nul_is_no_part_of_a_head)
{
    static const char text[] = "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n";
    struct head_watch watch = {0};

    EQUAL(head_watch(&watch, (struct bytes){(const uint8_t *)text, sizeof text - 1}), HEAD_BROKEN);
}

TEST(a_hundred_lines_are_enough)
{
    for (int lines = 99; lines <= 100; lines++) {
        struct text text = text_new(arena);
        text_add(&text, "GET / HTTP/1.1\r\n" HOST);
        for (int i = 0; i < lines; i++)
            text_print(&text, "X-%d: y\r\n", i);
        text_add(&text, "\r\n");
        EQUAL(verdict(text.at), lines + 1 <= HEAD_FIELDS_MOST ? 0 : 431);
    }
}

TEST(a_target_has_its_length)
{
    for (int size = HEAD_TARGET_MOST; size <= HEAD_TARGET_MOST + 1; size++) {
        char *path = arena_take(arena, (size_t)size + 1);
        memset(path, 'a', (size_t)size);
        path[0] = '/';
        EQUAL(verdict(arena_print(arena, "GET %s HTTP/1.1\r\n" HOST "\r\n", path)),
              size == HEAD_TARGET_MOST ? 0 : 414);
    }
}

TEST(lists_may_be_spread_over_lines)
{
    EQUAL(verdict("GET / HTTP/1.1\r\n" HOST "Accept: a/b\r\naccept: c/d\r\n\r\n"), 0);
    SAME(head.of[FIELD_ACCEPT], "a/b, c/d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read),
        cmocka_unit_test(an_old_head_ends_its_connection),
        cmocka_unit_test(nothing_is_smuggled),
        cmocka_unit_test(a_nul_is_no_part_of_a_head),
        cmocka_unit_test(a_hundred_lines_are_enough),
        cmocka_unit_test(a_target_has_its_length),
        cmocka_unit_test(lists_may_be_spread_over_lines),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}

#include "http/framing.h"

#include "base/text.h"
#include "room.h"

#include <string.h>

static struct arena *arena;
static struct text body;
static struct bytes rest;

static void keep(void *with, struct bytes part)
{
    text_add_bytes(&body, part.at, part.size);
}

/* Reads a request whose head is `head`, its body given in parts of `step` bytes. */
static enum framing_progress read_in(const char *head, const char *sent, size_t step)
{
    struct framing framing;
    body = text_new(arena);
    enum framing_progress progress =
        framing_head(&framing, (struct bytes){(const uint8_t *)head, strlen(head)}, keep, NULL);
    size_t size = strlen(sent);
    for (size_t at = 0; at < size && progress == FRAMING_MORE; at += step) {
        rest = (struct bytes){(const uint8_t *)sent + at, size - at < step ? size - at : step};
        progress = framing_body(&framing, &rest);
    }
    return progress;
}

#define CHUNKED "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"

TEST(a_length_frames_a_body)
{
    for (size_t step = 1; step < 12; step++) {
        EQUAL(read_in("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", "hello", step),
              FRAMING_WHOLE);
        SAME(body.at, "hello");
    }
}

TEST(what_follows_is_left_alone)
{
    EQUAL(read_in("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", "helloGET", 100),
          FRAMING_WHOLE);
    EQUAL(rest.size, 3);
    TRUE(memcmp(rest.at, "GET", 3) == 0);
}

TEST(chunks_frame_a_body)
{
    for (size_t step = 1; step < 30; step++) {
        EQUAL(read_in(CHUNKED, "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", step), FRAMING_WHOLE);
        SAME(body.at, "hello");
    }
}

TEST(no_body_is_whole_at_once)
{
    EQUAL(read_in("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "", 1), FRAMING_WHOLE);
    EQUAL(
        read_in("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "", 1),
        FRAMING_WHOLE);
}

TEST(broken_chunks_are_refused)
{
    static const char *const broken[] = {
        "3\r\nhelxx2\r\nlo\r\n0\r\n\r\n", /* data without its CRLF */
        "0x3\r\nhel\r\n0\r\n\r\n",
        "3;a\nhel\r\n0\r\n\r\n",
        "3\nhel\n0\n\n",
        "fffffffffffffffff\r\nhel",
        "-1\r\n",
        "\r\n",
        "g\r\n",
        "3 \r\nhel\r\n0\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", /* a trailer */
        "0\r\nX: y\r\n\r\n",
        "0\r\n X: y\r\n\r\n",
        "0\r\n\rX",
    };

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        for (size_t step = 1; step < 25; step++)
            if (read_in(CHUNKED, broken[i], step) != FRAMING_BROKEN)
                fail_msg("passed in steps of %zu: %s", step, broken[i]);
}

TEST(framing_without_a_body_has_an_end)
{
    char *extension = arena_take(arena, FRAMING_IDLE_MOST + 64);
    memset(extension, 'x', FRAMING_IDLE_MOST + 32);
    memcpy(extension, "3;", 2);

    EQUAL(read_in(CHUNKED, extension, 1000), FRAMING_BROKEN);
    extension[FRAMING_IDLE_MOST] = '\0';
    EQUAL(read_in(CHUNKED, extension, 1000), FRAMING_MORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_length_frames_a_body),
        cmocka_unit_test(what_follows_is_left_alone),
        cmocka_unit_test(chunks_frame_a_body),
        cmocka_unit_test(no_body_is_whole_at_once),
        cmocka_unit_test(broken_chunks_are_refused),
        cmocka_unit_test(framing_without_a_body_has_an_end),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}

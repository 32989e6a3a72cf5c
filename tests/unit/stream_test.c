#include "bus_room.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

static struct loop *loop;

static int open_loop(void **state)
{
    loop = loop_new();
    return 0;
}

static int close_loop(void **state)
{
    loop_free(loop);
    return 0;
}

/* The other side is a plain blocking socket. */

static struct stream *stream;
static unsigned accepted, ended, emptied;
static size_t received;

static void echo(void *with, struct bytes bytes)
{
    received += bytes.size;
    stream_write(stream, bytes);
}

static void note_end(void *with)
{
    ended++;
}

static void note_drained(void *with)
{
    emptied++;
}

static const struct stream_events echoing = {echo, note_end, note_drained};

static void accept_echoing(void *with, struct stream *fresh)
{
    accepted++;
    stream = fresh;
    stream_start(fresh, with, NULL);
}

static struct listener *listen_here(const struct stream_events *events)
{
    const char *why = NULL;

    accepted = ended = emptied = 0;
    received = 0;
    struct listener *listener =
        listener_new(loop, "127.0.0.1", 0, accept_echoing, (void *)(uintptr_t)events, &why);
    assert_non_null(listener);
    return listener;
}

static int call(const struct listener *listener)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)listener_port(listener)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int caller = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(caller, (struct sockaddr *)&address, sizeof address), 0);
    return caller;
}

struct reader {
    int caller;
    size_t size;
    unsigned done;
    struct doorbell *doorbell;
};

static void reader_done(void *with)
{
    ((struct reader *)with)->done++;
}

static void *read_to_the_end(void *with)
{
    struct reader *reader = with;
    char buffer[4096];
    ssize_t got;

    while ((got = read(reader->caller, buffer, sizeof buffer)) > 0)
        reader->size += (size_t)got;
    doorbell_ring(reader->doorbell);
    return NULL;
}

/* What a slow peer gets until the stream ends. */
static size_t read_all(int caller)
{
    struct reader reader = {.caller = caller};
    pthread_t thread;

    reader.doorbell = doorbell_new(loop, reader_done, &reader);
    pthread_create(&thread, NULL, read_to_the_end, &reader);
    bool done = comes(loop, &reader.done, 1);
    pthread_join(thread, NULL);
    assert_true(done);
    doorbell_free(reader.doorbell);
    return reader.size;
}

static void what_is_said_is_read_and_written(void **state)
{
    char heard[6] = "";
    struct listener *listener = listen_here(&echoing);
    int caller = call(listener);

    assert_int_equal(write(caller, "hello", 5), 5);
    assert_true(comes(loop, &accepted, 1));
    unsigned never = 0;
    while (received < 5)
        comes_within(loop, &never, 1, 1);

    assert_int_equal(read(caller, heard, 5), 5);
    assert_string_equal(heard, "hello");
    assert_int_equal(stream_queued(stream), 0);
    close(caller);
    assert_true(comes(loop, &ended, 1));
    stream_close(stream, true);
}

enum { MUCH = 8 * 1024 * 1024 };

static void write_much(void)
{
    uint8_t *much = calloc(1, MUCH);

    stream_write(stream, (struct bytes){much, MUCH});
    free(much);
}

static void a_polite_close_writes_everything_first(void **state)
{
    struct listener *listener = listen_here(&echoing);
    int caller = call(listener);
    assert_true(comes(loop, &accepted, 1));

    write_much();
    assert_true(stream_queued(stream) > 0);
    stream_close(stream, false);
    assert_true(loop_unsent(loop) > 0);

    assert_int_equal(read_all(caller), MUCH);
    assert_int_equal(loop_unsent(loop), 0);
    assert_int_equal(ended, 0);
    close(caller);
}

static void what_a_close_at_once_leaves_behind_is_not_waited_for(void **state)
{
    unsigned never = 0;
    struct listener *listener = listen_here(&echoing);
    int caller = call(listener);
    assert_true(comes(loop, &accepted, 1));

    write_much();
    assert_int_equal(loop_unsent(loop), stream_queued(stream));
    stream_close(stream, true);

    comes_within(loop, &never, 1, 1);
    assert_int_equal(loop_unsent(loop), 0);
    close(caller);
}

static void a_polite_close_survives_bytes_nobody_reads(void **state)
{
    struct listener *listener = listen_here(&echoing);
    int caller = call(listener);
    assert_true(comes(loop, &accepted, 1));
    stream_pause(stream, true);
    assert_int_equal(write(caller, "unwanted", 8), 8);

    stream_write(stream, bytes_of("too large"));
    stream_close(stream, false);

    assert_int_equal(read_all(caller), strlen("too large"));
    assert_int_equal(received, 0);
    close(caller);
}

static void a_queue_below_half_is_told_once(void **state)
{
    struct listener *listener = listen_here(&echoing);
    int caller = call(listener);
    assert_true(comes(loop, &accepted, 1));

    write_much();
    assert_true(stream_queued(stream) > STREAM_QUEUE_MOST);
    size_t got = 0;
    char buffer[65536];
    unsigned never = 0;
    while (got < MUCH) {
        ssize_t some = recv(caller, buffer, sizeof buffer, MSG_DONTWAIT);
        got += some > 0 ? (size_t)some : 0;
        comes_within(loop, &never, 1, 0);
    }

    assert_true(comes(loop, &emptied, 1));
    assert_int_equal(emptied, 1);
    assert_int_equal(stream_queued(stream), 0);
    stream_close(stream, true);
    close(caller);
}

static void close_at_once(void *with, struct bytes bytes)
{
    received += bytes.size;
    stream_close(stream, true);
}

static void a_stream_may_be_closed_while_it_is_read(void **state)
{
    static const struct stream_events closing = {close_at_once, note_end, note_drained};
    struct listener *listener = listen_here(&closing);
    int caller = call(listener);

    assert_int_equal(write(caller, "bye", 3), 3);

    assert_int_equal(read_all(caller), 0);
    assert_int_equal(received, 3);
    assert_int_equal(ended, 0);
    close(caller);
}

static void a_peer_that_resets_is_noticed_by_writing(void **state)
{
    struct listener *listener = listen_here(&echoing);
    int caller = call(listener);
    struct linger at_once = {1, 0};
    assert_true(comes(loop, &accepted, 1));
    stream_pause(stream, true);
    setsockopt(caller, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(caller);

    stream_write(stream, bytes_of("anybody there?"));
    stream_write(stream, bytes_of("hello?"));

    assert_true(comes(loop, &ended, 1));
    stream_write(stream, bytes_of("into the void"));
    stream_close(stream, false);
}

static void one_stream_too_many_waits_until_another_is_gone(void **state)
{
    unsigned never = 0;
    struct listener *listener = listen_here(&echoing);
    loop_limit_streams(loop, 1, MINUTE_MS);
    int first = call(listener), second = call(listener), third = call(listener);

    assert_true(comes(loop, &accepted, 1));
    stream_close(stream, false);
    comes_within(loop, &never, 1, 20);
    assert_int_equal(accepted, 1); /* it says goodbye, and that takes its place */
    close(first);

    assert_true(comes(loop, &accepted, 2));
    assert_int_equal(loop_streams(loop), 1);
    stream_close(stream, true);
    assert_true(comes(loop, &accepted, 3));
    close(second);
    close(third);
}

static void whoever_waits_at_a_listener_that_ends_is_left(void **state)
{
    unsigned never = 0;
    struct listener *listener = listen_here(&echoing);
    loop_limit_streams(loop, 1, MINUTE_MS);
    int first = call(listener), second = call(listener);
    assert_true(comes(loop, &accepted, 1));

    listener_free(listener);
    stream_close(stream, true);

    comes_within(loop, &never, 1, 20);
    assert_int_equal(accepted, 1);
    close(first);
    close(second);
}

static void a_port_in_use_is_refused_with_a_reason(void **state)
{
    const char *why = NULL;
    struct listener *listener = listen_here(&echoing);

    assert_null(
        listener_new(loop, "127.0.0.1", listener_port(listener), accept_echoing, NULL, &why));
    assert_non_null(why);
    why = NULL;
    assert_null(listener_new(loop, "not an address", 0, accept_echoing, NULL, &why));
    assert_non_null(why);
    listener_free(listener);
}

#define ON_LOOP(test) cmocka_unit_test_setup_teardown(test, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LOOP(what_is_said_is_read_and_written),
        ON_LOOP(a_polite_close_writes_everything_first),
        ON_LOOP(what_a_close_at_once_leaves_behind_is_not_waited_for),
        ON_LOOP(a_polite_close_survives_bytes_nobody_reads),
        ON_LOOP(a_queue_below_half_is_told_once),
        ON_LOOP(a_stream_may_be_closed_while_it_is_read),
        ON_LOOP(a_peer_that_resets_is_noticed_by_writing),
        ON_LOOP(one_stream_too_many_waits_until_another_is_gone),
        ON_LOOP(whoever_waits_at_a_listener_that_ends_is_left),
        ON_LOOP(a_port_in_use_is_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

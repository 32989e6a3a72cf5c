#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "edge/loop_inside.h"

enum {
    STREAM_KEEPALIVE_SECONDS = 60,
    STREAM_BACKLOG = 511,
};

struct stream {
    struct resident resident;
    uv_tcp_t tcp;
    uv_timer_t patience; /* runs during the farewell only */
    uv_shutdown_t goodbye;
    struct loop *loop;
    const struct stream_events *events; /* NULL before stream_start and after stream_close */
    void *with;
    size_t queued;
    size_t unsent;        /* when patience was over last */
    uint64_t farewell_ms; /* when the farewell ends, whatever is left */
    bool crowded;         /* the queue was over half since it last drained */
    bool ended;           /* nothing comes any more */
    bool broken;          /* nothing can be written any more */
    bool farewell;        /* closing politely */
    bool shut;            /* the peer has been told that nothing follows */
};

struct pending_write {
    uv_write_t request;
    size_t size;
    char bytes[];
};

struct listener {
    struct resident resident;
    uv_tcp_t tcp;
    struct loop *loop;
    void (*accepted)(void *with, struct stream *stream);
    void *with;
    struct listener *next_waiting;
};

/* ---- a stream ---- */

static void stream_leave(struct resident *resident)
{
    struct stream *stream = (struct stream *)resident;

    if (uv_is_closing((uv_handle_t *)&stream->tcp))
        return;
    stream->events = NULL;
    resident_close(&stream->tcp);
    resident_close(&stream->patience);
}

static void lend_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct stream *stream = handle->data;

    *buffer = uv_buf_init(stream->loop->read_buffer, LOOP_READ_MOST);
}

static void stream_end(struct stream *stream, bool broken)
{
    bool said = stream->ended;

    uv_read_stop((uv_stream_t *)&stream->tcp);
    stream->ended = true;
    stream->broken = stream->broken || broken;
    if (stream->farewell && (stream->broken || stream->shut))
        stream_leave(&stream->resident);
    else if (stream->events && !said)
        stream->events->ended(stream->with);
}

static void stream_read(uv_stream_t *tcp, ssize_t size, const uv_buf_t *buffer)
{
    struct stream *stream = tcp->data;

    if (size < 0)
        stream_end(stream, size != UV_EOF);
    else if (size > 0 && stream->events)
        stream->events->read(stream->with, (struct bytes){(uint8_t *)buffer->base, (size_t)size});
}

size_t stream_unsent(const struct stream *stream)
{
    int socket = -1, under_way = 0;

    if (uv_fileno((const uv_handle_t *)&stream->tcp, &socket)
        || ioctl(socket, TIOCOUTQ, &under_way))
        under_way = 0;
    return uv_stream_get_write_queue_size((const uv_stream_t *)&stream->tcp) + (size_t)under_way;
}

/* A large answer is one write: whether it makes progress is seen by the byte. */
static void patience_over(uv_timer_t *timer)
{
    struct stream *stream = timer->data;
    size_t before = stream->unsent;

    stream->unsent = stream_unsent(stream);
    if (stream->unsent == before || uv_now(timer->loop) >= stream->farewell_ms)
        stream_leave(&stream->resident);
}

static void goodbye_said(uv_shutdown_t *goodbye, int status)
{
}

/* Says goodbye once all is written, then waits for the peer to close: closing over bytes that were
 * not read would reset the connection and lose what the peer has not read yet. */
static void stream_part(struct stream *stream)
{
    if (stream->queued || stream->shut)
        return;
    if (stream->ended || uv_shutdown(&stream->goodbye, (uv_stream_t *)&stream->tcp, goodbye_said)) {
        stream_leave(&stream->resident);
        return;
    }
    stream->shut = true;
    uv_read_start((uv_stream_t *)&stream->tcp, lend_buffer, stream_read);
}

void stream_start(struct stream *stream, const struct stream_events *events, void *with)
{
    stream->events = events;
    stream->with = with;
    uv_read_start((uv_stream_t *)&stream->tcp, lend_buffer, stream_read);
}

void stream_pause(struct stream *stream, bool paused)
{
    if (stream->ended || stream->farewell)
        return;
    if (paused)
        uv_read_stop((uv_stream_t *)&stream->tcp);
    else
        uv_read_start((uv_stream_t *)&stream->tcp, lend_buffer, stream_read);
}

static void stream_written(uv_write_t *request, int status)
{
    struct pending_write *write = (struct pending_write *)request;
    struct stream *stream = request->handle->data;

    stream->queued -= write->size;
    stream->loop->unsent -= write->size;
    free(write);
    if (uv_is_closing((uv_handle_t *)&stream->tcp))
        return;
    if (status < 0) {
        stream_end(stream, true);
    } else if (stream->farewell) {
        stream_part(stream);
    } else if (stream->crowded && stream->queued < STREAM_QUEUE_MOST / 2) {
        stream->crowded = false;
        if (stream->events && stream->events->drained)
            stream->events->drained(stream->with);
    }
}

static void stream_queue(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct pending_write *write = malloc(sizeof *write + size);

    CHECK(write);
    write->size = size;
    memcpy(write->bytes, bytes, size);
    stream->queued += size;
    stream->loop->unsent += size;
    if (stream->queued >= STREAM_QUEUE_MOST / 2)
        stream->crowded = true;
    uv_buf_t buffer = uv_buf_init(write->bytes, (unsigned)size);
    CHECK(uv_write(&write->request, (uv_stream_t *)&stream->tcp, &buffer, 1, stream_written) == 0);
}

/* A failure is left to the queued write to meet again: it reports from the loop, not from here. */
void stream_write(struct stream *stream, struct bytes bytes)
{
    size_t done = 0;

    if (stream->broken || stream->farewell || bytes.size == 0)
        return;
    if (stream->queued == 0) {
        uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.at, (unsigned)bytes.size);
        int written = uv_try_write((uv_stream_t *)&stream->tcp, &buffer, 1);
        done = written > 0 ? (size_t)written : 0;
    }
    if (done < bytes.size)
        stream_queue(stream, bytes.at + done, bytes.size - done);
}

size_t stream_queued(const struct stream *stream)
{
    return stream->queued;
}

size_t loop_unsent(const struct loop *loop)
{
    return loop->unsent;
}

size_t loop_streams(const struct loop *loop)
{
    return loop->streams;
}

void loop_limit_streams(struct loop *loop, size_t most, long farewell_ms)
{
    loop->streams_most = most;
    loop->farewell_ms = (uint64_t)farewell_ms;
}

void stream_close(struct stream *stream, bool at_once)
{
    if (!stream || uv_is_closing((uv_handle_t *)&stream->tcp))
        return;
    stream->events = NULL;
    if (at_once || stream->broken) {
        stream_leave(&stream->resident);
        return;
    }
    stream->farewell = true;
    stream->unsent = stream_unsent(stream);
    stream->farewell_ms = uv_now(&stream->loop->uv) + stream->loop->farewell_ms;
    uv_timer_start(&stream->patience, patience_over, STREAM_PATIENCE_MS, STREAM_PATIENCE_MS);
    stream_part(stream);
}

/* ---- a listener ---- */

/* Libuv holds one connection of a listener, and no more until it is accepted. */
static void let_wait(struct listener *listener)
{
    listener->next_waiting = listener->loop->waiting;
    listener->loop->waiting = listener;
}

static void stop_waiting(struct listener *listener)
{
    struct listener **at = &listener->loop->waiting;

    while (*at && *at != listener)
        at = &(*at)->next_waiting;
    if (*at)
        *at = listener->next_waiting;
}

static void stream_gone(struct resident *resident);

static void accept_one(struct listener *listener)
{
    struct stream *stream = resident_new(sizeof *stream, stream_leave);

    stream->resident.gone = stream_gone;
    stream->loop = listener->loop;
    stream->loop->streams++;
    CHECK(uv_tcp_init(&listener->loop->uv, &stream->tcp) == 0);
    CHECK(uv_timer_init(&listener->loop->uv, &stream->patience) == 0);
    resident_own(&stream->resident, &stream->tcp);
    resident_own(&stream->resident, &stream->patience);
    if (uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&stream->tcp)) {
        stream_leave(&stream->resident);
        return;
    }
    uv_tcp_nodelay(&stream->tcp, 1);
    uv_tcp_keepalive(&stream->tcp, 1, STREAM_KEEPALIVE_SECONDS);
    listener->accepted(listener->with, stream);
}

static void stream_gone(struct resident *resident)
{
    struct loop *loop = ((struct stream *)resident)->loop;
    struct listener *listener = loop->waiting;

    loop->streams--;
    if (!listener || loop->streams >= loop->streams_most)
        return;
    stop_waiting(listener);
    accept_one(listener);
}

static void knocked(uv_stream_t *tcp, int status)
{
    struct listener *listener = tcp->data;

    if (status < 0)
        return;
    if (listener->loop->streams < listener->loop->streams_most)
        accept_one(listener);
    else
        let_wait(listener);
}

static void listener_leave(struct resident *resident)
{
    struct listener *listener = (struct listener *)resident;

    stop_waiting(listener);
    resident_close(&listener->tcp);
}

static int listen_at(struct listener *listener, const char *host, int port)
{
    struct sockaddr_storage address;
    int error = uv_ip4_addr(host, port, (struct sockaddr_in *)&address);

    if (error)
        error = uv_ip6_addr(host, port, (struct sockaddr_in6 *)&address);
    if (!error)
        error = uv_tcp_bind(&listener->tcp, (struct sockaddr *)&address, 0);
    return error ? error : uv_listen((uv_stream_t *)&listener->tcp, STREAM_BACKLOG, knocked);
}

struct listener *listener_new(struct loop *loop, const char *host, int port,
                              void (*accepted)(void *with, struct stream *stream), void *with,
                              const char **why)
{
    struct listener *listener = resident_new(sizeof *listener, listener_leave);

    listener->loop = loop;
    listener->accepted = accepted;
    listener->with = with;
    CHECK(uv_tcp_init(&loop->uv, &listener->tcp) == 0);
    resident_own(&listener->resident, &listener->tcp);
    int error = listen_at(listener, host, port);
    if (error) {
        *why = uv_strerror(error);
        listener_leave(&listener->resident);
        return NULL;
    }
    return listener;
}

int listener_port(const struct listener *listener)
{
    struct sockaddr_storage address;
    int size = sizeof address;

    CHECK(uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &size) == 0);
    return ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                              : ((struct sockaddr_in6 *)&address)->sin6_port);
}

void listener_free(struct listener *listener)
{
    if (listener)
        listener_leave(&listener->resident);
}

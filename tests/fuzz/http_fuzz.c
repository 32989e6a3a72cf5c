#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/text.h"
#include "http/framing.h"
#include "http/head.h"
#include "http/values.h"
#include "routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A connection's reading without the connection: what it makes of the bytes so far. */
struct reader {
    struct arena *arena;
    struct text story; /* what was understood, for comparison */
    struct head_watch watch;
    struct framing framing;
    bool in_body;
    bool over;
};

static void tell_body(void *with, struct bytes part)
{
    struct reader *reader = with;
    text_add_bytes(&reader->story, part.at, part.size);
}

static void tell_values(struct reader *reader, const struct head *head)
{
    struct matched matched;
    struct parameter parameter;
    const char *query = head->query;
    uint64_t version = 0;
    char trace[33];

    route_match(reader->arena, head->method, head->path, &matched);
    while (value_parameter(reader->arena, &query, &parameter))
        text_print(&reader->story, "%s;", parameter.name);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const char *value = head->of[i];
        if (!value)
            continue;
        const char *key = value_idempotency_key(reader->arena, value);
        CHECK(!key || strlen(key) <= IDEMPOTENCY_KEY_MOST);
        text_print(&reader->story, "%d%d%d%d%d", value_version(value, &version),
                   value_lists_version(value, 7), value_accepts(value, "application/json"),
                   value_is_type(value, "application/json"), value_trace(value, trace));
    }
}

static void read_head(struct reader *reader, struct bytes *rest)
{
    enum head_progress progress = head_watch(&reader->watch, *rest);
    reader->over = progress == HEAD_BROKEN || reader->watch.seen > HEAD_MOST;
    if (progress != HEAD_WHOLE || reader->over)
        return;
    struct bytes raw = {rest->at, reader->watch.seen};
    struct head head;
    *rest = (struct bytes){rest->at + raw.size, rest->size - raw.size};
    reader->watch = (struct head_watch){0};
    struct head_flaw flaw = head_read(reader->arena, raw, &head);
    text_print(&reader->story, "<%d>", flaw.status);
    reader->over = flaw.status != 0;
    if (reader->over)
        return;
    tell_values(reader, &head);
    enum framing_progress framed = framing_head(&reader->framing, raw, tell_body, reader);
    reader->over = framed == FRAMING_BROKEN;
    reader->in_body = framed == FRAMING_MORE;
    /* Both walls see the same body, or the request is refused. */
    CHECK(reader->over || reader->in_body == (head.chunked || head.length > 0));
}

static void read_body(struct reader *reader, struct bytes *rest)
{
    enum framing_progress framed = framing_body(&reader->framing, rest);
    reader->over = framed == FRAMING_BROKEN;
    reader->in_body = framed == FRAMING_MORE;
}

/* Reads the bytes in parts, whose sizes `step` gives; the story of what was understood. */
static struct text read_all(struct arena *arena, struct bytes all, size_t step)
{
    struct reader *reader = arena_take(arena, sizeof *reader);
    size_t used = 0, given = 0;
    reader->arena = arena;
    reader->story = text_new(arena);
    while (given < all.size && !reader->over) {
        given = given + step < all.size ? given + step : all.size;
        struct bytes rest = {all.at + used, given - used};
        size_t before = 0;
        while (rest.size && rest.size != before && !reader->over) {
            before = rest.size;
            if (reader->in_body)
                read_body(reader, &rest);
            else
                read_head(reader, &rest);
        }
        used = given - rest.size;
    }
    text_print(&reader->story, "[%d]", reader->over);
    return reader->story;
}

/* Bytes from a stranger: however they are cut, the same is understood. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct arena *arena = arena_new();
    size_t step = data[0] % 16 + 1;
    struct bytes all = {data + 1, size - 1};
    struct text whole = read_all(arena, all, all.size + 1);
    struct text cut = read_all(arena, all, step);
    bool idle = whole.length != cut.length && size > FRAMING_IDLE_MOST;
    CHECK(idle || strcmp(whole.at, cut.at) == 0);
    arena_free(arena);
    return 0;
}

#include "sse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct sse {
    struct arena *life;
    struct arena *arena; /* of the event being read */
    struct text line;
    struct text data;
    const char *type;
    const char *next_id; /* NULL where this event has none of its own */
    char *id;
    bool after_return; /* the last byte was CR: a LF belongs to it */
    void (*got)(void *with, const struct sse_event *event);
    void *with;
};

void sse_restart(struct sse *sse)
{
    arena_reset(sse->arena);
    sse->line = text_new(sse->arena);
    sse->data = text_new(sse->arena);
    sse->type = "";
    sse->next_id = NULL;
    sse->after_return = false;
}

struct sse *sse_new(void (*got)(void *with, const struct sse_event *event), void *with)
{
    struct arena *life = arena_new();
    struct sse *sse = arena_take(life, sizeof *sse);

    sse->life = life;
    sse->arena = arena_new();
    sse->id = strdup("");
    sse->got = got;
    sse->with = with;
    sse_restart(sse);
    return sse;
}

void sse_free(struct sse *sse)
{
    free(sse->id);
    arena_free(sse->arena);
    arena_free(sse->life);
}

static void hand_over(struct sse *sse)
{
    if (sse->next_id) {
        free(sse->id);
        sse->id = strdup(sse->next_id);
    }
    if (sse->data.length > 0) {
        sse->data.at[--sse->data.length] = '\0';
        struct sse_event event = {sse->id, sse->type, sse->data.at};
        sse->got(sse->with, &event);
    }
    sse_restart(sse);
}

static void take_field(struct sse *sse, const char *name, const char *value)
{
    if (strcmp(name, "data") == 0) {
        text_add(&sse->data, value);
        text_add(&sse->data, "\n");
    } else if (strcmp(name, "event") == 0) {
        sse->type = arena_copy(sse->arena, value);
    } else if (strcmp(name, "id") == 0) {
        sse->next_id = arena_copy(sse->arena, value);
    }
}

static void take_line(struct sse *sse)
{
    char *line = sse->line.at;
    char *colon = strchr(line, ':');

    if (!*line) {
        hand_over(sse);
        return;
    }
    if (colon)
        *colon = '\0';
    const char *value = colon ? colon + 1 : "";
    take_field(sse, line, *value == ' ' ? value + 1 : value);
    sse->line.length = 0;
    sse->line.at[0] = '\0';
}

bool sse_feed(struct sse *sse, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool paired = bytes[i] == '\n' && sse->after_return;
        sse->after_return = bytes[i] == '\r';
        if (paired)
            continue;
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            bool returned = sse->after_return;
            take_line(sse);
            sse->after_return = returned;
        } else {
            text_add_bytes(&sse->line, &bytes[i], 1);
        }
        if (sse->line.length + sse->data.length > SSE_EVENT_MOST)
            return false;
    }
    return true;
}

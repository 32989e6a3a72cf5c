#include "events/told.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/words.h"
#include "base/check.h"
#include "base/clock.h"
#include "edge/message.h"

static void add_attribute(struct text *to, const char *name, const char *value)
{
    if (text_empty(value))
        return; /* a CloudEvents attribute is never empty */
    text_print(to, ",\"%s\":", name);
    message_json_string(to, value);
}

static void add_data(struct arena *scratch, struct text *to, const Event *event)
{
    const ProtobufCMessageDescriptor *type = word_type(event->type);
    struct flaw flaw;
    struct bytes body = {event->body.data, event->body.len};
    const ProtobufCMessage *message = type ? message_unpack(scratch, type, body, &flaw) : NULL;
    text_add(to, ",\"data\":");
    if (message)
        message_to_json(to, message);
    else
        text_add(to, "{}");
}

static struct text render(struct arena *scratch, const Event *event, const char *type)
{
    struct text json = text_new(scratch);
    text_print(&json, "{\"specversion\":\"1.0\",\"id\":\"%s/%" PRIu64 "\"", event->source,
               event->id);
    text_print(&json, ",\"source\":\"/afterline/%s\",\"type\":\"%s\"", event->source, type);
    add_attribute(&json, "subject", event->subject);
    add_attribute(&json, "time", clock_text(scratch, event->occurred_at_ms));
    text_add(&json, ",\"datacontenttype\":\"application/json\"");
    add_attribute(&json, "traceparent", event->trace);
    add_attribute(&json, "branch", event->branch);
    if (!text_empty(event->cause_source))
        text_print(&json, ",\"cause\":\"%s/%" PRIu64 "\"", event->cause_source, event->cause_id);
    text_print(&json, ",\"sequence\":\"%020" PRIu64 "\"", event->id);
    add_data(scratch, &json, event);
    return json;
}

static const char *keep(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    char *kept = memcpy(*to, text, size);
    *to += size;
    return kept;
}

struct told_event *told_event_new(struct arena *scratch, const Event *event, struct bytes packed)
{
    const char *type = text_event_type(scratch, event->type);
    size_t size = strlen(type) + strlen(event->subject) + strlen(event->branch)
                  + strlen(event->provider_id) + packed.size + 4;
    struct told_event *told = calloc(1, sizeof *told + size);
    CHECK(told);

    char *at = (char *)(told + 1);
    told->id = event->id;
    told->offer = (struct offer){
        .there = true,
        .recorded_at_ms = event->recorded_at_ms,
        .cause_source = text_empty(event->cause_source) ? -1 : source_index(event->cause_source),
        .cause_id = event->cause_id,
    };
    told->type = keep(&at, type);
    told->subject = keep(&at, event->subject);
    told->branch = keep(&at, event->branch);
    told->provider_id = keep(&at, event->provider_id);
    told->packed = (struct bytes){memcpy(at, packed.at, packed.size), packed.size};
    return told;
}

void told_event_free(struct told_event *told)
{
    if (told)
        free(told->json);
    free(told);
}

static void render_once(struct arena *scratch, struct told_event *told)
{
    struct flaw flaw;
    const Event *event =
        (const Event *)message_unpack(scratch, &event__descriptor, told->packed, &flaw);
    CHECK(event); /* it was read before */
    struct text json = render(scratch, event, told->type);
    told->json = malloc(json.length + 1);
    CHECK(told->json);
    memcpy(told->json, json.at, json.length + 1);
    told->json_size = json.length;
}

void told_event_print(struct arena *scratch, struct text *to, struct told_event *told,
                      const char *cursor)
{
    if (!told->json)
        render_once(scratch, told);
    text_add_bytes(to, told->json, told->json_size);
    text_add(to, ",\"cursor\":\"");
    text_add(to, cursor);
    text_add(to, "\"}");
}

#include <stdlib.h>

#include "base/text.h"
#include "journey_inside.h"

void journey_refuse(struct journey *journey, const char *reason, const char *detail)
{
    ledger_refuse(journey->travel->ledger, journey->row->entry.line, journey->reference, reason,
                  detail);
    journey->settled = true;
}

void journey_lose(struct journey *journey, const char *reason, const char *detail)
{
    journey->lost = arena_print(journey->travel->arena, "%s: %s", reason, detail);
    journey_refuse(journey, reason, detail);
}

/* "wait: waiting_for: missing; …", as much as a person needs to mend the file or the map. */
const char *journey_explain(const struct journey *journey, const struct web_answer *answer)
{
    struct text text = text_new(journey->row->arena);
    size_t i;
    json_t *violation;

    text_print(&text, "%s: %s", journey->asked, web_text(answer->body, "detail"));
    json_array_foreach(json_object_get(answer->body, "violations"), i, violation)
        text_print(&text, "; %s: %s", web_text(violation, "field"), web_text(violation, "reason"));
    return text.at;
}

const char *journey_reason(const struct journey *journey, const struct web_answer *answer)
{
    const char *reason = web_text(answer->body, "reason");

    return *reason ? arena_copy(journey->row->arena, reason)
                   : arena_print(journey->row->arena, "http_%ld", answer->status);
}

static void answered(void *with, const struct web_answer *answer)
{
    struct journey *journey = with;
    struct travel *travel = journey->travel;

    journey->awaiting = false;
    travel->busy--;
    if (web_bars(answer->status)) {
        travel->barred = true;
        travel->broken =
            arena_print(travel->arena, "HTTP %ld %s: %s; it was asked with %s of %s",
                        answer->status, web_text(answer->body, "reason"),
                        web_text(answer->body, "detail"), travel->caller, travel->key_of);
        return;
    }
    journey->take(journey, answer);
    journey_go(journey);
}

void journey_ask(struct journey *journey, const struct call *call, const char *key,
                 take_answer *take)
{
    char *body = call->body ? json_dumps(call->body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    struct web_question question = {
        .method = call->method,
        .path = call->path,
        .key = key,
        .body = body,
        .answered = answered,
        .with = journey,
    };

    web_ask(journey->travel->web, &question);
    free(body);
    json_decref(call->body);
    journey->take = take;
    journey->awaiting = true;
    journey->travel->busy++;
}

void journey_look(struct journey *journey, const char *path, take_answer *take)
{
    journey->asked = path;
    journey_ask(journey, &(struct call){.method = "GET", .path = path}, NULL, take);
}

#include "daemon/overhear.h"

#include <string.h>

#include "daemon/house.h"
#include "daemon/words.h"

static bool is_head(const Event *event)
{
    return strcmp(event->type, head_sealed__descriptor.name) == 0;
}

static bool is_about(const struct reaction *row, const Event *event)
{
    return strcmp(row->source, event->source) == 0
           && (!row->message || strcmp(row->message->name, event->type) == 0);
}

/* What can't be read concerns whoever finds that out. */
static bool row_concerns(const struct reaction *row, struct arena *arena, const Event *event)
{
    if (!is_about(row, event))
        return false;
    if (!row->kinds)
        return true;
    struct bytes body = {event->body.data, event->body.len};
    const char *kind = message_peek(arena, row->message, body, "kind");
    return !kind || word_is_among(kind, row->kinds);
}

bool overhear_concerns(struct arena *arena, const struct service *service, const Event *event)
{
    for (size_t i = 0; i < service->reactions.count; i++)
        if (row_concerns(&service->reactions.rows[i], arena, event))
            return true;
    return is_head(event);
}

bool overhear_react(struct work *work)
{
    const struct service *service = work->request.service;

    if (is_head(work->event) && !work_run(work, keep_head, &head_sealed__descriptor))
        return false;
    for (size_t i = 0; i < service->reactions.count; i++) {
        const struct reaction *row = &service->reactions.rows[i];
        if (!row->run || !is_about(row, work->event))
            continue;
        if (row->kinds) {
            if (!work_read(work, row->message))
                return false;
            if (!word_is_among(message_text(work->read, "kind"), row->kinds))
                continue;
        }
        if (!work_run(work, row->run, row->message))
            return false;
    }
    return true;
}

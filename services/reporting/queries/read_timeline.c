#include <stdlib.h>
#include <string.h>

#include "reporting.h"

/* A cursor is one number, an entry two things: the event's number in its source, and the source. */
static const char *cursor_of(struct request *req, const struct row *last)
{
    size_t place = 0;

    while (place + 1 < SOURCES && strcmp(sources[place], row_text(last, "source")) != 0)
        place++;
    int64_t number = row_number(last, "number") * SOURCES + (int64_t)place;
    return list_cursor(req, db_number(req->arena, number));
}

static bool read_cursor(struct request *req, const char *cursor, const char **source,
                        const char **number)
{
    const char *after;

    if (!list_after(req, cursor, &after))
        return false;
    int64_t last = after ? strtoll(after, NULL, 10) : 0;
    *source = after ? sources[last % SOURCES] : NULL;
    *number = after ? db_number(req->arena, last / SOURCES) : NULL;
    return true;
}

static bool answer(struct request *req, const struct rows *found, size_t most)
{
    Timeline timeline = TIMELINE__INIT;
    timeline.n_items = found->count < most ? found->count : most;
    timeline.items = arena_take(req->arena, (timeline.n_items + 1) * sizeof *timeline.items);

    for (size_t i = 0; i < timeline.n_items; i++) {
        const struct row *row = &found->rows[i];
        TimelineEntry *entry = arena_take(req->arena, sizeof *entry);
        timeline_entry__init(entry);
        entry->id =
            arena_print(req->arena, "%s/%s", row_text(row, "source"), row_text(row, "number"));
        entry->type = text_event_type(req->arena, row_text(row, "type"));
        entry->aggregate = row_text(row, "aggregate");
        entry->occurred_at = row_text(row, "occurred_at");
        entry->recorded_at = row_text(row, "recorded_at");
        entry->caller = row_text(row, "caller");
        entry->state = row_text(row, "state");
        entry->text = row_text(row, "text");
        entry->cause = row_text(row, "cause");
        timeline.items[i] = entry;
    }
    timeline.n_items = list_fitting((void **)timeline.items, timeline.n_items);
    if (found->count > timeline.n_items)
        timeline.next_cursor = cursor_of(req, &found->rows[timeline.n_items - 1]);
    return reply(req, &timeline.base);
}

/*
 * Everything that happened to a ticket, all services, oldest first.
 *
 * Oldest first means as it was told: an effect never stands before its cause, even where a
 * provider's clock or an import says that it occurred earlier.
 */
bool read_timeline(struct request *req)
{
    const ReadTimeline *asked = request_body(req, read_timeline);
    const char *limit, *source, *number;
    struct row ticket;
    struct rows found;
    bool covered;

    if (!list_limit(req, asked->limit, &limit) || !read_cursor(req, asked->cursor, &source, &number)
        || !db_maybe(req->db, &ticket, sql.find_ticket, request_id(req, asked->ticket_id))
        || !scope_covers(req, ticket.values ? row_text(&ticket, "branch") : "", &covered))
        return false;
    if (!ticket.values || !covered)
        return refuse(req, NOT_FOUND, "not_found", "there is no ticket %s", asked->ticket_id);

    return db_all(req->db, &found, sql.list_entries, asked->ticket_id, source, number, limit)
           && answer(req, &found, strtoul(limit, NULL, 10) - 1);
}

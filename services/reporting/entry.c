#include "edge/db_later.h"
#include "reporting.h"

/* With a cause it is told behind that, wherever it stands: so everything before is written first.
 * Without one it only follows its like, and what was overheard in one batch is written at once. */
bool write_entry(struct request *req, const ProtobufCMessage *body)
{
    const Event *event = req->event;
    const char *id = db_number(req->arena, (int64_t)event->id);
    const char *occurred_at = db_instant(req->arena, event->occurred_at_ms);
    const char *recorded_at = db_instant(req->arena, event->recorded_at_ms);
    const char *state = body ? text_or_empty(message_text(body, "state")) : "";
    const char *text = overheard_text(body);

    if (text_empty(event->cause_source))
        return db_add(req->db, sql.write_entries, event->source, id, event->subject,
                      event->aggregate, event->type, occurred_at, recorded_at, event->caller, state,
                      text);
    return db_run(req->db, sql.write_entry, event->source, id, event->subject, event->aggregate,
                  event->type, occurred_at, recorded_at, event->caller, state, text,
                  event->cause_source, db_number(req->arena, (int64_t)event->cause_id));
}

#include "reporting.h"

bool write_entry(struct request *req, const ProtobufCMessage *body)
{
    const Event *event = req->event;
    const char *state = body ? text_or_empty(message_text(body, "state")) : "";
    const char *cause = text_or_null(event->cause_source);

    return db_run(req->db, sql.write_entry, event->source,
                  db_number(req->arena, (int64_t)event->id), event->subject, event->aggregate,
                  event->type, db_instant(req->arena, event->occurred_at_ms),
                  db_instant(req->arena, event->recorded_at_ms), event->caller, state,
                  overheard_text(body), cause,
                  cause ? db_number(req->arena, (int64_t)event->cause_id) : NULL);
}

#include "tickets.h"

bool ticket_recall(struct request *req, Ticket *ticket)
{
    struct row row;

    if (!db_one(req->db, &row, sql.recall_state, request_id(req, ticket->ticket_id)))
        return false;
    ticket->state = row_text(&row, "state_before");
    return true;
}

void ticket_solve(struct turn *turn, const char *cause, const char *solution, TicketResolved *event)
{
    turn->ticket->resolved_at = turn->at;
    turn->ticket->cause = event->cause = cause;
    turn->ticket->solution = event->solution = solution;
}

bool ticket_confirmed(struct request *req, struct turn *turn, const ConfirmTicket *how,
                      TicketConfirmed *event)
{
    event->signed_by = masked_name(req->arena, how->signed_by);
    event->evidence_id = how->evidence_id;
    event->refused_reason = how->refused_reason;
    event->by_silence = how->by_silence;

    return db_run(req->db, sql.keep_confirmation, request_id(req, turn->ticket->ticket_id),
                  db_number(req->arena, (int64_t)turn->ticket->version + 1),
                  text_or_null(how->signed_by), text_or_null(how->evidence_id),
                  text_or_null(how->refused_reason), how->by_silence ? "t" : "f", turn->at);
}

bool ticket_noted(struct request *req, struct turn *turn, const char *text,
                  bool visible_to_customer, TicketNoted *event)
{
    event->text = text;
    event->visible_to_customer = visible_to_customer;

    return db_run(req->db, sql.add_note, request_id(req, turn->ticket->ticket_id),
                  db_number(req->arena, (int64_t)turn->ticket->version + 1), text,
                  visible_to_customer ? "t" : "f", req->caller.id, turn->at);
}

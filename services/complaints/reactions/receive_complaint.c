#include "complaints.h"

/* A ticket that complains, suggests or praises is received here, to be answered. */
bool receive_complaint(struct request *req)
{
    const TicketRegistered *told = request_body(req, ticket_registered);
    ComplaintReceived event = COMPLAINT_RECEIVED__INIT;

    const char *number = db_number(req->arena, next_number(req, 'C'));
    event.complaint_id = id_of(req, 'C', number);
    event.ticket_id = told->ticket_id;
    event.state = "received";
    event.kind = told->kind;
    event.branch = told->branch;
    event.customer_id = told->customer_id;
    struct told about = {told->ticket_id, event.complaint_id, 1, told->branch, "", 0};
    return db_run(req->db, sql.receive_complaint, number, event.state,
                  request_id(req, told->ticket_id), told->branch, told->kind,
                  request_id(req, told->customer_id), text_or_null(told->description),
                  told->received_at)
           && emit(req, about, &event.base);
}

#include "returns.h"

/* A ticket that wishes to give something back, or to exchange it, opens a return. */
bool request_return(struct request *req)
{
    const TicketRegistered *told = request_body(req, ticket_registered);
    ReturnRequested event = RETURN_REQUESTED__INIT;

    const char *number = db_number(req->arena, next_number(req, 'R'));
    event.return_id = id_of(req, 'R', number);
    event.ticket_id = told->ticket_id;
    event.state = "requested";
    event.kind = told->kind;
    event.branch = told->branch;
    event.customer_id = told->customer_id;
    event.product_model = told->product_model;
    event.serial_number = told->serial_number;
    event.unit_id = told->unit_id;
    struct told about = {told->ticket_id, event.return_id, 1, told->branch, "", 0};
    return db_run(req->db, sql.request_return, number, event.state,
                  request_id(req, told->ticket_id), told->branch, told->kind,
                  request_id(req, told->customer_id), text_or_null(told->product_model),
                  text_or_null(told->serial_number), request_id(req, told->unit_id),
                  db_instant(req->arena, req->now_ms))
           && emit(req, about, &event.base);
}

#include "intake.h"

/* A return was opened for the ticket. */
bool link_return(struct request *req)
{
    const ReturnRequested *told = request_body(req, return_requested);

    return db_expect(req->db, 1, sql.link_return, request_id(req, told->ticket_id),
                     request_id(req, told->return_id), db_instant(req->arena, req->now_ms));
}

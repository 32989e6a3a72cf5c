#include "intake.h"

/* A complaint was opened for the ticket. */
bool link_complaint(struct request *req)
{
    const ComplaintReceived *told = request_body(req, complaint_received);

    return db_expect(req->db, 1, sql.link_complaint, request_id(req, told->ticket_id),
                     request_id(req, told->complaint_id), db_instant(req->arena, req->now_ms));
}

#include "complaints.h"

/* One complaint. */
bool find_complaint(struct request *req)
{
    const FindComplaint *question = request_body(req, find_complaint);
    struct row row;

    if (!db_one(req->db, &row, sql.find_complaint, request_id(req, question->complaint_id),
                text_or_null(req->caller.branch)))
        return false;

    const Complaint *complaint = filled(req, complaint, &row);
    return reply_version(req, complaint->version, &complaint->base);
}

#include "dispatch.h"

/* Somebody who carries out jobs, within the branch and the company that the caller is held to. */
bool find_technician(struct request *req)
{
    const FindTechnician *query = request_body(req, find_technician);
    struct row row;

    if (!db_one(req->db, &row, sql.technician_in_sight, request_id(req, query->technician_id),
                text_or_null(req->caller.branch), request_id(req, req->caller.provider_id)))
        return false;

    const Technician *technician = filled(req, technician, &row);
    return reply_version(req, technician->version, &technician->base);
}

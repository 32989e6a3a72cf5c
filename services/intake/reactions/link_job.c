#include "intake.h"

/* A job was planned for the ticket.  The ticket shows it, and is none the newer for it: whoever has
 * just registered it may go on with the version they know. */
bool link_job(struct request *req)
{
    const JobPlanned *told = request_body(req, job_planned);

    return db_expect(req->db, 1, sql.link_job, request_id(req, told->ticket_id),
                     request_id(req, told->job_id), db_instant(req->arena, req->now_ms));
}

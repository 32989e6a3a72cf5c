#include "intake.h"

/* One unit of the company, within the caller's. */
bool find_branch(struct request *req)
{
    const FindBranch *question = request_body(req, find_branch);
    struct row row;

    if (!db_one(req->db, &row, sql.find_branch, question->branch, text_or_null(req->caller.branch)))
        return false;

    const Branch *branch = filled(req, branch, &row);
    return reply_version(req, branch->version, &branch->base);
}

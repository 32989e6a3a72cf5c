#include "intake.h"

/* The units of the company within the caller's, the youngest first. */
bool list_branches(struct request *req)
{
    const ListBranches *question = request_body(req, list_branches);
    const char *limit, *after;
    struct rows rows;

    if (!list_limit(req, question->limit, &limit) || !list_after(req, question->cursor, &after)
        || !db_all(req->db, &rows, sql.list_branches, text_or_null(req->caller.branch), after,
                   limit))
        return false;

    return list_answered(req, branches, list_filled(req, branch, &rows, limit, "branch_id"));
}

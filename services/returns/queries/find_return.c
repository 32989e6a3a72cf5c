#include "returns.h"

/* One return. */
bool find_return(struct request *req)
{
    const FindReturn *question = request_body(req, find_return);
    struct row row;

    if (!db_one(req->db, &row, sql.find_return, request_id(req, question->return_id),
                text_or_null(req->caller.branch)))
        return false;

    const Return *found = filled(req, return, &row);
    return reply_version(req, found->version, &found->base);
}

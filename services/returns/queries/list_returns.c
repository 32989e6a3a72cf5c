#include "returns.h"

/* Returns, newest first. */
bool list_returns(struct request *req)
{
    const ListReturns *question = request_body(req, list_returns);
    const char *limit, *after;
    struct rows rows;

    if (!list_limit(req, question->limit, &limit) || !list_after(req, question->cursor, &after)
        || (!state_fits(req, "state", question->state, &return_life) && !refuse_violations(req))
        || !db_all(req->db, &rows, sql.list_returns, after, text_or_null(question->state),
                   request_id(req, question->ticket_id), text_or_null(question->branch),
                   text_or_null(req->caller.branch), limit))
        return false;

    return list_answered(req, returns, list_filled(req, return, &rows, limit, "return_id"));
}

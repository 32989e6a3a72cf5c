#include "complaints.h"

static bool filters_fit(struct request *req, const ListComplaints *question)
{
    state_fits(req, "state", question->state, &complaint_life);
    word_fits(req, "kind", question->kind, complaint_kinds);
    return refuse_violations(req);
}

/* Complaints, newest first. */
bool list_complaints(struct request *req)
{
    const ListComplaints *question = request_body(req, list_complaints);
    const char *limit, *after;
    struct rows rows;

    if (!list_limit(req, question->limit, &limit) || !list_after(req, question->cursor, &after)
        || !filters_fit(req, question)
        || !db_all(req->db, &rows, sql.list_complaints, after, text_or_null(question->state),
                   request_id(req, question->ticket_id), text_or_null(question->kind),
                   text_or_null(question->branch), text_or_null(req->caller.branch), limit))
        return false;

    return list_answered(req, complaints,
                         list_filled(req, complaint, &rows, limit, "complaint_id"));
}

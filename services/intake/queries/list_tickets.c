#include "tickets.h"

static bool check_filters(struct request *req, const ListTickets *question)
{
    int64_t since_ms;

    state_fits(req, "state", question->state, &ticket_life);
    word_fits(req, "kind", question->kind, ticket_kinds);
    if (!text_empty(question->updated_since) && !clock_parse(question->updated_since, &since_ms))
        violate(req, "updated_since", "bad_instant",
                "expected RFC 3339, as in 2026-11-23T01:02:03Z");
    return refuse_violations(req);
}

struct sight {
    const char *branches; /* as an array; NULL: all */
    const char *branch;   /* where it is only one: then its index gives the order as well */
};

/* The branches asked for that are also the caller's. */
static bool look_around(struct request *req, const char *asked, struct sight *sight)
{
    const char *own = text_or_null(req->caller.branch);
    struct row row;

    *sight = (struct sight){0};
    if (text_empty(asked) && !own)
        return true;
    if (!db_one(req->db, &row, sql.branches_below, text_or_null(asked), own))
        return false;
    sight->branches = text_or_null(row_text(&row, "branches"));
    sight->branch = text_or_null(row_text(&row, "branch"));
    return true;
}

/* Tickets, newest first.  A list is for finding, so contacts are masked for everybody. */
bool list_tickets(struct request *req)
{
    const ListTickets *question = request_body(req, list_tickets);
    const char *limit, *after;
    struct sight sight;
    struct rows rows = {0};

    if (!list_limit(req, question->limit, &limit) || !list_after(req, question->cursor, &after)
        || !check_filters(req, question) || !look_around(req, question->branch, &sight))
        return false;
    if (tickets_in_sight(req)
        && !db_all(req->db, &rows, sql.list_tickets, after, text_or_null(question->state),
                   text_or_null(question->kind), sight.branches,
                   request_id(req, question->customer_id), text_or_null(question->assignee),
                   text_or_null(question->updated_since), text_or_null(question->channel_ref),
                   limit, sight.branch, text_or_null(req->caller.branch)))
        return false;

    struct list list = list_filled(req, ticket, &rows, limit, "ticket_id");
    for (size_t i = 0; i < list.count; i++) {
        Ticket *ticket = list.items[i];
        ticket->customer = contact_masked(req->arena, ticket->customer);
    }
    return list_answered(req, tickets, list);
}

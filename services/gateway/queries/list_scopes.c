#include "gateway.h"

/*
 * A page of the tree of branches: those who follow events are held to their part of it.
 *
 * The place is read first, so this page and those behind it know every branch up to there, and
 * maybe more.
 */
bool list_scopes(struct request *req)
{
    const ListScopes *asked = request_body(req, list_scopes);
    const char *limit = arena_print(req->arena, "%u", asked->limit);
    struct row place;
    struct rows rows;

    if (!db_one(req->db, &place, sql.find_branches_place)
        || !db_all(req->db, &rows, sql.list_scopes, asked->after, limit))
        return false;

    Scopes answer = SCOPES__INIT;
    answer.upto = (uint64_t)row_number(&place, "upto");
    answer.n_items = rows.count;
    answer.items = arena_take(req->arena, (rows.count + 1) * sizeof *answer.items);
    for (size_t i = 0; i < rows.count; i++)
        answer.items[i] = filled(req, scope, &rows.rows[i]);
    return reply(req, &answer.base);
}

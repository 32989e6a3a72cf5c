#include "gateway.h"

/* The tree of branches, whole: those who follow events are held to their part of it. */
bool list_scopes(struct request *req)
{
    struct rows rows;

    if (!db_all(req->db, &rows, sql.list_scopes))
        return false;

    Scopes answer = SCOPES__INIT;
    answer.n_items = rows.count;
    answer.items = arena_take(req->arena, (rows.count + 1) * sizeof *answer.items);
    for (size_t i = 0; i < rows.count; i++)
        answer.items[i] = filled(req, scope, &rows.rows[i]);
    return reply(req, &answer.base);
}

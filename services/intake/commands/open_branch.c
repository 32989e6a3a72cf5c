#include "intake.h"

#include <string.h>

/* A code is part of addresses and of paths: lower-case letters, digits and dashes. */
static void check_code(struct request *req, const char *code)
{
    require_text(req, "branch", code);
    if (code[0] == '-' || code[strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        violate(req, "branch", "bad_code", "expected lower-case letters, digits and dashes");
}

/* A caller with a branch opens units below it, never beside it. */
static void check_parent(struct request *req, const OpenBranch *order, bool known)
{
    if (text_empty(order->parent) && !text_empty(req->caller.branch))
        violate(req, "parent", "missing", "under which unit");
    else if (!known)
        violate(req, "parent", "unknown_branch", "there is no branch %s", order->parent);
}

static bool check_order(struct request *req, const OpenBranch *order, const struct row *found)
{
    check_code(req, order->branch);
    require_text(req, "name", order->name);
    check_parent(req, order, row_is(found, "parent_known"));
    require_text(req, "kind", order->kind);
    word_fits(req, "kind", order->kind, branch_kinds);
    if (!row_is(found, "time_zone_known"))
        violate(req, "time_zone", "unknown_zone", "expected a name as in Asia/Shanghai");
    return refuse_violations(req);
}

/* A new unit of the company, below its parent. */
bool open_branch(struct request *req)
{
    const OpenBranch *order = request_body(req, open_branch);
    struct row found;

    if (!db_one(req->db, &found, sql.look_for_branch, order->branch, text_or_null(order->parent),
                text_or_null(order->time_zone), text_or_null(req->caller.branch)))
        return false;

    if (!check_order(req, order, &found))
        return false;
    if (row_is(&found, "taken"))
        return refuse(req, CONFLICT, "already_open", "there is a branch %s", order->branch);

    BranchOpened event = BRANCH_OPENED__INIT;
    event.branch = order->branch;
    event.name = order->name;
    event.parent = order->parent;
    event.kind = order->kind;
    event.time_zone =
        row_null(&found, "time_zone") ? home_time_zone : row_text(&found, "time_zone");
    struct told told = {event.branch, event.branch, 1, event.branch, "", 0};
    Branch branch = BRANCH__INIT;
    branch.branch = event.branch;
    branch.name = event.name;
    branch.parent = event.parent;
    branch.kind = event.kind;
    branch.time_zone = event.time_zone;
    branch.version = 1;
    return scope_learn(req, event.branch, event.parent)
           && db_run(req->db, sql.open_branch, event.branch,
                     db_number(req->arena, next_number(req, 'B')), event.name,
                     text_or_null(event.parent), event.kind, event.time_zone,
                     db_instant(req->arena, req->now_ms))
           && emit(req, told, &event.base) && reply_made(req, branch.version, &branch.base);
}

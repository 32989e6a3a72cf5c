#include "daemon/scope.h"

#include "house_sql.h"

bool scope_covers(struct request *req, const char *branch, bool *covered)
{
    struct row row;

    *covered = true;
    if (text_empty(req->caller.branch))
        return true;
    if (!db_one(req->db, &row, house_sql.scope_covers, req->caller.branch, text_or_empty(branch)))
        return false;
    *covered = row_is(&row, "covered");
    return true;
}

static bool branch_is_there(struct request *req, const char *field, const char *branch)
{
    struct row row;

    if (!db_maybe(req->db, &row, house_sql.find_scope, branch))
        return false;
    if (row.values)
        return true;
    violate(req, field, "unknown_branch", "there is no branch %s", branch);
    return expect_told(req);
}

bool branch_in_scope(struct request *req, const char *field, const char *branch)
{
    bool covered;

    if (text_empty(req->caller.branch))
        return branch_is_there(req, field, branch);
    if (!scope_covers(req, branch, &covered))
        return false;
    return covered
           || (expect_told(req)
               && refuse(req, FORBIDDEN, "out_of_scope", "branch %s is not yours", branch));
}

bool scope_learn(struct request *req, const char *branch, const char *parent)
{
    return db_run(req->db, house_sql.learn_scope, branch, text_or_empty(parent));
}

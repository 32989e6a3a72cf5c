#include "complaints.h"

/* A branch was opened: scopes reach it from now on. */
bool learn_branch(struct request *req)
{
    const BranchOpened *told = request_body(req, branch_opened);

    return scope_learn(req, told->branch, told->parent);
}

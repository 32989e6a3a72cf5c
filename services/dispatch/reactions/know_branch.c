#include "dispatch.h"

/* Learn where a branch stands in the tree: scopes and territories are read from it. */
bool know_branch(struct request *req)
{
    const BranchOpened *event = request_body(req, branch_opened);

    return scope_learn(req, event->branch, event->parent);
}

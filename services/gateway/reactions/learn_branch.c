#include "gateway.h"
#include "intake.pb-c.h"

/* A branch was opened: those limited to a branch above see its events. */
bool learn_branch(struct request *req)
{
    const BranchOpened *opened = request_body(req, branch_opened);

    return scope_learn(req, opened->branch, opened->parent);
}

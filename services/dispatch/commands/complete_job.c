#include "job.h"

/*
 * The work is done, and this is the report.
 *
 * Whoever verifies it, pays for it or sees the same fault again next year has nothing but the
 * report; so it is complete or the job is not, and everything it lacks is named at once.
 */
bool complete_job(struct request *req)
{
    const CompleteJob *order = request_body(req, complete_job);
    struct report_flaw flaws[REPORT_FLAWS_MOST];
    size_t count = report_flaws(order->report, flaws);

    for (size_t i = 0; i < count; i++)
        violate(req, arena_print(req->arena, "report.%s", flaws[i].field), flaws[i].reason, "%s",
                flaws[i].detail);
    return refuse_violations(req)
           && job_step(req, order->job_id, "complete", (struct said){.report = order->report});
}

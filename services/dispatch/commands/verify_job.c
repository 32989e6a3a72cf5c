#include "job.h"

#include <string.h>

/* The ticket did not wait for this work, so nothing is left to do. */
static bool end(struct request *req, struct job *job)
{
    return job_move(req, job, "close", &(struct said){.note = "the ticket was closed"});
}

/*
 * Somebody else looked at the work and it is good.
 *
 * Nobody passes their own work: who completed the job is remembered, and refused here.
 */
bool verify_job(struct request *req)
{
    const VerifyJob *order = request_body(req, verify_job);
    struct job job;
    struct row others;

    if (!job_find(req, order->job_id, &job) || !job_may(req, &job, "verify")
        || !db_one(req->db, &others, sql.count_open, job_text(&job, "ticket_id"),
                   job_text(&job, "job_id")))
        return false;

    if (strcmp(job_text(&job, "completed_by"), req->caller.id) == 0)
        return refuse(req, FORBIDDEN, "own_work", "%s was completed by whoever would verify it",
                      order->job_id);

    const struct said said = {.note = order->note,
                              .report = job_message(req, &job)->report,
                              .last = row_number(&others, "open_jobs") == 0};
    return job_move(req, &job, "verify", &said)
           && (!row_is(&job.row, "ticket_closed") || end(req, &job)) && job_answer(req, &job);
}

#include "people.h"

static bool any_open(const struct rows *jobs)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (job_is_open(row_text(&jobs->rows[i], "state")))
            return true;
    return false;
}

/*
 * The customer is not content: the work has to be done again.
 *
 * A ticket that had a job and has none open any more gets another one like the last.  While one is
 * open, that one will do, as urgently as the ticket wants it now.
 */
bool plan_again(struct request *req)
{
    const char *ticket_id = message_text(req->body, "ticket_id");
    struct rows jobs;
    struct job job;

    if (!jobs_of_ticket(req, ticket_id, &jobs))
        return false;
    const char *priority = message_text(req->body, "priority");
    if (jobs.count == 0)
        return true;
    if (any_open(&jobs))
        return db_run(req->db, sql.note_ticket_closed, request_id(req, ticket_id), "f")
               && (text_empty(priority) || jobs_amend(req, &jobs, priority));

    const char *number = db_number(req->arena, next_number(req, 'J'));
    return db_run(req->db, sql.plan_job_again, number, row_text(&jobs.rows[0], "job_id"),
                  text_or_null(priority), clock_text(req->arena, req->now_ms))
           && job_find(req, id_of(req, 'J', number), &job)
           && job_tell(req, &job, &job_planned__descriptor, &(struct said){0})
           && job_offer_next(req, &job) && jobs_save(req, &job, 1);
}

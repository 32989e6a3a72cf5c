#include "people.h"

/* The new job goes to the best candidate at once, where the house wants that. */
static bool offer_at_once(struct request *req, const char *id)
{
    struct job job;

    if (!offer_by_itself)
        return true;
    return job_find(req, id, &job) && job_offer_next(req, &job) && jobs_save(req, &job, 1);
}

/* A ticket that needs somebody's hands plans its job by itself. */
bool plan_job(struct request *req)
{
    const TicketRegistered *ticket = request_body(req, ticket_registered);
    const Customer *customer = ticket->customer;

    const char *number = db_number(req->arena, next_number(req, 'J'));
    JobPlanned event = JOB_PLANNED__INIT;
    event.job_id = id_of(req, 'J', number);
    event.ticket_id = ticket->ticket_id;
    event.state = "planned";
    event.kind = ticket->kind;
    event.branch = ticket->branch;
    event.product_model = ticket->product_model;
    event.priority = ticket->priority;
    event.service_mode = ticket->service_mode;

    return db_run(req->db, sql.plan_job, number, request_id(req, ticket->ticket_id), ticket->kind,
                  ticket->branch, ticket->product_model, ticket->serial_number, ticket->symptom,
                  ticket->description, ticket->priority, ticket->service_mode,
                  customer ? customer->name : "", customer ? customer->phone : "",
                  clock_text(req->arena, req->now_ms))
           && emit(req,
                   (struct told){.subject = ticket->ticket_id,
                                 .aggregate = event.job_id,
                                 .version = 1,
                                 .branch = ticket->branch},
                   &event.base)
           && offer_at_once(req, event.job_id);
}

#include "routes.h"

#include "api/carry.h"
#include "api/documents.h"
#include "api/health.h"
#include "api/updates.h"
#include "complaints.pb-c.h"
#include "dispatch.pb-c.h"
#include "envelope.pb-c.h"
#include "events/serve.h"
#include "gateway.pb-c.h"
#include "intake.pb-c.h"
#include "reporting.pb-c.h"
#include "returns.pb-c.h"

#define ASKED(message, answer) &message##__descriptor, &answer##__descriptor
#define TICKET                 "/v1/tickets/{ticket_id}"
#define JOB                    "/v1/jobs/{job_id}"
#define BRANCH_PATH            "/v1/branches/{branch}"
#define PROVIDER_PATH          "/v1/providers/{provider_id}"
#define TECHNICIAN_PATH        "/v1/technicians/{technician_id}"
#define KEY_PATH               "/v1/keys/{key_id}"
#define SERVICE_PATH           "/v1/services/{service}"

/* clang-format off */

/* Method, path, what is asked and answered, where what was made is found, options, who serves. */
static const struct route rows[] = {
    {"POST",   "/v1/tickets",        ASKED(register_ticket, ticket),    TICKET, 0, carry},
    {"GET",    "/v1/tickets",        ASKED(list_tickets, tickets),      NULL, ROUTE_LISTED, carry},
    {"GET",    TICKET,               ASKED(find_ticket, ticket),        NULL, 0, carry},
    {"PATCH",  TICKET,               ASKED(amend_ticket, ticket),       NULL, ROUTE_MERGED, carry},
    {"POST",   TICKET "/acknowledge", ASKED(acknowledge_ticket, ticket), NULL, 0, carry},
    {"POST",   TICKET "/start",      ASKED(start_ticket, ticket),       NULL, 0, carry},
    {"POST",   TICKET "/wait",       ASKED(wait_ticket, ticket),        NULL, 0, carry},
    {"POST",   TICKET "/resume",     ASKED(resume_ticket, ticket),      NULL, 0, carry},
    {"POST",   TICKET "/resolve",    ASKED(resolve_ticket, ticket),     NULL, 0, carry},
    {"POST",   TICKET "/object",     ASKED(object_ticket, ticket),      NULL, 0, carry},
    {"POST",   TICKET "/confirm",    ASKED(confirm_ticket, ticket),     NULL, 0, carry},
    {"POST",   TICKET "/close",      ASKED(close_ticket, ticket),       NULL, 0, carry},
    {"POST",   TICKET "/reopen",     ASKED(reopen_ticket, ticket),      NULL, 0, carry},
    {"POST",   TICKET "/cancel",     ASKED(cancel_ticket, ticket),      NULL, 0, carry},
    {"POST",   TICKET "/merge",      ASKED(merge_ticket, ticket),       NULL, 0, carry},
    {"POST",   TICKET "/notes",      ASKED(note_ticket, ticket),        NULL, 0, carry},
    {"GET",    TICKET "/timeline",   ASKED(read_timeline, timeline),    NULL, ROUTE_LISTED | ROUTE_TOLD, carry},
    {"POST",   "/v1/branches",       ASKED(open_branch, branch),        BRANCH_PATH, 0, carry},
    {"GET",    "/v1/branches",       ASKED(list_branches, branches),    NULL, ROUTE_LISTED, carry},
    {"GET",    BRANCH_PATH,          ASKED(find_branch, branch),        NULL, 0, carry},
    {"POST",   "/v1/providers",      ASKED(add_provider, provider),     PROVIDER_PATH, ROUTE_TOLD, carry},
    {"GET",    PROVIDER_PATH,        ASKED(find_provider, provider),    NULL, 0, carry},
    {"POST",   "/v1/technicians",    ASKED(add_technician, technician), TECHNICIAN_PATH, ROUTE_TOLD, carry},
    {"GET",    TECHNICIAN_PATH,      ASKED(find_technician, technician), NULL, 0, carry},
    {"GET",    "/v1/jobs",           ASKED(list_jobs, jobs),            NULL, ROUTE_LISTED, carry},
    {"GET",    JOB,                  ASKED(find_job, job),              NULL, 0, carry},
    {"GET",    JOB "/candidates",    ASKED(list_candidates, candidates), NULL, 0, carry},
    {"POST",   JOB "/offer",         ASKED(offer_job, job),             NULL, 0, carry},
    {"POST",   JOB "/assign",        ASKED(assign_job, job),            NULL, 0, carry},
    {"POST",   JOB "/accept",        ASKED(accept_job, job),            NULL, 0, carry},
    {"POST",   JOB "/decline",       ASKED(decline_job, job),           NULL, 0, carry},
    {"POST",   JOB "/schedule",      ASKED(schedule_job, job),          NULL, 0, carry},
    {"POST",   JOB "/depart",        ASKED(depart_job, job),            NULL, 0, carry},
    {"POST",   JOB "/arrive",        ASKED(arrive_job, job),            NULL, 0, carry},
    {"POST",   JOB "/start",         ASKED(start_job, job),             NULL, 0, carry},
    {"POST",   JOB "/pause",         ASKED(pause_job, job),             NULL, 0, carry},
    {"POST",   JOB "/resume",        ASKED(resume_job, job),            NULL, 0, carry},
    {"POST",   JOB "/suspend",       ASKED(suspend_job, job),           NULL, 0, carry},
    {"POST",   JOB "/clear",         ASKED(clear_job, job),             NULL, 0, carry},
    {"POST",   JOB "/complete",      ASKED(complete_job, job),          NULL, 0, carry},
    {"POST",   JOB "/verify",        ASKED(verify_job, job),            NULL, 0, carry},
    {"POST",   JOB "/reject",        ASKED(reject_job, job),            NULL, 0, carry},
    {"POST",   JOB "/give_up",       ASKED(give_up_job, job),           NULL, 0, carry},
    {"POST",   JOB "/cancel",        ASKED(cancel_job, job),            NULL, 0, carry},
    {"POST",   JOB "/close",         ASKED(close_job, job),             NULL, 0, carry},
    {"POST",   "/v1/job-updates",    ASKED(push_job_updates, job_update_results), NULL, ROUTE_NDJSON, serve_updates},
    {"GET",    "/v1/returns",        ASKED(list_returns, returns),      NULL, ROUTE_LISTED, carry},
    {"GET",    "/v1/returns/{return_id}", ASKED(find_return, return),   NULL, 0, carry},
    {"GET",    "/v1/complaints",     ASKED(list_complaints, complaints), NULL, ROUTE_LISTED, carry},
    {"GET",    "/v1/complaints/{complaint_id}", ASKED(find_complaint, complaint), NULL, 0, carry},
    {"GET",    "/v1/reports/tickets", ASKED(report_tickets, ticket_report), NULL, ROUTE_TOLD, carry},
    {"POST",   "/v1/keys",           ASKED(make_key, key),              KEY_PATH, ROUTE_TOLD, carry_new_key},
    {"GET",    KEY_PATH,             ASKED(show_key, key_shown),        NULL, 0, carry},
    {"DELETE", KEY_PATH,             ASKED(revoke_key, key_gone),       NULL, 0, carry},
    {"GET",    "/v1/events",         &follow_events__descriptor, NULL,  NULL, ROUTE_EVENTS, serve_events},
    {"GET",    SERVICE_PATH "/status", ASKED(read_status, status),      NULL, 0, carry},
    {"GET",    SERVICE_PATH "/chain", ASKED(verify_chain, chain_verified), NULL, 0, carry},
    {"GET",    SERVICE_PATH "/heads", ASKED(list_heads, heads),         NULL, 0, carry},
    {"GET",    SERVICE_PATH "/parked", ASKED(list_parked, parked_events), NULL, 0, carry},
    {"POST",   SERVICE_PATH "/parked/retry", ASKED(retry_parked, parked_settled), NULL, 0, carry},
    {"POST",   SERVICE_PATH "/parked/discard", ASKED(discard_parked, parked_settled), NULL, 0, carry},
    {"POST",   SERVICE_PATH "/rebuild", ASKED(rebuild, rebuilding),     NULL, 0, carry},
    {"GET",    "/healthz",           NULL, NULL,                        NULL, ROUTE_OPEN, serve_health},
    {"GET",    "/readyz",            NULL, NULL,                        NULL, ROUTE_OPEN, serve_readiness},
    {"GET",    "/metrics",           NULL, NULL,                        NULL, ROUTE_OPEN, serve_metrics},
    {"GET",    "/openapi.json",      NULL, NULL,                        NULL, ROUTE_OPEN, serve_openapi},
    {"GET",    "/asyncapi.json",     NULL, NULL,                        NULL, ROUTE_OPEN, serve_asyncapi},
};

/* clang-format on */

const struct route_table routes = {TABLE(rows)};

#include "job.h"

/* One job, as far as the caller may see it. */
bool find_job(struct request *req)
{
    const FindJob *query = request_body(req, find_job);
    struct job job;

    return job_find(req, query->job_id, &job)
           && reply_version(req, (uint64_t)row_number(&job.row, "version"),
                            &job_message(req, &job)->base);
}

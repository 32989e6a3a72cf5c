#include "people.h"

static const char *exclusions(struct request *req, const struct candidate *candidate)
{
    struct text words = text_new(req->arena);

    for (size_t i = 0; i < candidate->exclusions; i++)
        text_print(&words, "%s%s", i ? ", " : "", candidate->excluded[i]);
    return words.at;
}

/*
 * Ask a technician or a provider to take the job on.
 *
 * Only who may do it is asked; a dispatcher who knows better assigns, and answers for it with a
 * reason.
 */
bool offer_job(struct request *req)
{
    const OfferJob *order = request_body(req, offer_job);
    struct candidate to;
    struct job job;

    if (!job_find(req, order->job_id, &job)
        || !candidate_named(req, &job, order->technician_id, order->provider_id, &to)
        || !job_may(req, &job, "offer"))
        return false;

    if (to.exclusions > 0)
        return refuse(req, CONFLICT, "not_a_candidate", "%s cannot be offered to %s: %s",
                      order->job_id, row_text(&to.row, "name"), exclusions(req, &to));

    return job_offer(req, &job, &to, order->reason) && job_answer(req, &job);
}

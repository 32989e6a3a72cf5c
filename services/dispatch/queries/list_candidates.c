#include "people.h"

static Candidate *shown(struct request *req, const struct candidate *candidate, size_t rank)
{
    Candidate *item = arena_take(req->arena, sizeof *item);

    candidate__init(item);
    item->technician_id = id_of(req, 'S', row_text(&candidate->row, "technician_id"));
    item->provider_id = id_of(req, 'P', row_text(&candidate->row, "provider_id"));
    item->name = row_text(&candidate->row, "name");
    item->open_jobs = (uint32_t)row_number(&candidate->row, "open_jobs");
    item->eligible = candidate->exclusions == 0;
    item->rank = item->eligible ? (uint32_t)rank : 0;
    item->n_excluded_because = candidate->exclusions;
    item->excluded_because = (const char **)candidate->excluded;
    return item;
}

/* Who may carry the job out, the best first; and who may not, and why. */
bool list_candidates(struct request *req)
{
    const ListCandidates *query = request_body(req, list_candidates);
    struct candidates found;
    struct job job;

    if (!job_find(req, query->job_id, &job) || !candidates_rank(req, &job, &found))
        return false;

    Candidates answer = CANDIDATES__INIT;
    answer.n_items = found.count;
    answer.items = arena_take(req->arena, (found.count + 1) * sizeof *answer.items);
    for (size_t i = 0; i < found.count; i++)
        answer.items[i] = shown(req, &found.items[i], i + 1);
    return reply(req, &answer.base);
}

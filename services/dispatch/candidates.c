#include "people.h"

#include <stdlib.h>
#include <string.h>

static bool is_overloaded(const struct row *row)
{
    return !text_empty(row_text(row, "technician_id"))
           && row_number(row, "open_jobs") >= jobs_per_technician;
}

/* Every reason why not, each with its word. */
static struct candidate judged(const struct row *row)
{
    const struct {
        bool excludes;
        const char *word;
    } rules[EXCLUSIONS_MOST] = {
        {!row_is(row,         "skilled"),          "skill_missing"},
        {!row_is(row,                   "kind_covered"),                            "kind_not_covered"},
        {!row_is(row, "branch_covered"),"branch_not_covered"},
        {is_overloaded(row),  "load_limit"        },
    };
    struct candidate candidate = {.row = *row};

    for (size_t i = 0; i < LENGTH(rules); i++)
        if (rules[i].excludes)
            candidate.excluded[candidate.exclusions++] = rules[i].word;
    return candidate;
}

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Those who may before those who may not, those not yet asked before those who were, then by load
 * and by age in the house. */
static int compare(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;
    const int differences[] = {
        by_number(a->exclusions > 0, b->exclusions > 0),
        by_number(row_is(&a->row, "tried"), row_is(&b->row, "tried")),
        by_number(row_number(&a->row, "open_jobs"), row_number(&b->row, "open_jobs")),
        by_number(row_number(&a->row, "technician_id"), row_number(&b->row, "technician_id")),
        by_number(row_number(&a->row, "provider_id"), row_number(&b->row, "provider_id")),
    };

    for (size_t i = 0; i < LENGTH(differences); i++)
        if (differences[i])
            return differences[i];
    return 0;
}

static bool read_candidates(struct request *req, const struct job *job, const char *technician,
                            const char *provider, struct rows *found)
{
    return db_all(req->db, found, sql.list_candidates, job_text(job, "job_id"),
                  job_text(job, "kind"), job_text(job, "branch"), job_text(job, "product_model"),
                  technician, provider);
}

bool candidates_rank(struct request *req, const struct job *job, struct candidates *found)
{
    struct rows rows;

    if (!read_candidates(req, job, NULL, NULL, &rows))
        return false;
    found->count = rows.count;
    found->items = arena_take(req->arena, (rows.count + 1) * sizeof *found->items);
    for (size_t i = 0; i < rows.count; i++)
        found->items[i] = judged(&rows.rows[i]);
    qsort(found->items, found->count, sizeof *found->items, compare);
    return true;
}

bool candidate_named(struct request *req, const struct job *job, const char *technician_id,
                     const char *provider_id, struct candidate *found)
{
    const char *technician = request_id(req, technician_id);
    const char *provider = request_id(req, provider_id);
    const char *field = technician ? "technician_id" : "provider_id";
    struct rows rows;

    if (!technician && !provider)
        violate(req, "technician_id", "missing", "name a technician or a provider");
    else if (!read_candidates(req, job, technician, provider, &rows))
        return false;
    else if (rows.count == 0)
        violate(req, field, "unknown", "there is no such one");
    else if (provider && strcmp(provider, row_text(&rows.rows[0], "provider_id")) != 0)
        violate(req, "provider_id", "not_theirs", "%s does not work for %s", technician_id,
                provider_id);
    else
        *found = judged(&rows.rows[0]);
    return refuse_violations(req);
}

void job_hold(struct job *job, const struct candidate *holder)
{
    job_set(job, "technician_id", text_or_null(row_text(&holder->row, "technician_id")));
    job_set(job, "provider_id", text_or_null(row_text(&holder->row, "provider_id")));
}

bool job_offer(struct request *req, struct job *job, const struct candidate *to, const char *reason)
{
    int64_t until_ms = req->now_ms + offer_minutes * MINUTE_MS;
    const struct said said = {.reason = reason};

    /* One offer may be open: the one before is over first. */
    if (!offers_end(req, job, 1))
        return false;
    job_hold(job, to);
    job_set(job, "offered_until", clock_text(req->arena, until_ms));
    return job_move(req, job, "offer", &said)
           && db_run(req->db, sql.make_offer, job_text(job, "job_id"), job_text(job, "version"),
                     text_or_null(job_text(job, "technician_id")),
                     text_or_null(job_text(job, "provider_id")), text_or_empty(reason),
                     req->caller.id, clock_text(req->arena, req->now_ms),
                     job_text(job, "offered_until"))
           && timer_set(req, "expire_offer", job_id(req, job), until_ms);
}

bool job_offer_next(struct request *req, struct job *job)
{
    struct candidates found;

    if (!offer_by_itself)
        return true;
    if (!candidates_rank(req, job, &found))
        return false;
    if (found.count == 0 || found.items[0].exclusions > 0 || row_is(&found.items[0].row, "tried"))
        return true;
    return job_offer(req, job, &found.items[0], "the best candidate");
}

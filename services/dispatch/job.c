#include "job.h"

#include <string.h>

struct job job_of(struct request *req, const struct row *row)
{
    size_t count = row->names->count;
    const char **values = arena_copy_bytes(req->arena, row->values, count * sizeof *values);

    return (struct job){
        .row = {row->names, values},
          .values = values
    };
}

static size_t column_place(const struct job *job, const char *column)
{
    for (size_t i = 0; i < job->row.names->count; i++)
        if (strcmp(job->row.names->names[i], column) == 0)
            return i;
    CHECK(!"a column of the job");
    return 0;
}

const char *job_text(const struct job *job, const char *column)
{
    return row_text(&job->row, column);
}

void job_set(struct job *job, const char *column, const char *value)
{
    job->values[column_place(job, column)] = value;
}

void job_forget(struct job *job, const char *const *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        job_set(job, columns[i], NULL);
}

void job_renew(struct request *req, struct job *job)
{
    job_set(job, "version", db_number(req->arena, row_number(&job->row, "version") + 1));
}

const struct lifecycle *job_life(const struct job *job)
{
    return life_of(job_text(job, "service_mode"));
}

const char *job_id(struct request *req, const struct job *job)
{
    return id_of(req, 'J', job_text(job, "job_id"));
}

/* A provider knows what it holds or is offered, until some days after the end. */
static bool provider_knows(const struct request *req, const struct job *job)
{
    const char *provider = id_of((struct request *)req, 'P', job_text(job, "provider_id"));
    int64_t ended_ms;

    if (text_empty(provider) || strcmp(provider, req->caller.provider_id) != 0)
        return false;
    return !clock_parse(job_text(job, "ended_at"), &ended_ms)
           || req->now_ms - ended_ms <= provider_sight_days * DAY_MS;
}

bool job_in_sight(struct request *req, const struct job *job, bool *seen)
{
    bool outsider = !text_empty(req->caller.provider_id) || req->caller.roles == PROVIDER;

    *seen = !outsider || provider_knows(req, job);
    return !*seen || scope_covers(req, job_text(job, "branch"), seen);
}

static bool not_found(struct request *req, const char *id)
{
    return refuse(req, NOT_FOUND, "not_found", "there is no job %s", id);
}

bool job_find(struct request *req, const char *id, struct job *job)
{
    const char *number = request_id(req, id);
    struct row row;
    bool seen;

    if (!number)
        return not_found(req, id);
    if (!db_maybe(req->db, &row, sql.find_jobs, db_array(req->arena, &number, 1)))
        return false;
    if (!row.values)
        return not_found(req, id);
    *job = job_of(req, &row);
    return job_in_sight(req, job, &seen) && (seen || not_found(req, id));
}

/* The parameters of sql/save_jobs.sql. */
static const char *const saved[] = {
    "job_id",        "version",        "state",           "technician_id", "provider_id",
    "offered_until", "scheduled_from", "scheduled_until", "started_at",    "completed_at",
    "verified_at",   "ended_at",       "rework_count",    "report",        "completed_by",
    "latitude",      "longitude",      "updated_at",      "priority",
};

bool offers_end(struct request *req, struct job *jobs, size_t count)
{
    const char **numbers = arena_take(req->arena, (count + 1) * sizeof *numbers);
    const char **outcomes = arena_take(req->arena, (count + 1) * sizeof *outcomes);
    const char **explanations = arena_take(req->arena, (count + 1) * sizeof *explanations);
    size_t ended = 0;

    for (size_t i = 0; i < count; i++) {
        if (!jobs[i].offer_ended)
            continue;
        numbers[ended] = job_text(&jobs[i], "job_id");
        explanations[ended] = jobs[i].explanation;
        outcomes[ended++] = jobs[i].offer_ended;
        jobs[i].offer_ended = NULL;
    }
    return ended == 0
           || db_run(req->db, sql.end_offers, db_array(req->arena, numbers, ended),
                     db_array(req->arena, outcomes, ended),
                     db_array(req->arena, explanations, ended),
                     clock_text(req->arena, req->now_ms));
}

bool jobs_save(struct request *req, struct job *jobs, size_t count)
{
    const char *parameters[LENGTH(saved) + 1];
    const char **column = arena_take(req->arena, (count + 1) * sizeof *column);

    if (count == 0)
        return true;
    for (size_t i = 0; i < LENGTH(saved); i++) {
        size_t place = column_place(&jobs[0], saved[i]);
        for (size_t j = 0; j < count; j++)
            column[j] = jobs[j].values[place];
        parameters[i] = db_array(req->arena, column, count);
    }
    parameters[LENGTH(saved)] = db_end;
    return db_expect_with(req->db, (long)count, sql.save_jobs, parameters)
           && offers_end(req, jobs, count);
}

Job *job_message(struct request *req, const struct job *job)
{
    const struct row_names *names = job->row.names;
    struct row_names shown = {column_place(job, "report"), names->names};
    struct row row = {&shown, job->values};
    Job *message = filled(req, job, &row);
    const char *report = job_text(job, "report");
    struct flaw flaw;

    if (text_empty(report))
        return message;
    message->report =
        (Report *)message_from_json(req->arena, &report__descriptor,
                                    (struct bytes){(const uint8_t *)report, strlen(report)}, &flaw);
    CHECK(message->report);
    return message;
}

bool jobs_of_ticket(struct request *req, const char *ticket_id, struct rows *found)
{
    return db_all(req->db, found, sql.list_jobs, NULL, request_id(req, ticket_id), NULL, NULL, NULL,
                  NULL, NULL, NULL, NULL, NULL);
}

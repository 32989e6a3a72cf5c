#include "updates.h"

struct push {
    struct update *updates;
    size_t count;
    struct job *jobs; /* in sight, by number */
    size_t job_count;
    struct updates_told *told;
};

static void unfold(struct request *req, const PushJobUpdates *order, struct push *push)
{
    push->count = order->n_updates;
    push->updates = arena_take(req->arena, (push->count + 1) * sizeof *push->updates);
    for (size_t i = 0; i < push->count; i++) {
        struct update *update = &push->updates[i];
        update->said = order->updates[i];
        update->body = message_pack(req->arena, &update->said->base);
        update->verdict = id_parse(update->said->job_id, 'J', &update->number);
        update->result = arena_take(req->arena, sizeof *update->result);
        job_update_result__init(update->result);
        update->result->update_id = update->said->update_id;
    }
}

static struct job *job_numbered(const struct push *push, int64_t number)
{
    size_t low = 0;
    size_t high = push->job_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int64_t there = row_number(&push->jobs[middle].row, "job_id");
        if (there == number)
            return &push->jobs[middle];
        if (there < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool look_at_jobs(struct request *req, struct push *push)
{
    const char **numbers = arena_take(req->arena, (push->count + 1) * sizeof *numbers);
    struct rows found;
    size_t count = 0;

    for (size_t i = 0; i < push->count; i++)
        if (push->updates[i].verdict == ID_OK)
            numbers[count++] = db_number(req->arena, push->updates[i].number);
    if (!db_all(req->db, &found, sql.find_jobs, db_array(req->arena, numbers, count)))
        return false;

    push->jobs = arena_take(req->arena, (found.count + 1) * sizeof *push->jobs);
    for (size_t i = 0; i < found.count; i++) {
        struct job job = job_of(req, &found.rows[i]);
        bool seen;
        if (!job_in_sight(req, &job, &seen))
            return false;
        if (seen)
            push->jobs[push->job_count++] = job;
    }
    for (size_t i = 0; i < push->count; i++)
        if (push->updates[i].verdict == ID_OK)
            push->updates[i].job = job_numbered(push, push->updates[i].number);
    return true;
}

/* A provider's own; for the house itself, of whoever used the same ids. */
static bool look_at_told(struct request *req, struct push *push)
{
    const char **ids = arena_take(req->arena, (push->count + 1) * sizeof *ids);
    struct rows found;

    for (size_t i = 0; i < push->count; i++)
        ids[i] = push->updates[i].said->update_id;
    if (!db_all(req->db, &found, sql.find_updates, db_array(req->arena, ids, push->count),
                request_id(req, req->caller.provider_id)))
        return false;

    push->told = updates_told_new(req->arena, push->count + found.count);
    for (size_t i = 0; i < found.count; i++) {
        const struct row *row = &found.rows[i];
        updates_told_add(push->told, (struct update_told){row_number(row, "provider_id"),
                                                          row_text(row, "update_id"),
                                                          row_bytes(req->arena, row, "body"),
                                                          row_text(row, "state")});
    }
    return true;
}

/* Each job once, as the last of its updates left it. */
static bool write_jobs(struct request *req, const struct push *push)
{
    struct job *moved = arena_take(req->arena, (push->job_count + 1) * sizeof *moved);
    size_t count = 0;

    for (size_t i = 0; i < push->job_count; i++)
        if (push->jobs[i].moved)
            moved[count++] = push->jobs[i];
    return jobs_save(req, moved, count);
}

static bool write_updates(struct request *req, const struct push *push)
{
    enum { PROVIDER_ID, UPDATE_ID, JOB_ID, OCCURRED_AT, RESULT, STATE, COLUMNS };
    const char **columns[COLUMNS];
    const char *texts[COLUMNS];
    struct bytes *bodies = arena_take(req->arena, (push->count + 1) * sizeof *bodies);
    size_t count = 0;

    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = arena_take(req->arena, (push->count + 1) * sizeof *columns[i]);
    for (size_t i = 0; i < push->count; i++) {
        const struct update *update = &push->updates[i];
        if (!update->counts)
            continue;
        columns[PROVIDER_ID][count] = db_number(req->arena, update->provider);
        columns[UPDATE_ID][count] = update->said->update_id;
        columns[JOB_ID][count] = db_number(req->arena, update->number);
        columns[OCCURRED_AT][count] = clock_text(req->arena, update->occurred_at_ms);
        columns[RESULT][count] = update->result->result;
        columns[STATE][count] = update->result->state;
        bodies[count++] = update->body;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        texts[i] = db_array(req->arena, columns[i], count);
    return count == 0
           || db_run(req->db, sql.write_updates, texts[PROVIDER_ID], texts[UPDATE_ID],
                     texts[JOB_ID], texts[OCCURRED_AT], texts[RESULT], texts[STATE],
                     db_bytes_array(req->db, bodies, count), clock_text(req->arena, req->now_ms));
}

/*
 * A provider tells how its jobs are going.
 *
 * Each update is answered on its own, in the order sent; none harms its neighbours.  The whole push
 * costs two reads and a few statements for effect, however many updates it holds: what one update
 * changes, the next one sees in memory.
 */
bool push_job_updates(struct request *req)
{
    const PushJobUpdates *order = request_body(req, push_job_updates);
    struct push push = {0};

    if (order->n_updates > UPDATES_MOST)
        violate(req, "updates", "too_many", "at most %d at a time", UPDATES_MOST);
    if (!refuse_violations(req))
        return false;
    unfold(req, order, &push);
    if (!look_at_jobs(req, &push) || !look_at_told(req, &push))
        return false;

    JobUpdateResults answer = JOB_UPDATE_RESULTS__INIT;
    answer.n_results = push.count;
    answer.results = arena_take(req->arena, (push.count + 1) * sizeof *answer.results);
    for (size_t i = 0; i < push.count; i++) {
        if (!update_settle(req, push.told, &push.updates[i]))
            return false;
        answer.results[i] = push.updates[i].result;
    }

    return write_jobs(req, &push) && write_updates(req, &push) && reply(req, &answer.base);
}

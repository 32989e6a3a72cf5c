#include "updates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool settle(struct update *it, const char *result, const char *reason, const char *detail)
{
    it->result->result = result;
    it->result->reason = reason;
    it->result->detail = detail;
    return true;
}

/* ---- the rules: each says true where it has settled the update ---- */

static bool is_nameless(struct request *req, struct updates_told *told, struct update *it)
{
    size_t length = strlen(it->said->update_id);

    if (length == 0)
        return settle(it, "rejected", "missing_update_id", "an id of yours, once for each update");
    return length > UPDATE_ID_MOST
           && settle(it, "rejected", "update_id_too_long",
                     arena_print(req->arena, "at most %d bytes", UPDATE_ID_MOST));
}

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

static bool was_told(struct request *req, struct updates_told *told, struct update *it)
{
    const struct update_told *before = updates_told_find(told, it->provider, it->said->update_id);

    if (!before)
        return false;
    it->result->state = it->job ? job_text(it->job, "state") : before->state;
    if (same(before->body, it->body))
        return settle(it, "duplicate", "", "");
    return settle(it, "duplicate", "update_id_reused", "this update_id said something else before");
}

static bool is_astray(struct request *req, struct updates_told *told, struct update *it)
{
    if (it->verdict == ID_BAD_CHECK_DIGIT)
        return settle(it, "rejected", "bad_check_digit",
                      "the check digit of job_id does not fit: mistyped?");
    if (it->verdict != ID_OK)
        return settle(it, "rejected", "bad_identifier", "a job_id such as J10000014");
    return !it->job
           && settle(it, "rejected", "unknown_job", "you hold no such job and are offered none");
}

/* Degrees, as a satellite tells them. */
static bool is_nowhere(const JobUpdate *update)
{
    return !(fabs(update->latitude) <= 90) || !(fabs(update->longitude) <= 180);
}

/* Who does not say when means now, even where an update before it came from a clock ahead of ours.
 */
static int64_t now_for(const struct request *req, const struct job *job)
{
    int64_t last_ms;

    return clock_parse(job_text(job, "updated_at"), &last_ms) && last_ms > req->now_ms
               ? last_ms
               : req->now_ms;
}

/* A text longer than the plan allows in any field. */
static bool is_too_long(struct request *req, struct updates_told *told, struct update *it)
{
    for (size_t i = 0; i < req->service->limits.count; i++) {
        const struct limit *row = &req->service->limits.rows[i];
        if (strlen(text_or_empty(message_text(&it->said->base, row->field))) > row->most)
            return settle(it, "rejected", "too_long",
                          arena_print(req->arena, "%s: at most %zu bytes", row->field, row->most));
    }
    for (size_t i = 0; i < it->said->n_photos; i++)
        if (strlen(it->said->photos[i]) > WORD_MOST)
            return settle(it, "rejected", "too_long",
                          arena_print(req->arena, "photos: at most %d bytes each", WORD_MOST));
    return false;
}

static bool is_unreadable(struct request *req, struct updates_told *told, struct update *it)
{
    const char *when = it->said->occurred_at;

    if (!provider_may_reach(it->said->state))
        return settle(it, "rejected", "unknown_state",
                      "accepted, declined, scheduled, en_route, on_site, working, paused, "
                      "completed or given_up");
    if (is_nowhere(it->said))
        return settle(it, "rejected", "out_of_range", "latitude -90 to 90, longitude -180 to 180");
    it->occurred_at_ms = now_for(req, it->job);
    if (text_empty(when))
        return false;
    if (!clock_parse(when, &it->occurred_at_ms))
        return settle(it, "rejected", "bad_occurred_at", "an instant such as 2026-11-23T01:00:00Z");
    return it->occurred_at_ms > req->now_ms + update_skew_seconds * 1000LL
           && settle(it, "rejected", "in_the_future",
                     arena_print(req->arena, "occurred_at is ahead of %s",
                                 clock_text(req->arena, req->now_ms)));
}

static bool is_stale(struct request *req, struct updates_told *told, struct update *it)
{
    int64_t last_ms;

    return clock_parse(job_text(it->job, "updated_at"), &last_ms) && it->occurred_at_ms < last_ms
           && settle(it, "stale", "older_than_known",
                     arena_print(req->arena, "the last update known occurred at %s",
                                 job_text(it->job, "updated_at")));
}

static const char *why(const JobUpdate *update)
{
    return text_empty(update->reason) ? update->note : update->reason;
}

static bool lacks_report(struct request *req, struct update *it)
{
    struct report_flaw flaws[REPORT_FLAWS_MOST];
    size_t count = report_flaws(it->said->report, flaws);
    struct text detail = text_new(req->arena);

    for (size_t i = 0; i < count; i++)
        text_print(&detail, "%sreport.%s: %s (%s)", i ? "; " : "", flaws[i].field, flaws[i].detail,
                   flaws[i].reason);
    return count > 0
           && settle(it, "rejected", it->said->report ? "incomplete_report" : "missing_report",
                     detail.at);
}

static bool is_impossible(struct request *req, struct update *it, const char *state)
{
    const char **allowed = lifecycle_allowed(req->arena, job_life(it->job), state);

    it->result->allowed = allowed;
    while (allowed[it->result->n_allowed])
        it->result->n_allowed++;
    return settle(it, "rejected", "not_allowed",
                  arena_print(req->arena, "nothing leads from %s to %s", state, it->said->state));
}

/* ---- the way ---- */

/* A report of work that is completed already, and not looked at yet, replaces the one before. */
static bool is_correction(const struct update *it)
{
    return it->said->report && strcmp(it->said->state, "completed") == 0
           && strcmp(job_text(it->job, "state"), "completed") == 0;
}

static bool walk(struct request *req, struct update *it, const char *const *steps, size_t count)
{
    const JobUpdate *update = it->said;
    struct said said = {.note = update->note,
                        .reason = why(update),
                        .update = update,
                        .occurred_at_ms = it->occurred_at_ms};
    struct said on_the_way = {
        .update = update, .occurred_at_ms = it->occurred_at_ms, .implied = true};

    if (update->latitude != 0 || update->longitude != 0) {
        job_set(it->job, "latitude", arena_print(req->arena, "%.17g", update->latitude));
        job_set(it->job, "longitude", arena_print(req->arena, "%.17g", update->longitude));
    }
    job_set(it->job, "updated_at", clock_text(req->arena, it->occurred_at_ms));
    if (count == 0) {
        if (is_correction(it))
            job_note_report(req, it->job, said.report = update->report);
        job_renew(req, it->job);
        return job_tell(req, it->job, &job_noted__descriptor, &said);
    }

    said.report = update->report;
    for (size_t i = 0; i < count; i++)
        if (!job_move(req, it->job, steps[i], i + 1 < count ? &on_the_way : &said))
            return false;
    return true;
}

/* Moves the job as far as the update says; where that can't be, says so.  False: trouble. */
static bool follow(struct request *req, struct update *it)
{
    const char *state = job_text(it->job, "state");
    const char *steps[PATH_MOST];
    size_t count;

    if (!life_path(job_life(it->job), state, it->said->state, steps, &count))
        return is_impossible(req, it, state);
    const char *last = count ? steps[count - 1] : NULL;
    bool reports = last ? strcmp(last, "complete") == 0 : is_correction(it);
    if (reports && lacks_report(req, it))
        return true;
    if (last && move_wants_reason(last) && text_blank(why(it->said)))
        return settle(it, "rejected", "missing_reason", "a reason, or a note that gives it");

    it->job->moved = true;
    settle(it, "applied", "", "");
    return walk(req, it, steps, count);
}

static void remember(struct updates_told *told, struct update *it)
{
    it->counts = true;
    it->result->state = job_text(it->job, "state");
    updates_told_add(
        told, (struct update_told){it->provider, it->said->update_id, it->body, it->result->state});
}

/* Who held the job before the update, for a decline takes it from them. */
static int64_t teller(struct request *req, const struct update *it)
{
    if (!text_empty(req->caller.provider_id))
        return strtoll(request_id(req, req->caller.provider_id), NULL, 10);
    return it->job ? row_number(&it->job->row, "provider_id") : 0;
}

/* A job that an update before this one gave away is no longer theirs. */
static bool still_theirs(struct request *req, struct update *it)
{
    bool seen = false;

    if (it->job && !job_in_sight(req, it->job, &seen))
        return false;
    if (!seen)
        it->job = NULL;
    return true;
}

bool update_settle(struct request *req, struct updates_told *told, struct update *it)
{
    static bool (*const rules[])(struct request *, struct updates_told *, struct update *) = {
        is_nameless, was_told, is_astray, is_too_long, is_unreadable, is_stale};

    if (!still_theirs(req, it))
        return false;
    it->provider = teller(req, it);
    bool settled = false;
    for (size_t i = 0; i < LENGTH(rules) && !settled; i++)
        settled = rules[i](req, told, it);
    if (!settled && !follow(req, it))
        return false;

    if (strcmp(it->result->result, "applied") == 0 || strcmp(it->result->result, "stale") == 0)
        remember(told, it);
    else if (it->job)
        it->result->state = job_text(it->job, "state");
    return true;
}

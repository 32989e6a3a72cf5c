/*
 * dispatch: who carries out which piece of work, and how far they are.
 *
 * The words this service shares with itself: the plan, the lives, the names of the handlers.  What
 * a job is stands in job.h, who may hold it in people.h, what providers push in updates.h.
 */
#pragma once

#include "daemon/service.h"
#include "daemon/words.h"
#include "dispatch.pb-c.h"
#include "dispatch_sql.h"
#include "intake.pb-c.h"

extern const struct service dispatch;

extern long offer_minutes;
extern long jobs_per_technician;
extern long provider_sight_days;
extern long update_skew_seconds;
extern long offer_by_itself;

/* ---- the life: states.c ---- */

enum { PATH_MOST = 8 }; /* steps one update of a provider may stand for */

/* The life of work at the customer's, and of work that needs no journey. */
enum { VISIT, DESK, LIVES };
extern const struct lifecycle lives[LIVES];

const struct lifecycle *life_of(const char *service_mode);
bool job_is_state(const char *word);
bool job_is_open(const char *state);       /* somebody still has to carry it out or look at it */
bool provider_may_reach(const char *word); /* the words a provider's update may use */

/*
 * The moves that lead from a state to what a provider reports, the shortest way forward; 0 where it
 * is already so.  False: nothing leads there.
 */
bool life_path(const struct lifecycle *life, const char *state, const char *word,
               const char *steps[PATH_MOST], size_t *count);

/* ---- the rooms ---- */

/* commands/ */
handler add_technician, add_provider, offer_job, assign_job, accept_job, decline_job, schedule_job,
    depart_job, arrive_job, start_job, pause_job, resume_job, suspend_job, clear_job, complete_job,
    verify_job, reject_job, give_up_job, cancel_job, close_job, push_job_updates;
/* queries/ */
handler find_job, list_jobs, find_provider, find_technician, list_candidates;
/* reactions/ */
handler plan_job, plan_again, amend_jobs, cancel_jobs, close_jobs, know_branch;
/* timers/ */
handler expire_offer;

#include "dispatch.h"

long offer_minutes;
long jobs_per_technician;
long provider_sight_days;
long update_skew_seconds;
long offer_by_itself;

static const struct setting settings[] = {
    {"offer_minutes",       COUNT,   "30",  1, 10080, &offer_minutes,
     "minutes an offer waits for an answer before it is withdrawn"     },
    {"jobs_per_technician", COUNT,   "8",   1, 1000,  &jobs_per_technician,
     "jobs a technician may hold before they are offered no more"      },
    {"provider_sight_days", DAYS,    "30",  0, 3650,  &provider_sight_days,
     "how long a provider still sees a job that is closed or cancelled"},
    {"update_skew_seconds", SECONDS, "120", 0, 3600,  &update_skew_seconds,
     "how far ahead of ours the clock of a provider may go"            },
    {"offer_by_itself",     COUNT,   "0",   0, 1,     &offer_by_itself,
     "1: a planned job is offered to the best candidate, and to the next where that one does not "
     "take it"                                                         },
};

enum {
    DISPATCHERS = ADMIN | LEAD | MANAGER | DISPATCHER,
    WORKERS = DISPATCHERS | TECHNICIAN | PROVIDER,
    INSPECTORS = DISPATCHERS | INSPECTOR,
    ONLOOKERS = STAFF | PROVIDER | FINANCE | AUDITOR | SERVICE,
};

/* What dispatch can be asked to do, and who may ask. */
static const struct command commands[] = {
    {MESSAGE(add_technician),   add_technician,   DISPATCHERS        },
    {MESSAGE(add_provider),     add_provider,     DISPATCHERS        },
    {MESSAGE(offer_job),        offer_job,        DISPATCHERS        },
    {MESSAGE(assign_job),       assign_job,       DISPATCHERS        },
    {MESSAGE(accept_job),       accept_job,       WORKERS            },
    {MESSAGE(decline_job),      decline_job,      WORKERS            },
    {MESSAGE(schedule_job),     schedule_job,     WORKERS | AGENT    },
    {MESSAGE(depart_job),       depart_job,       WORKERS            },
    {MESSAGE(arrive_job),       arrive_job,       WORKERS            },
    {MESSAGE(start_job),        start_job,        WORKERS            },
    {MESSAGE(pause_job),        pause_job,        WORKERS            },
    {MESSAGE(resume_job),       resume_job,       WORKERS            },
    {MESSAGE(suspend_job),      suspend_job,      WORKERS | INSPECTOR},
    {MESSAGE(clear_job),        clear_job,        INSPECTORS         },
    {MESSAGE(complete_job),     complete_job,     WORKERS            },
    {MESSAGE(verify_job),       verify_job,       INSPECTORS         },
    {MESSAGE(reject_job),       reject_job,       INSPECTORS         },
    {MESSAGE(give_up_job),      give_up_job,      WORKERS            },
    {MESSAGE(cancel_job),       cancel_job,       DISPATCHERS        },
    {MESSAGE(close_job),        close_job,        INSPECTORS         },
    {MESSAGE(push_job_updates), push_job_updates, PROVIDER | ADMIN   },
};

/* What dispatch can be asked to tell. */
static const struct command queries[] = {
    {MESSAGE(find_job),        find_job,        ONLOOKERS             },
    {MESSAGE(list_jobs),       list_jobs,       ONLOOKERS             },
    {MESSAGE(find_provider),   find_provider,   DISPATCHERS | PROVIDER},
    {MESSAGE(find_technician), find_technician, DISPATCHERS | PROVIDER},
    {MESSAGE(list_candidates), list_candidates, DISPATCHERS           },
};

/* What dispatch tells the house. */
static const struct event events[] = {
    {MESSAGE(technician_added)}, {MESSAGE(provider_added)}, {MESSAGE(job_planned)},
    {MESSAGE(job_offered)},      {MESSAGE(job_accepted)},   {MESSAGE(job_assigned)},
    {MESSAGE(job_declined)},     {MESSAGE(job_expired)},    {MESSAGE(job_scheduled)},
    {MESSAGE(job_departed)},     {MESSAGE(job_arrived)},    {MESSAGE(job_started)},
    {MESSAGE(job_paused)},       {MESSAGE(job_resumed)},    {MESSAGE(job_suspended)},
    {MESSAGE(job_cleared)},      {MESSAGE(job_completed)},  {MESSAGE(job_verified)},
    {MESSAGE(job_rejected)},     {MESSAGE(job_given_up)},   {MESSAGE(job_cancelled)},
    {MESSAGE(job_noted)},        {MESSAGE(job_amended)},    {MESSAGE(job_withdrawn)},
    {MESSAGE(job_closed)},
};

/* The kinds of ticket whose job is planned by itself. */
static const char *const planned_kinds[] = {"install", "commission", "repair", "maintain",
                                            "upgrade", "support",    NULL};

/* What dispatch overhears, and what it does about it. */
static const struct reaction reactions[] = {
    {"intake", MESSAGE(branch_opened),     know_branch, ANY_KIND     },
    {"intake", MESSAGE(ticket_registered), plan_job,    planned_kinds},
    {"intake", MESSAGE(ticket_reopened),   plan_again,  ANY_KIND     },
    {"intake", MESSAGE(ticket_objected),   plan_again,  ANY_KIND     },
    {"intake", MESSAGE(ticket_amended),    amend_jobs,  ANY_KIND     },
    {"intake", MESSAGE(ticket_cancelled),  cancel_jobs, ANY_KIND     },
    {"intake", MESSAGE(ticket_merged),     cancel_jobs, ANY_KIND     },
    {"intake", MESSAGE(ticket_closed),     close_jobs,  ANY_KIND     },
};

/* What dispatch does by the clock. */
static const struct timer timers[] = {
    {"expire_offer", expire_offer},
};

static const struct counter counters[] = {
    {'J', "dispatch.job",        "job_id"       },
    {'P', "dispatch.provider",   "provider_id"  },
    {'S', "dispatch.technician", "technician_id"},
};

static const struct identifier identifiers[] = {
    {"job_id",        'J'},
    {"ticket_id",     'T'},
    {"technician_id", 'S'},
    {"technician",    'S'},
    {"provider_id",   'P'},
    {"provider",      'P'},
};

static const struct limit limits[] = {
    {"name",             WORD_MOST},
    {"phone",            WORD_MOST},
    {"branch",           CODE_MOST},
    {"reason",           TEXT_MOST},
    {"note",             TEXT_MOST},
    {"report.findings",  TEXT_MOST},
    {"report.cause",     TEXT_MOST},
    {"report.work_done", TEXT_MOST},
};

const struct service dispatch = {
    .name = "dispatch",
    .about = "Who carries out which piece of work, and how far they are.",
    .schema = &schema,
    .lives = {TABLE(lives)},
    .settings = {TABLE(settings)},
    .commands = {TABLE(commands)},
    .queries = {TABLE(queries)},
    .events = {TABLE(events)},
    .reactions = {TABLE(reactions)},
    .timers = {TABLE(timers)},
    .counters = {TABLE(counters)},
    .identifiers = {TABLE(identifiers)},
    .limits = {TABLE(limits)},
};

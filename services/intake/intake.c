#include "tickets.h"

long confirmation_window_hours;
long reopen_window_days;
const char *country_code;
const char *home_time_zone;

static const struct setting settings[] = {
    {"confirmation_window_hours", HOURS, "168",           1, 2160, &confirmation_window_hours,
     "a customer who says nothing for so long after the solution has confirmed it"           },
    {"reopen_window_days",        DAYS,  "7",             0, 365,  &reopen_window_days,
     "how long after closing a customer may have a ticket opened again; later a lead decides"},
    {"country_code",              TEXT,  "86",            1, 3,    &country_code,
     "of telephone numbers that do not name their country"                                   },
    {"home_time_zone",            TEXT,  "Asia/Shanghai", 3, 40,   &home_time_zone,
     "of branches without a parent that do not name theirs"                                  },
};

enum {
    DESK = ADMIN | AGENT | LEAD | MANAGER | DISPATCHER | IMPORTER, /* who moves tickets */
    FIELD = DESK | TECHNICIAN,                                     /* who hears customers */
};

/* What intake can be asked to do, and who may ask. */
static const struct command commands[] = {
    {MESSAGE(open_branch),        open_branch,        ADMIN | MANAGER | IMPORTER},
    {MESSAGE(register_ticket),    register_ticket,    FIELD                     },
    {MESSAGE(acknowledge_ticket), acknowledge_ticket, DESK                      },
    {MESSAGE(start_ticket),       start_ticket,       DESK                      },
    {MESSAGE(wait_ticket),        wait_ticket,        DESK                      },
    {MESSAGE(resume_ticket),      resume_ticket,      DESK                      },
    {MESSAGE(resolve_ticket),     resolve_ticket,     DESK                      },
    {MESSAGE(object_ticket),      object_ticket,      FIELD                     },
    {MESSAGE(confirm_ticket),     confirm_ticket,     FIELD                     },
    {MESSAGE(close_ticket),       close_ticket,       DESK                      },
    {MESSAGE(reopen_ticket),      reopen_ticket,      DESK                      },
    {MESSAGE(cancel_ticket),      cancel_ticket,      DESK                      },
    {MESSAGE(merge_ticket),       merge_ticket,       DESK                      },
    {MESSAGE(note_ticket),        note_ticket,        FIELD                     },
    {MESSAGE(amend_ticket),       amend_ticket,       DESK                      },
};

/* What is looked at with the beginning of a batch. */
static const struct foresight foresights[] = {
    {MESSAGE(register_ticket), foresee_request},
};

/* What intake can be asked to tell.  A provider learns of no ticket: see tickets_in_sight. */
static const struct command queries[] = {
    {MESSAGE(find_ticket),   find_ticket,   ANYONE            },
    {MESSAGE(list_tickets),  list_tickets,  ANYONE & ~PROVIDER},
    {MESSAGE(find_branch),   find_branch,   ANYONE & ~PROVIDER},
    {MESSAGE(list_branches), list_branches, ANYONE & ~PROVIDER},
};

/* What intake tells the house. */
static const struct event events[] = {
    {MESSAGE(branch_opened)},   {MESSAGE(ticket_registered)}, {MESSAGE(ticket_acknowledged)},
    {MESSAGE(ticket_started)},  {MESSAGE(ticket_waiting)},    {MESSAGE(ticket_resumed)},
    {MESSAGE(ticket_resolved)}, {MESSAGE(ticket_objected)},   {MESSAGE(ticket_confirmed)},
    {MESSAGE(ticket_closed)},   {MESSAGE(ticket_reopened)},   {MESSAGE(ticket_cancelled)},
    {MESSAGE(ticket_merged)},   {MESSAGE(ticket_noted)},      {MESSAGE(ticket_amended)},
};

/* What intake overhears, and what it does about it. */
static const struct reaction reactions[] = {
    {"dispatch",   MESSAGE(job_planned),        link_job          },
    {"dispatch",   MESSAGE(job_started),        start_with_job    },
    {"dispatch",   MESSAGE(job_cleared),        start_with_job    },
    {"dispatch",   MESSAGE(job_verified),       resolve_with_job  },
    {"dispatch",   MESSAGE(job_cancelled),      note_cancelled_job},
    {"returns",    MESSAGE(return_requested),   link_return       },
    {"complaints", MESSAGE(complaint_received), link_complaint    },
    {"gateway",    HEADS,                       NULL              },
};

/* What intake does by the clock. */
static const struct timer timers[] = {
    {"confirm_silent_ticket", confirm_silent_ticket},
};

static const struct counter counters[] = {
    {'B', "intake.branch",   "branch_id"  },
    {'K', "intake.customer", "customer_id"},
    {'T', "intake.ticket",   "ticket_id"  },
    {'U', "intake.unit",     "unit_id"    },
};

static const struct identifier identifiers[] = {
    {"ticket_id",           'T'},
    {"customer_id",         'K'},
    {"unit_id",             'U'},
    {"into",                'T'},
    {"merged_into",         'T'},
    {"possible_duplicates", 'T'},
    {"jobs",                'J'},
    {"returns",             'R'},
    {"complaints",          'C'},
};

enum { EMAIL_MOST = 254 }; /* RFC 5321, 4.5.3.1.3, without its brackets */

/* A word may stand in an index, whose rows have at most a third of a page. */
static const struct limit limits[] = {
    {"branch",           CODE_MOST },
    {"parent",           CODE_MOST },
    {"name",             WORD_MOST },
    {"channel_ref",      WORD_MOST },
    {"customer.name",    WORD_MOST },
    {"customer.phone",   WORD_MOST },
    {"customer.email",   EMAIL_MOST},
    {"customer.address", LINE_MOST },
    {"product_model",    WORD_MOST },
    {"serial_number",    WORD_MOST },
    {"symptom",          LINE_MOST },
    {"description",      TEXT_MOST },
    {"assignee",         WORD_MOST },
    {"team",             WORD_MOST },
    {"answer",           TEXT_MOST },
    {"note",             TEXT_MOST },
    {"text",             TEXT_MOST },
    {"cause",            TEXT_MOST },
    {"solution",         TEXT_MOST },
    {"summary",          TEXT_MOST },
    {"reason",           TEXT_MOST },
    {"signed_by",        WORD_MOST },
    {"evidence_id",      WORD_MOST },
    {"refused_reason",   TEXT_MOST },
};

const struct service intake = {
    .name = "intake",
    .about = "Tickets from the first word to the archive, and the customers, units and branches "
             "they name.",
    .schema = &schema,
    .lives = {&ticket_life, 1},
    .settings = {TABLE(settings)           },
    .commands = {TABLE(commands)},
    .queries = {TABLE(queries)           },
    .events = {TABLE(events)},
    .reactions = {TABLE(reactions)           },
    .timers = {TABLE(timers)},
    .foresights = {TABLE(foresights)           },
    .counters = {TABLE(counters)},
    .identifiers = {TABLE(identifiers)           },
    .limits = {TABLE(limits)},
};

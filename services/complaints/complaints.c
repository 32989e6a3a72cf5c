#include "complaints.h"

const char *const complaint_kinds[] = {"complaint", "suggestion", "praise", NULL};

/* What complaints can be asked to tell. */
static const struct command queries[] = {
    {MESSAGE(find_complaint),  find_complaint,  ANYONE & ~PROVIDER},
    {MESSAGE(list_complaints), list_complaints, ANYONE & ~PROVIDER},
};

/* What complaints tells the house. */
static const struct event events[] = {
    {MESSAGE(complaint_received)},
};

/* What complaints overhears, and what it does about it. */
static const struct reaction reactions[] = {
    {"intake", MESSAGE(branch_opened),     learn_branch,      ANY_KIND       },
    {"intake", MESSAGE(ticket_registered), receive_complaint, complaint_kinds},
};

static const struct counter counters[] = {
    {'C', "complaints.complaint", "complaint_id"},
};

static const struct identifier identifiers[] = {
    {"complaint_id", 'C'},
    {"ticket_id",    'T'},
    {"customer_id",  'K'},
};

const struct service complaints = {
    .name = "complaints",
    .about = "Dissatisfaction that is owed an answer, and its milder siblings.",
    .schema = &schema,
    .lives = {&complaint_life, 1},
    .queries = {TABLE(queries)              },
    .events = {TABLE(events)},
    .reactions = {TABLE(reactions)              },
    .counters = {TABLE(counters)},
    .identifiers = {TABLE(identifiers)              },
};

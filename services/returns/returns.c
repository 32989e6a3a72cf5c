#include "returns.h"

/* What returns can be asked to tell. */
static const struct command queries[] = {
    {MESSAGE(find_return),  find_return,  ANYONE & ~PROVIDER},
    {MESSAGE(list_returns), list_returns, ANYONE & ~PROVIDER},
};

/* What returns tells the house. */
static const struct event events[] = {
    {MESSAGE(return_requested)},
};

/* The kinds of ticket that open a return. */
static const char *const return_kinds[] = {"return", "exchange", NULL};

/* What returns overhears, and what it does about it. */
static const struct reaction reactions[] = {
    {"intake", MESSAGE(branch_opened),     learn_branch,   ANY_KIND    },
    {"intake", MESSAGE(ticket_registered), request_return, return_kinds},
};

static const struct counter counters[] = {
    {'R', "returns.return", "return_id"},
};

static const struct identifier identifiers[] = {
    {"return_id",   'R'},
    {"ticket_id",   'T'},
    {"customer_id", 'K'},
    {"unit_id",     'U'},
};

const struct service returns = {
    .name = "returns",
    .about = "Goods that come back, and the money that follows them.",
    .schema = &schema,
    .lives = {&return_life, 1},
    .queries = {TABLE(queries)           },
    .events = {TABLE(events)},
    .reactions = {TABLE(reactions)           },
    .counters = {TABLE(counters)},
    .identifiers = {TABLE(identifiers)           },
};

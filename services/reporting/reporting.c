#include "reporting.h"

enum { READERS = STAFF | FINANCE | AUDITOR | IMPORTER };

const char *const sources[SOURCES] = {"intake", "dispatch", "returns", "complaints"};

/* What reporting can be asked to tell. */
static const struct command queries[] = {
    {MESSAGE(read_timeline),  read_timeline,  READERS},
    {MESSAGE(report_tickets), report_tickets, READERS},
};

/* What reporting overhears: everything, so a type that is newer than this release too. */
static const struct reaction reactions[] = {
    {"intake",     "picture_tickets", NULL, picture_tickets},
    {"dispatch",   "note_whatever",   NULL, note_whatever  },
    {"returns",    "note_whatever",   NULL, note_whatever  },
    {"complaints", "note_whatever",   NULL, note_whatever  },
};

static const struct identifier identifiers[] = {
    {"ticket_id", 'T'},
};

static const char *const pictures[] = {"reporting.entry", "reporting.ticket"};

const struct service reporting = {
    .name = "reporting",
    .about = "The picture of the whole house, built from what the others tell.",
    .schema = &schema,
    .queries = {TABLE(queries)},
    .reactions = {TABLE(reactions)},
    .identifiers = {TABLE(identifiers)},
    .pictures = {TABLE(pictures)},
};

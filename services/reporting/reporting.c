#include "reporting.h"

enum { READERS = STAFF | FINANCE | AUDITOR | IMPORTER };

const char *const sources[SOURCES] = {"intake", "dispatch", "returns", "complaints"};

/* What reporting can be asked to tell. */
static const struct command queries[] = {
    {MESSAGE(read_timeline),  read_timeline,  READERS},
    {MESSAGE(report_tickets), report_tickets, READERS},
};

/* What reporting overhears: everything, so a type that is newer than this release too.  What
 * gateway tells belongs to no ticket and has no line: of that the heads are kept. */
#define WHATEVER(name) #name, NULL
static const struct reaction reactions[] = {
    {"intake",     WHATEVER(picture_tickets), picture_tickets},
    {"dispatch",   WHATEVER(note_whatever),   note_whatever  },
    {"returns",    WHATEVER(note_whatever),   note_whatever  },
    {"complaints", WHATEVER(note_whatever),   note_whatever  },
    {"gateway",    HEADS,                     NULL           },
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

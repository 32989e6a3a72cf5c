#include "complaints.h"

/*
 * The life of a complaint: from, by, to.  What is not listed cannot happen.  Escalating raises the
 * level and leaves the state as it is, except where an answer is disputed.
 */
static const struct move moves[] = {
    {"received",     "acknowledge", "acknowledged"},
    {"acknowledged", "verify",      "verifying"   },
    {"verifying",    "establish",   "established" },
    {"verifying",    "dismiss",     "answered"    },
    {"established",  "consult",     "consulting"  },
    {"consulting",   "propose",     "established" },
    {"established",  "answer",      "answered"    },
    {"answered",     "dispute",     "escalated"   },
    {"escalated",    "answer",      "answered"    },
    {"answered",     "accept",      "settled"     },
    {"settled",      "close",       "closed"      },
    {"received",     "escalate",    "received"    },
    {"acknowledged", "escalate",    "acknowledged"},
    {"verifying",    "escalate",    "verifying"   },
    {"established",  "escalate",    "established" },
    {"consulting",   "escalate",    "consulting"  },
};

const struct lifecycle complaint_life = {"complaint", {TABLE(moves)}};

#include "intake.h"

/*
 * The life of a ticket: from, by, to.  What is not listed cannot happen.  A resumed ticket goes
 * back to where it was when it began to wait: one of the three.
 */
static const struct move moves[] = {
    {"registered",   "acknowledge", "acknowledged"},
    {"acknowledged", "start",       "in_progress" },
    {"in_progress",  "resolve",     "resolved"    },
    {"resolved",     "confirm",     "confirmed"   },
    {"confirmed",    "close",       "closed"      },

    {"registered",   "resolve",     "resolved"    },
    {"acknowledged", "resolve",     "resolved"    },
    {"waiting",      "resolve",     "resolved"    },

    {"registered",   "wait",        "waiting"     },
    {"acknowledged", "wait",        "waiting"     },
    {"in_progress",  "wait",        "waiting"     },
    {"waiting",      "resume",      "registered"  },
    {"waiting",      "resume",      "acknowledged"},
    {"waiting",      "resume",      "in_progress" },

    {"resolved",     "object",      "in_progress" },
    {"confirmed",    "object",      "in_progress" },
    {"closed",       "reopen",      "in_progress" },

    {"registered",   "cancel",      "cancelled"   },
    {"acknowledged", "cancel",      "cancelled"   },
    {"in_progress",  "cancel",      "cancelled"   },
    {"waiting",      "cancel",      "cancelled"   },

    {"registered",   "merge",       "merged"      },
    {"acknowledged", "merge",       "merged"      },
    {"in_progress",  "merge",       "merged"      },
    {"waiting",      "merge",       "merged"      },
    {"resolved",     "merge",       "merged"      },
    {"confirmed",    "merge",       "merged"      },
};

const struct lifecycle ticket_life = {"ticket", {TABLE(moves)}};

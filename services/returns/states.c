#include "returns.h"

/* The decision on a return: from, by, to.  What is not listed cannot happen. */
static const struct move moves[] = {
    {"requested",     "ask_proof", "proof_missing"},
    {"proof_missing", "prove",     "requested"    },
    {"proof_missing", "expire",    "expired"      },
    {"requested",     "approve",   "approved"     },
    {"requested",     "refuse",    "refused"      },
    {"requested",     "except",    "exception"    },
    {"refused",       "except",    "exception"    },
    {"exception",     "approve",   "approved"     },
    {"exception",     "refuse",    "refused"      },
    {"approved",      "propose",   "offered"      },
    {"offered",       "agree",     "agreed"       },
    {"offered",       "decline",   "approved"     },
    {"requested",     "withdraw",  "withdrawn"    },
    {"proof_missing", "withdraw",  "withdrawn"    },
    {"exception",     "withdraw",  "withdrawn"    },
    {"approved",      "withdraw",  "withdrawn"    },
    {"offered",       "withdraw",  "withdrawn"    },
    {"agreed",        "withdraw",  "withdrawn"    },
};

const struct lifecycle return_life = {"return", {TABLE(moves)}};

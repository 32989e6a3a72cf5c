#include "intake.h"

#include <string.h>

const char *const branch_kinds[] = {"company", "region", "branch", "team", NULL};
const char *const ticket_kinds[] = {"consult",   "training",   "install", "commission", "repair",
                                    "maintain",  "upgrade",    "support", "return",     "exchange",
                                    "complaint", "suggestion", "praise",  "other",      NULL};
const char *const channels[] = {"phone",  "mail", "web",      "chat", "counter",
                                "letter", "fax",  "provider", "api",  NULL};
const char *const levels[] = {"low", "medium", "high", NULL};
const char *const priorities[] = {"low", "medium", "high", "critical", NULL};
const char *const service_modes[] = {"onsite", "remote", "carry_in", "mail_in", NULL};
const char *const waiting_reasons[] = {"customer", "provider", "parts", "department",
                                       "evidence", "safety",   NULL};

/* Impact, urgency, and the priority they make. */
static const struct {
    const char *impact;
    const char *urgency;
    const char *priority;
} matrix[] = {
    {"low",    "low",    "low"     },
    {"low",    "medium", "low"     },
    {"low",    "high",   "medium"  },
    {"medium", "low",    "low"     },
    {"medium", "medium", "medium"  },
    {"medium", "high",   "high"    },
    {"high",   "low",    "medium"  },
    {"high",   "medium", "high"    },
    {"high",   "high",   "critical"},
};

const char *priority_of(const char *impact, const char *urgency)
{
    for (size_t i = 0; i < LENGTH(matrix); i++)
        if (strcmp(matrix[i].impact, impact) == 0 && strcmp(matrix[i].urgency, urgency) == 0)
            return matrix[i].priority;
    return NULL;
}

const char *priority_above(const char *priority)
{
    for (size_t i = 0; priorities[i + 1]; i++)
        if (strcmp(priorities[i], priority) == 0)
            return priorities[i + 1];
    return priority;
}

int64_t occurred(struct request *req, const char *text)
{
    int64_t at_ms = req->now_ms;

    if (text_empty(text))
        return at_ms;
    if (!(req->caller.roles & IMPORTER))
        violate(req, "occurred_at", "not_allowed", "only an importer may date what it tells");
    else if (!clock_parse(text, &at_ms))
        violate(req, "occurred_at", "bad_instant", "expected RFC 3339, as in 2026-11-23T01:02:03Z");
    else if (at_ms > req->now_ms)
        violate(req, "occurred_at", "in_future", "this has not happened yet");
    return at_ms;
}

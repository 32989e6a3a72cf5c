#include "people.h"

#include <string.h>

/* The kinds of work; the tickets of the first ones plan their job by themselves. */
static const char *const kinds[] = {"install", "commission", "repair",   "maintain",
                                    "upgrade", "support",    "training", "rescue"};

enum { PLANNED_BY_THEMSELVES = 6 };

static bool is_among_first(const char *kind, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

bool job_is_kind(const char *kind)
{
    return is_among_first(kind, LENGTH(kinds));
}

bool kind_plans_itself(const char *kind)
{
    return is_among_first(kind, PLANNED_BY_THEMSELVES);
}

bool branches_in_scope(struct request *req, const char *const *branches, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool covered;
        if (!scope_covers(req, branches[i], &covered))
            return false;
        if (!covered)
            return refuse(req, FORBIDDEN, "out_of_scope", "branch %s is not yours", branches[i]);
    }
    return true;
}

void need_words(struct request *req, const char *field, const char *const *words, size_t count)
{
    if (count == 0)
        violate(req, field, "missing", "name at least one");
    for (size_t i = 0; i < count; i++)
        if (text_empty(words[i]))
            violate(req, arena_print(req->arena, "%s[%zu]", field, i), "missing", "a word");
}

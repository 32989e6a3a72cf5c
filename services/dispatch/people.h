/*
 * people: who carries out jobs, and who may carry out this one.
 */
#pragma once

#include "job.h"

/* ---- words and scopes of those who are added: people.c ---- */

extern const char *const job_kinds[]; /* the kinds of work there are; ends with NULL */
/* branch_in_scope for each of them that says anything. */
bool branches_in_scope(struct request *req, const char *const *branches, size_t count);
/* A violation for a list that is empty or holds something empty. */
void need_words(struct request *req, const char *field, const char *const *words, size_t count);

/* Writes down somebody new, tells and answers: order, answer and event share their fields. */
struct newcomer {
    const char *id;
    const char *id_field;
    const char *branch;
    const char *provider_id;
    const ProtobufCMessageDescriptor *answer;
    const ProtobufCMessageDescriptor *event;
};
bool people_welcome(struct request *req, struct newcomer newcomer);

/* ---- candidates.c ---- */

enum { EXCLUSIONS_MOST = 4 };

struct candidate {
    struct row row; /* technician_id, provider_id, name, open_jobs, tried, … */
    const char *excluded[EXCLUSIONS_MOST];
    size_t exclusions;
};

struct candidates {
    struct candidate *items;
    size_t count;
};

/* Everybody, the best first, those who may not last. */
bool candidates_rank(struct request *req, const struct job *job, struct candidates *found);
/* The one named by the order: a violation where there is no such one, or none is named. */
bool candidate_named(struct request *req, const struct job *job, const char *technician_id,
                     const char *provider_id, struct candidate *found);
void job_hold(struct job *job, const struct candidate *holder);
bool job_offer(struct request *req, struct job *job, const struct candidate *to,
               const char *reason);
/* Offers to the best who was not asked yet, where offer_by_itself is on. */
bool job_offer_next(struct request *req, struct job *job);

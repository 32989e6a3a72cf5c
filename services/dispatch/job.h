/*
 * job: one piece of work, found, moved and saved.
 *
 * A job is its row: a handler finds it, moves it any number of steps in memory (each step is an
 * event) and saves it once.  Which event a move tells, what it notes in the row and whether it must
 * be explained stands in the table of moves.c; a command says only what differs.
 */
#pragma once

#include "dispatch.h"

/* ---- the row: job.c ---- */

/* The columns of sql/find_jobs.sql: those of the message Job first, then what only we look at. */
struct job {
    struct row row;
    const char **values;     /* the row's, to be changed */
    const char *offer_ended; /* how its open offer ended, until that is written */
    const char *explanation;
    bool moved;
};

struct job job_of(struct request *req, const struct row *row);
const char *job_text(const struct job *job, const char *column);
void job_set(struct job *job, const char *column, const char *value);
void job_forget(struct job *job, const char *const *columns, size_t count);
void job_renew(struct request *req, struct job *job); /* its next version */
const struct lifecycle *job_life(const struct job *job);
const char *job_id(struct request *req, const struct job *job);

/* Whether the caller may know of it. */
bool job_in_sight(struct request *req, const struct job *job, bool *seen);
/* Refuses NOT_FOUND where there is none in sight. */
bool job_find(struct request *req, const char *id, struct job *job);
bool jobs_save(struct request *req, struct job *jobs, size_t count);
/* Writes how the offers of these jobs ended; jobs_save does it too. */
bool offers_end(struct request *req, struct job *jobs, size_t count);
Job *job_message(struct request *req, const struct job *job);
bool jobs_of_ticket(struct request *req, const char *ticket_id, struct rows *found);

/* ---- the moves: moves.c ---- */

/* What was said with a move. */
struct said {
    const char *note;
    const char *reason;
    const Report *report;    /* of a completion; of a verification, the one that was looked at */
    const JobUpdate *update; /* a provider's, with its photos */
    int64_t occurred_at_ms;  /* 0: now */
    bool implied;            /* by a later report of a provider */
    bool last;               /* no job of the ticket is open any more */
};

bool move_wants_reason(const char *by);
/* The report, into the row. */
void job_note_report(struct request *req, struct job *job, const Report *report);
/* The version the caller expects, and a life that allows it; refused otherwise. */
bool job_may(struct request *req, const struct job *job, const char *by);
/* Moves the row and tells.  The life must allow it. */
bool job_move(struct request *req, struct job *job, const char *by, const struct said *said);
/* Moves and saves all of these that can be moved so. */
bool jobs_move(struct request *req, const struct rows *rows, const char *by,
               const struct said *said);
/* Gives those that are still open the ticket's new priority. */
bool jobs_amend(struct request *req, const struct rows *rows, const char *priority);
bool job_tell(struct request *req, const struct job *job, const ProtobufCMessageDescriptor *type,
              const struct said *said);
/* Saves, and answers with the job as it is now. */
bool job_answer(struct request *req, struct job *job);
/* All of it, for a command that says no more than a note or a reason. */
bool job_step(struct request *req, const char *id, const char *by, struct said said);

/* ---- the report: report.c ---- */

enum { REPORT_FLAWS_MOST = 9, REPORT_HOURS_MOST = 10000 };

struct report_flaw {
    const char *field;
    const char *reason;
    const char *detail;
};

/* Everything a report lacks to complete a job with it. */
size_t report_flaws(const Report *report, struct report_flaw flaws[REPORT_FLAWS_MOST]);

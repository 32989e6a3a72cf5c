#include "people.h"

#include <string.h>

static const char *moment(struct request *req, const struct said *said)
{
    return clock_text(req->arena, said->occurred_at_ms ? said->occurred_at_ms : req->now_ms);
}

/* Back to the pool: nothing of the holder stays with the job. */
static void let_go(struct job *job)
{
    static const char *const of_the_holder[] = {
        "technician_id",   "provider_id", "offered_until", "scheduled_from",
        "scheduled_until", "started_at",  "completed_at",  "completed_by",
        "report",          "latitude",    "longitude",     "updated_at",
    };

    job_forget(job, TABLE(of_the_holder));
}

static void note_hold(struct request *req, struct job *job, const struct said *said)
{
    job_set(job, "offered_until", NULL);
}

/* An appointment belongs to the one who made it. */
static void note_assignment(struct request *req, struct job *job, const struct said *said)
{
    static const char *const appointed[] = {"offered_until", "scheduled_from", "scheduled_until"};

    job_forget(job, TABLE(appointed));
}

static void note_start(struct request *req, struct job *job, const struct said *said)
{
    if (text_empty(job_text(job, "started_at")))
        job_set(job, "started_at", moment(req, said));
}

void job_note_report(struct request *req, struct job *job, const Report *report)
{
    struct text json = text_new(req->arena);

    message_to_json(&json, &report->base);
    job_set(job, "report", json.at);
}

static void note_completion(struct request *req, struct job *job, const struct said *said)
{
    job_note_report(req, job, said->report);
    job_set(job, "completed_at", moment(req, said));
    job_set(job, "completed_by", req->caller.id);
}

static void note_verification(struct request *req, struct job *job, const struct said *said)
{
    job_set(job, "verified_at", moment(req, said));
}

static void note_rework(struct request *req, struct job *job, const struct said *said)
{
    int64_t before = row_number(&job->row, "rework_count");

    job_set(job, "rework_count", db_number(req->arena, before + 1));
    job_set(job, "completed_at", NULL);
}

static void note_end(struct request *req, struct job *job, const struct said *said)
{
    job_set(job, "offered_until", NULL);
    job_set(job, "ended_at", moment(req, said));
}

/* What a move tells, whether it must be explained, whether the holder loses the job, how it ends an
 * open offer, what it notes. */
static const struct way {
    const char *by;
    const ProtobufCMessageDescriptor *event;
    bool wants_reason;
    bool releases;
    const char *offer_ends;
    void (*note)(struct request *req, struct job *job, const struct said *said);
} ways[] = {
    {"offer",    &job_offered__descriptor,   false, false, NULL,        NULL             },
    {"accept",   &job_accepted__descriptor,  false, false, "accepted",  note_hold        },
    {"decline",  &job_declined__descriptor,  true,  true,  "declined",  NULL             },
    {"expire",   &job_expired__descriptor,   false, true,  "expired",   NULL             },
    {"assign",   &job_assigned__descriptor,  true,  false, "withdrawn", note_assignment  },
    {"schedule", &job_scheduled__descriptor, false, false, NULL,        NULL             },
    {"depart",   &job_departed__descriptor,  false, false, NULL,        NULL             },
    {"arrive",   &job_arrived__descriptor,   false, false, NULL,        NULL             },
    {"start",    &job_started__descriptor,   false, false, NULL,        note_start       },
    {"pause",    &job_paused__descriptor,    true,  false, NULL,        NULL             },
    {"resume",   &job_resumed__descriptor,   false, false, NULL,        NULL             },
    {"suspend",  &job_suspended__descriptor, true,  false, NULL,        NULL             },
    {"clear",    &job_cleared__descriptor,   false, false, NULL,        note_start       },
    {"complete", &job_completed__descriptor, false, false, NULL,        note_completion  },
    {"verify",   &job_verified__descriptor,  false, false, NULL,        note_verification},
    {"reject",   &job_rejected__descriptor,  true,  false, NULL,        note_rework      },
    {"give_up",  &job_given_up__descriptor,  true,  true,  NULL,        NULL             },
    {"cancel",   &job_cancelled__descriptor, true,  false, "withdrawn", note_end         },
    {"close",    &job_closed__descriptor,    false, false, NULL,        note_end         },
};

static const struct way *way_by(const char *by)
{
    for (size_t i = 0; i < LENGTH(ways); i++)
        if (strcmp(ways[i].by, by) == 0)
            return &ways[i];
    CHECK(!"a move of the table");
    return NULL;
}

bool move_wants_reason(const char *by)
{
    return way_by(by)->wants_reason;
}

bool job_may(struct request *req, const struct job *job, const char *by)
{
    const char *state = job_text(job, "state");

    if (!expect_version(req, job_life(job), (uint64_t)row_number(&job->row, "version"), state))
        return false;
    return lifecycle_next(job_life(job), state, by)
           || refuse_move(req, job_life(job), job_id(req, job), state, by);
}

/* What an event takes from the row: field, column, letter of an identifier. */
static const struct {
    const char *field;
    const char *column;
    char letter;
} shared[] = {
    {"job_id",        "job_id",          'J'},
    {"ticket_id",     "ticket_id",       'T'},
    {"technician_id", "technician_id",   'S'},
    {"provider_id",   "provider_id",     'P'},
    {"state",         "state",           0  },
    {"kind",          "kind",            0  },
    {"branch",        "branch",          0  },
    {"product_model", "product_model",   0  },
    {"priority",      "priority",        0  },
    {"service_mode",  "service_mode",    0  },
    {"offered_until", "offered_until",   0  },
    {"from",          "scheduled_from",  0  },
    {"until",         "scheduled_until", 0  },
    {"rework_count",  "rework_count",    0  },
    {"latitude",      "latitude",        0  },
    {"longitude",     "longitude",       0  },
};

static void give(struct request *req, ProtobufCMessage *event, const char *field, const char *value)
{
    struct flaw flaw;

    if (!text_empty(value) && message_has(event->descriptor, field))
        CHECK(message_set(req->arena, event, field, value, &flaw));
}

static void give_report(ProtobufCMessage *event, const Report *report)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(event->descriptor, "report");

    if (field)
        *(const Report **)((char *)event + field->offset) = report;
}

static void give_photos(ProtobufCMessage *event, const JobUpdate *update)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(event->descriptor, "photos");

    if (!field)
        return;
    *(const char *const **)((char *)event + field->offset) = update->photos;
    *(size_t *)((char *)event + field->quantifier_offset) = update->n_photos;
}

bool job_tell(struct request *req, const struct job *job, const ProtobufCMessageDescriptor *type,
              const struct said *said)
{
    ProtobufCMessage *event = message_new(req->arena, type);

    for (size_t i = 0; i < LENGTH(shared); i++) {
        if (!message_has(type, shared[i].field))
            continue;
        const char *value = job_text(job, shared[i].column);
        give(req, event, shared[i].field,
             shared[i].letter ? id_of(req, shared[i].letter, value) : value);
    }
    give(req, event, "note", said->note);
    give(req, event, "reason", said->reason);
    give(req, event, "update_id", said->update ? said->update->update_id : "");
    give(req, event, "implied", said->implied ? "t" : "");
    give(req, event, "last", said->last ? "t" : "");
    give_report(event, said->report);
    if (said->update && !said->implied)
        give_photos(event, said->update);
    return emit(req,
                (struct told){.subject = id_of(req, 'T', job_text(job, "ticket_id")),
                              .aggregate = job_id(req, job),
                              .version = (uint64_t)row_number(&job->row, "version"),
                              .branch = job_text(job, "branch"),
                              .provider_id = id_of(req, 'P', job_text(job, "provider_id")),
                              .occurred_at_ms = said->occurred_at_ms},
                event);
}

/* Nobody sets out any more for a ticket that is closed. */
static bool call_off(struct request *req, struct job *job)
{
    return job_move(req, job, "cancel", &(struct said){.reason = "the ticket was closed"});
}

bool job_move(struct request *req, struct job *job, const char *by, const struct said *said)
{
    const struct way *way = way_by(by);
    const char *from = job_text(job, "state");
    const char *to = lifecycle_next(job_life(job), from, by);
    bool offered = strcmp(from, "offered") == 0;

    CHECK(to);
    job_set(job, "state", to);
    job_renew(req, job);
    if (way->note)
        way->note(req, job, said);

    /* Told before the holder is let go, for it is theirs to hear. */
    if (!job_tell(req, job, way->event, said))
        return false;
    if (offered) {
        job->offer_ended = way->offer_ends;
        job->explanation = text_or_empty(said->reason);
        if (!timer_cancel(req, "expire_offer", job_id(req, job)))
            return false;
    }
    if (!way->releases)
        return true;
    let_go(job);
    return row_is(&job->row, "ticket_closed") ? call_off(req, job) : job_offer_next(req, job);
}

bool jobs_move(struct request *req, const struct rows *rows, const char *by,
               const struct said *said)
{
    struct job *moved = arena_take(req->arena, (rows->count + 1) * sizeof *moved);
    size_t count = 0;

    for (size_t i = 0; i < rows->count; i++) {
        struct job job = job_of(req, &rows->rows[i]);
        if (!lifecycle_next(job_life(&job), job_text(&job, "state"), by))
            continue;
        if (!job_move(req, &job, by, said))
            return false;
        moved[count++] = job;
    }
    return jobs_save(req, moved, count);
}

bool jobs_amend(struct request *req, const struct rows *rows, const char *priority)
{
    struct job *amended = arena_take(req->arena, (rows->count + 1) * sizeof *amended);
    size_t count = 0;

    for (size_t i = 0; i < rows->count; i++) {
        struct job job = job_of(req, &rows->rows[i]);
        if (!job_is_open(job_text(&job, "state"))
            || strcmp(job_text(&job, "priority"), priority) == 0)
            continue;
        job_set(&job, "priority", priority);
        job_renew(req, &job);
        if (!job_tell(req, &job, &job_amended__descriptor, &(struct said){0}))
            return false;
        amended[count++] = job;
    }
    return jobs_save(req, amended, count);
}

bool job_answer(struct request *req, struct job *job)
{
    return jobs_save(req, job, 1)
           && reply_version(req, (uint64_t)row_number(&job->row, "version"),
                            &job_message(req, job)->base);
}

bool job_step(struct request *req, const char *id, const char *by, struct said said)
{
    struct job job;

    if (move_wants_reason(by))
        require_text(req, "reason", said.reason);
    return refuse_violations(req) && job_find(req, id, &job) && job_may(req, &job, by)
           && job_move(req, &job, by, &said) && job_answer(req, &job);
}

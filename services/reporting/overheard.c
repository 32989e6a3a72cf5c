#include <string.h>

#include "reporting.h"

/* What reporting can read of what the others tell. */
static const ProtobufCMessageDescriptor *const known[] = {
    &branch_opened__descriptor,    &ticket_registered__descriptor, &ticket_acknowledged__descriptor,
    &ticket_started__descriptor,   &ticket_waiting__descriptor,    &ticket_resumed__descriptor,
    &ticket_resolved__descriptor,  &ticket_objected__descriptor,   &ticket_confirmed__descriptor,
    &ticket_closed__descriptor,    &ticket_reopened__descriptor,   &ticket_cancelled__descriptor,
    &ticket_merged__descriptor,    &ticket_noted__descriptor,      &ticket_amended__descriptor,
    &technician_added__descriptor, &provider_added__descriptor,    &job_planned__descriptor,
    &job_offered__descriptor,      &job_accepted__descriptor,      &job_assigned__descriptor,
    &job_declined__descriptor,     &job_expired__descriptor,       &job_scheduled__descriptor,
    &job_departed__descriptor,     &job_arrived__descriptor,       &job_started__descriptor,
    &job_paused__descriptor,       &job_resumed__descriptor,       &job_suspended__descriptor,
    &job_cleared__descriptor,      &job_completed__descriptor,     &job_verified__descriptor,
    &job_rejected__descriptor,     &job_given_up__descriptor,      &job_cancelled__descriptor,
    &job_noted__descriptor,        &job_amended__descriptor,       &job_withdrawn__descriptor,
    &job_closed__descriptor,       &return_requested__descriptor,  &complaint_received__descriptor,
};

/* Where an event keeps what was said: the first of these that is not empty. */
static const char *const spoken[] = {
    "answer", "solution", "summary", "text", "reason", "refused_reason", "note", "description",
};

static const ProtobufCMessageDescriptor *find_type(const char *name)
{
    for (size_t i = 0; i < LENGTH(known); i++) {
        if (strcmp(known[i]->name, name) == 0)
            return known[i];
    }
    return NULL;
}

bool overheard(struct request *req, const ProtobufCMessage **body)
{
    const ProtobufCMessageDescriptor *type = find_type(req->event->type);
    *body = NULL;
    if (!type)
        return true;

    struct bytes packed = {req->event->body.data, req->event->body.len};
    struct flaw flaw;
    *body = message_unpack(req->arena, type, packed, &flaw);
    return *body
           || refuse(req, UNREADABLE, "unreadable_event", "%s/%llu is not a %s: %s",
                     req->event->source, (unsigned long long)req->event->id, req->event->type,
                     flaw.detail);
}

/* The report of a finished job, where the body has one. */
static const Report *report_in(const ProtobufCMessage *body)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "report");
    if (!field || field->descriptor != &report__descriptor)
        return NULL;
    return *(const Report *const *)((const char *)body + field->offset);
}

const char *overheard_text(const ProtobufCMessage *body)
{
    if (!body)
        return "";
    for (size_t i = 0; i < LENGTH(spoken); i++) {
        const char *said = message_text(body, spoken[i]);
        if (!text_empty(said))
            return said;
    }
    const Report *report = report_in(body);
    return report ? text_or_empty(report->work_done) : "";
}

#include "edge/db_later.h"
#include "reporting.h"

/* What an event says about its ticket, beside the state and the priority it names. */
struct stroke {
    const ProtobufCMessageDescriptor *type;
    bool acknowledges;
    bool resolves;
    bool closes;
    bool reopens; /* no longer resolved or closed, and counted */
};

static const struct stroke strokes[] = {
    {&ticket_acknowledged__descriptor, .acknowledges = true},
    {&ticket_started__descriptor                               },
    {&ticket_waiting__descriptor},
    {&ticket_resumed__descriptor                               },
    {&ticket_resolved__descriptor, .resolves = true},
    {&ticket_objected__descriptor,                .reopens = true},
    {&ticket_confirmed__descriptor    },
    {&ticket_closed__descriptor,                                .closes = true},
    {&ticket_reopened__descriptor,                            .reopens = true},
    {&ticket_cancelled__descriptor},
    {&ticket_merged__descriptor    },
    {&ticket_amended__descriptor                               },
};

static bool draw_ticket(struct request *req, const ProtobufCMessage *body)
{
    const TicketRegistered *told = (const void *)body;

    return db_add(req->db, sql.draw_tickets, request_id(req, told->ticket_id), told->branch,
                  told->kind, told->channel, told->priority, told->state, told->received_at);
}

static bool draw_stroke(struct request *req, const ProtobufCMessage *body,
                        const struct stroke *stroke)
{
    const char *at = db_instant(req->arena, req->event->occurred_at_ms);
    const char *state = message_text(body, "state");
    const char *priority = message_text(body, "priority");

    return db_expect(req->db, 1, sql.draw_stroke, request_id(req, message_text(body, "ticket_id")),
                     text_or_null(state), text_or_null(priority), stroke->acknowledges ? at : NULL,
                     stroke->resolves ? at : NULL, stroke->closes ? at : NULL,
                     stroke->reopens ? "1" : "0");
}

static bool draw(struct request *req, const ProtobufCMessage *body)
{
    if (!body)
        return true;
    if (body->descriptor == &branch_opened__descriptor) {
        const BranchOpened *told = (const void *)body;
        return scope_learn(req, told->branch, told->parent);
    }
    if (body->descriptor == &ticket_registered__descriptor)
        return draw_ticket(req, body);

    for (size_t i = 0; i < LENGTH(strokes); i++) {
        if (strokes[i].type == body->descriptor)
            return draw_stroke(req, body, &strokes[i]);
    }
    return true;
}

/*
 * Keep one raw row per ticket as intake's events describe it, and the timeline beside it.
 *
 * The row holds instants, never spans or averages: figures are computed when somebody asks, over
 * whatever tickets they ask about.
 */
bool picture_tickets(struct request *req)
{
    const ProtobufCMessage *body;

    return overheard(req, &body) && write_entry(req, body) && draw(req, body);
}

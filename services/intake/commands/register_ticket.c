#include "intake.h"

#include <string.h>

#include "base/ids.h"
#include "daemon/foresee.h"

enum { MARKS = 9 }; /* of recognise_request, with their end */

static const int64_t repeats_within_ms = 30LL * DAY_MS;

/* The words, and what else the order says, as a ticket that is not yet one. */
static Ticket *drafted(struct request *req, const RegisterTicket *order)
{
    static const Customer nobody = CUSTOMER__INIT;
    Ticket *ticket = arena_take(req->arena, sizeof *ticket);

    ticket__init(ticket);
    ticket->version = 1;
    ticket->state = "registered";
    ticket->branch = order->branch;
    ticket->kind = order->kind;
    ticket->channel = order->channel;
    ticket->channel_ref = order->channel_ref;
    ticket->customer =
        order->customer ? order->customer : arena_copy_bytes(req->arena, &nobody, sizeof nobody);
    ticket->product_model = order->product_model;
    ticket->serial_number = order->serial_number;
    ticket->purchased_on = order->purchased_on;
    ticket->symptom = order->symptom;
    ticket->description = order->description;
    ticket->impact = text_empty(order->impact) ? "medium" : order->impact;
    ticket->urgency = text_empty(order->urgency) ? "medium" : order->urgency;
    ticket->service_mode = order->service_mode;
    ticket->assignee = order->assignee;
    ticket->team = order->team;
    return ticket;
}

/* By what a request is recognised. */
static const char *const *marks_of(struct request *req, const Ticket *ticket)
{
    const char *const *marks = DB_TEXTS(
        ticket->branch, text_or_null(req->caller.branch),
        contact_known_by(req->arena, ticket->customer), text_or_null(ticket->serial_number),
        ticket->channel, text_or_null(ticket->channel_ref), text_or_null(ticket->symptom),
        db_instant(req->arena, req->now_ms - repeats_within_ms));

    return arena_copy_bytes(req->arena, marks, MARKS * sizeof *marks);
}

/* One look for all requests of a batch that have no customer, unit or reference in common. */
bool foresee_request(struct request *req)
{
    const Ticket *ticket = drafted(req, request_body(req, register_ticket));
    bool customer = first_to_touch(req, contact_known_by(req->arena, ticket->customer));
    bool unit = first_to_touch(req, text_or_null(ticket->serial_number));
    bool reference = first_to_touch(req, text_or_null(ticket->channel_ref));

    return !(customer && unit && reference)
           || db_ahead_with(req->db, sql.recognise_request, marks_of(req, ticket));
}

/* What was not said and is known.  What others know of a unit is theirs to tell: a caller of
 * another branch learns its number only. */
static void complete_draft(Ticket *ticket, const struct row *known)
{
    if (!row_is(known, "unit_in_sight"))
        return;
    if (text_empty(ticket->product_model))
        ticket->product_model = row_text(known, "product_model");
    if (text_empty(ticket->purchased_on))
        ticket->purchased_on = row_text(known, "purchased_on");
}

/* A day that has begun nowhere on earth yet: it does so first at UTC+14. */
static bool is_to_come(const struct request *req, const char *date)
{
    char today[CLOCK_TEXT_BYTES];

    clock_write(today, req->now_ms + 14 * (int64_t)HOUR_MS);
    return strncmp(date, today, strlen("2026-08-01")) > 0;
}

/* When the customer spoke; what an importer dates spoke then, unless it says otherwise. */
static int64_t received(struct request *req, const char *text, int64_t otherwise_ms)
{
    int64_t at_ms = otherwise_ms;

    if (text_empty(text))
        return at_ms;
    if (!clock_parse(text, &at_ms))
        violate(req, "received_at", "bad_instant", "expected RFC 3339, as in 2026-11-23T01:02:03Z");
    else if (at_ms > req->now_ms)
        violate(req, "received_at", "in_future", "nobody has spoken yet");
    return at_ms;
}

static bool check_draft(struct request *req, const Ticket *ticket, const struct row *known)
{
    require_complete(req, ticket);
    if (!text_empty(ticket->branch) && !row_is(known, "branch_known"))
        violate(req, "branch", "unknown_branch", "there is no branch %s", ticket->branch);
    word_fits(req, "kind", ticket->kind, ticket_kinds);
    word_fits(req, "channel", ticket->channel, channels);
    word_fits(req, "impact", ticket->impact, levels);
    word_fits(req, "urgency", ticket->urgency, levels);
    word_fits(req, "service_mode", ticket->service_mode, service_modes);
    if (!text_empty(ticket->customer->phone)
        && !phone_normalised(req->arena, ticket->customer->phone))
        violate(req, "customer.phone", "bad_phone", "expected a telephone number");
    if (!text_empty(ticket->customer->email) && !is_email(ticket->customer->email))
        violate(req, "customer.email", "bad_email",
                "expected a mail address, as in fang@example.cn");
    if (!text_empty(ticket->purchased_on) && !clock_is_date(ticket->purchased_on))
        violate(req, "purchased_on", "bad_date", "expected a day, as in 2026-08-01");
    else if (!text_empty(ticket->purchased_on) && is_to_come(req, ticket->purchased_on))
        violate(req, "purchased_on", "in_future", "nobody has bought it yet");
    return refuse_violations(req);
}

/* What is newly learned about a unit that was known, from those who may know it. */
static bool complete_unit(struct request *req, const Ticket *ticket, const struct row *known)
{
    const char *model = text_or_null(ticket->product_model);
    const char *purchased_on = text_or_null(ticket->purchased_on);
    bool learned = (model && row_null(known, "product_model"))
                   || (purchased_on && row_null(known, "purchased_on"));

    return text_empty(ticket->serial_number) || row_null(known, "unit_id") || !learned
           || !row_is(known, "unit_in_sight")
           || db_run(req->db, sql.complete_unit, row_text(known, "unit_id"), model, purchased_on);
}

/* The number of what is known, or the next one. */
static const char *number_of(struct request *req, const struct row *known, const char *column,
                             char letter)
{
    return row_null(known, column) ? db_number(req->arena, next_number(req, letter))
                                   : row_text(known, column);
}

/* The ticket; and the customer and the unit, where they are met for the first time. */
static bool write_ticket(struct request *req, const Ticket *ticket, const struct row *known)
{
    const Customer *contact = ticket->customer;
    const char *serial_number = text_or_null(ticket->serial_number);
    bool new_customer = row_null(known, "customer_id");
    bool new_unit = serial_number && row_null(known, "unit_id");

    return db_add(
        req->db, sql.register_tickets, request_id(req, ticket->ticket_id), ticket->state,
        ticket->branch, ticket->kind, ticket->channel, text_or_null(ticket->channel_ref),
        request_id(req, ticket->customer_id), new_customer ? "t" : "f",
        contact_known_by(req->arena, contact), contact->name, text_or_null(contact->phone),
        text_or_null(contact->email), text_or_null(contact->address),
        request_id(req, ticket->unit_id), new_unit ? "t" : "f", text_or_null(ticket->product_model),
        serial_number, text_or_null(ticket->purchased_on), text_or_null(ticket->symptom),
        text_or_null(ticket->description), ticket->impact, ticket->urgency, ticket->priority,
        text_or_null(ticket->service_mode), text_or_null(ticket->assignee),
        text_or_null(ticket->team), ticket->received_at, ticket->recorded_at,
        ticket->n_possible_duplicates ? row_text(known, "duplicates") : NULL);
}

/* The whole house hears what was asked, and of the customer what it takes to recognise them. */
static bool tell(struct request *req, const Ticket *ticket, int64_t at_ms)
{
    TicketRegistered event = TICKET_REGISTERED__INIT;

    event.ticket_id = ticket->ticket_id;
    event.branch = ticket->branch;
    event.kind = ticket->kind;
    event.channel = ticket->channel;
    event.channel_ref = ticket->channel_ref;
    event.customer_id = ticket->customer_id;
    event.customer = contact_masked(req->arena, ticket->customer);
    event.product_model = ticket->product_model;
    event.serial_number = ticket->serial_number;
    event.unit_id = ticket->unit_id;
    event.purchased_on = ticket->purchased_on;
    event.symptom = ticket->symptom;
    event.description = ticket->description;
    event.impact = ticket->impact;
    event.urgency = ticket->urgency;
    event.priority = ticket->priority;
    event.service_mode = ticket->service_mode;
    event.assignee = ticket->assignee;
    event.team = ticket->team;
    event.received_at = ticket->received_at;
    event.state = ticket->state;
    struct told told = {
        ticket->ticket_id, ticket->ticket_id, ticket->version, ticket->branch, "", at_ms};
    return emit(req, told, &event.base);
}

/* "{1000002,1000001}" → T…, T…, into the answer. */
static void name_duplicates(struct request *req, Ticket *ticket, const char *numbers)
{
    enum { DUPLICATES_MOST = 30 }; /* what recognise_request can find */
    ticket->possible_duplicates = arena_take(req->arena, DUPLICATES_MOST * sizeof(char *));

    for (const char *at = numbers + 1; *at && *at != '}'; at += strcspn(at, ",}")) {
        at += *at == ',';
        CHECK(ticket->n_possible_duplicates < DUPLICATES_MOST);
        ticket->possible_duplicates[ticket->n_possible_duplicates++] = (char *)id_of(req, 'T', at);
    }
}

/*
 * Register a customer's request.
 *
 * Everything missing is named at once, for the customer is on the telephone.  The customer is found
 * by how they are reached, the unit by its serial number, and what may be the same request again is
 * named, not refused: only people can tell.
 */
bool register_ticket(struct request *req)
{
    const RegisterTicket *order = request_body(req, register_ticket);
    Ticket *ticket = drafted(req, order);
    struct row known;

    if (!db_look_with(req->db, &known, sql.recognise_request, marks_of(req, ticket)))
        return false;

    int64_t at_ms = occurred(req, order->occurred_at);
    int64_t received_ms = received(req, order->received_at, at_ms);
    if (!check_draft(req, ticket, &known))
        return false;
    complete_draft(ticket, &known);

    const char *customer = number_of(req, &known, "customer_id", 'K');
    const char *unit =
        text_empty(ticket->serial_number) ? NULL : number_of(req, &known, "unit_id", 'U');
    ticket->ticket_id = id_text(req->arena, 'T', next_number(req, 'T'));
    ticket->customer_id = id_of(req, 'K', customer);
    ticket->unit_id = id_of(req, 'U', unit);
    ticket->priority = priority_of(ticket->impact, ticket->urgency);
    ticket->received_at = clock_text(req->arena, received_ms);
    ticket->recorded_at = clock_text(req->arena, req->now_ms);
    name_duplicates(req, ticket, row_text(&known, "duplicates"));
    return complete_unit(req, ticket, &known) && write_ticket(req, ticket, &known)
           && tell(req, ticket, at_ms) && reply_made(req, ticket->version, &ticket->base);
}

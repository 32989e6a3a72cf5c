#include <string.h>

#include "reporting.h"

static const char *const ways[] = {"state", "kind", "branch", "channel", "priority"};

static bool is_way(const char *by)
{
    for (size_t i = 0; i < LENGTH(ways); i++) {
        if (strcmp(ways[i], by) == 0)
            return true;
    }
    return false;
}

/* An instant, or the first moment of a date in UTC; NULL for "" and for what is noted as wrong. */
static const char *moment(struct request *req, const char *field, const char *given)
{
    int64_t ms;

    if (text_empty(given))
        return NULL;
    if (clock_is_date(given))
        return arena_print(req->arena, "%sT00:00:00Z", given);
    if (clock_parse(given, &ms))
        return clock_text(req->arena, ms);
    violate(req, field, "not_a_moment",
            "an instant (2026-11-23T01:02:03Z) or a date (2026-11-23) was expected");
    return NULL;
}

/* As instants: texts with and without a fraction do not sort. */
static bool is_before(const char *from, const char *to)
{
    int64_t from_ms, to_ms;

    return clock_parse(from, &from_ms) && clock_parse(to, &to_ms) && from_ms <= to_ms;
}

static bool answer(struct request *req, const ReportTickets *asked, const struct rows *groups)
{
    TicketReport report = TICKET_REPORT__INIT;
    report.by = asked->by;
    report.from = asked->from;
    report.to = asked->to;
    report.n_items = groups->count;
    report.items = arena_take(req->arena, (groups->count + 1) * sizeof *report.items);
    for (size_t i = 0; i < groups->count; i++)
        report.items[i] = filled(req, ticket_figures, &groups->rows[i]);
    return reply(req, &report.base);
}

/*
 * Figures of the tickets received in a span, grouped.
 *
 * Computed over the raw rows of the tickets each time, because an average of averages is nobody's
 * average.
 */
bool report_tickets(struct request *req)
{
    const ReportTickets *asked = request_body(req, report_tickets);
    struct rows groups;

    if (!is_way(asked->by))
        violate(req, "by", text_empty(asked->by) ? "missing" : "unknown_value",
                "state, kind, branch, channel or priority was expected");
    const char *from = moment(req, "from", asked->from);
    const char *to = moment(req, "to", asked->to);
    if (from && to && !is_before(from, to))
        violate(req, "to", "before_from", "a moment after from was expected");
    if (!refuse_violations(req))
        return false;

    return db_all(req->db, &groups, sql.report_tickets, asked->by, from, to,
                  text_or_null(req->caller.branch))
           && answer(req, asked, &groups);
}

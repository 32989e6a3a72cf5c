#include "told.h"

static void ask_by(const char *by, const char *from, const char *to)
{
    ReportTickets asked = REPORT_TICKETS__INIT;

    asked.by = by;
    asked.from = from;
    asked.to = to;
    ask("manager", &asked.base);
}

/* Registered now, acknowledged after so many seconds, resolved after twice as many. */
static void a_ticket_that_took(int64_t n, int64_t seconds)
{
    ticket_is_registered(n);
    later(seconds * 1000);
    ticket_is_acknowledged(n);
    later(seconds * 1000);
    ticket_is_resolved(n);
}

TEST(figures_come_from_raw_rows)
{
    a_ticket_that_took(1, 10);
    a_ticket_that_took(2, 20);
    a_ticket_that_took(3, 60);
    ticket_is_registered(4);

    ask_by("kind", "", "");

    const TicketReport *report = answer(ticket_report);
    EQUAL(report->n_items, 1);
    const TicketFigures *figures = report->items[0];
    SAME(figures->group, "repair");
    EQUAL(figures->count, 4);
    EQUAL(figures->to_acknowledge->count, 3);
    TRUE(figures->to_acknowledge->mean_seconds == 30);
    TRUE(figures->to_acknowledge->p50_seconds == 20);
    TRUE(figures->to_acknowledge->p90_seconds == 52);
    EQUAL(figures->to_resolve->count, 3);
    TRUE(figures->to_resolve->p50_seconds == 40);
}

TEST(reopenings_are_counted)
{
    a_ticket_that_took(1, 10);
    ticket_is_objected(1);
    ticket_is_resolved(1);
    ticket_is_objected(1);
    a_ticket_that_took(2, 10);

    ask_by("channel", "", "");

    const TicketReport *report = answer(ticket_report);
    EQUAL(report->items[0]->reopened, 1);
    EQUAL(report->items[0]->reopen_count, 2);
}

TEST(every_way_of_grouping_is_known)
{
    static const char *const ways[][2] = {
        {"state",    "registered"},
        {"kind",     "repair"    },
        {"branch",   "hangzhou"  },
        {"channel",  "phone"     },
        {"priority", "medium"    },
    };
    ticket_is_registered(1);

    for (size_t i = 0; i < LENGTH(ways); i++) {
        ask_by(ways[i][0], "", "");
        const TicketReport *report = answer(ticket_report);
        EQUAL(report->n_items, 1);
        SAME(report->items[0]->group, ways[i][1]);
    }
}

TEST(a_span_has_its_first_moment_and_not_its_last)
{
    ticket_is_registered(1);

    ask_by("kind", "2026-03-02T09:00:00Z", "2026-03-02T09:00:01Z");
    EQUAL(((const TicketReport *)answer(ticket_report))->n_items, 1);
    ask_by("kind", "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z");
    EQUAL(((const TicketReport *)answer(ticket_report))->n_items, 0);
    ask_by("kind", "2026-03-02", "2026-03-03");
    EQUAL(((const TicketReport *)answer(ticket_report))->n_items, 1);
}

TEST(all_that_is_wrong_is_named_at_once)
{
    ask_by("colour", "yesterday", "2026-02-30");

    TRUE(was_refused(INVALID, "invalid"));
    TRUE(was_violated("by", "unknown_value"));
    TRUE(was_violated("from", "not_a_moment"));
    TRUE(was_violated("to", "not_a_moment"));
}

TEST(a_report_is_by_something)
{
    ask_by("", "", "");

    TRUE(was_violated("by", "missing"));
}

TEST(a_span_does_not_end_before_it_begins)
{
    ask_by("kind", "2026-03-02", "2026-03-01");

    TRUE(was_violated("to", "before_from"));

    ask_by("kind", "2026-03-02T00:00:00.500Z", "2026-03-02");
    TRUE(was_violated("to", "before_from"));
    ask_by("kind", "2026-03-02", "2026-03-02T00:00:00.500Z");
    TRUE(was_done());
}

TEST(a_branch_counts_itself_and_those_below)
{
    TicketRegistered elsewhere = a_registration(2);
    elsewhere.branch = "shanghai";
    branch_is_opened("company", "");
    branch_is_opened("east", "company");
    branch_is_opened("hangzhou", "east");
    branch_is_opened("shanghai", "company");
    ticket_is_registered(1);
    overhear("intake", elsewhere.ticket_id, &elsewhere.base);
    ReportTickets asked = REPORT_TICKETS__INIT;
    asked.by = "branch";

    ask_as((struct voice){.roles = "manager", .branch = "east"}, &asked.base);

    const TicketReport *report = answer(ticket_report);
    EQUAL(report->n_items, 1);
    SAME(report->items[0]->group, "hangzhou");
}

TEST(a_provider_gets_no_report)
{
    ReportTickets asked = REPORT_TICKETS__INIT;
    asked.by = "kind";

    ask_as((struct voice){.roles = "manager", .provider_id = "P10000015"}, &asked.base);

    TRUE(was_refused(FORBIDDEN, "not_for_providers"));
}

ROOM(reporting, cmocka_unit_test(figures_come_from_raw_rows),
     cmocka_unit_test(reopenings_are_counted), cmocka_unit_test(every_way_of_grouping_is_known),
     cmocka_unit_test(a_span_has_its_first_moment_and_not_its_last),
     cmocka_unit_test(all_that_is_wrong_is_named_at_once),
     cmocka_unit_test(a_report_is_by_something),
     cmocka_unit_test(a_span_does_not_end_before_it_begins),
     cmocka_unit_test(a_branch_counts_itself_and_those_below),
     cmocka_unit_test(a_provider_gets_no_report))

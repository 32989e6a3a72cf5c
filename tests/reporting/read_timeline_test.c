#include <stdlib.h>
#include <string.h>

#include "gateway.pb-c.h"
#include "told.h"

static void ask_for(struct voice voice, int64_t n, uint32_t limit, const char *cursor)
{
    ReadTimeline asked = READ_TIMELINE__INIT;

    asked.ticket_id = ticket_id(n);
    asked.limit = limit;
    asked.cursor = cursor;
    ask_as(voice, &asked.base);
}

static const Timeline *timeline_of(int64_t n)
{
    ask_for((struct voice){.roles = "agent"}, n, 0, "");
    return answer(timeline);
}

static void job_is_completed(int64_t n)
{
    Report report = REPORT__INIT;
    report.work_done = "changed the element";
    JobCompleted event = JOB_COMPLETED__INIT;
    event.job_id = "J10000018";
    event.ticket_id = ticket_id(n);
    event.state = "completed";
    event.report = &report;
    overhear("dispatch", event.ticket_id, &event.base);
}

TEST(what_was_said_is_kept)
{
    ticket_is_registered(1);
    later(1000);
    ticket_is_acknowledged(1);
    later(1000);
    job_is_completed(1);

    const Timeline *timeline = timeline_of(1);

    EQUAL(timeline->n_items, 3);
    SAME(timeline->items[0]->type, "ticket.registered");
    SAME(timeline->items[0]->text, "it does not heat");
    SAME(timeline->items[1]->type, "ticket.acknowledged");
    SAME(timeline->items[1]->text, "switch it off");
    SAME(timeline->items[1]->state, "acknowledged");
    SAME(timeline->items[2]->type, "job.completed");
    SAME(timeline->items[2]->text, "changed the element");
    SAME(timeline->items[2]->caller, "service/dispatch");
}

TEST(another_tickets_life_is_not_shown)
{
    ticket_is_registered(1);
    ticket_is_registered(2);

    EQUAL(timeline_of(1)->n_items, 1);
}

TEST(a_type_from_a_newer_release_has_its_line)
{
    KeyMade unknown = KEY_MADE__INIT;
    unknown.name = "nobody here has heard of this";
    ticket_is_registered(1);
    later(1);
    overhear("dispatch", ticket_id(1), &unknown.base);

    const Timeline *timeline = timeline_of(1);

    EQUAL(timeline->n_items, 2);
    SAME(timeline->items[1]->type, "key.made");
    SAME(timeline->items[1]->text, "");
}

TEST(an_earlier_clock_does_not_move_an_event_before_its_forerunner)
{
    ticket_is_registered(1);
    later(-5000);
    ticket_is_acknowledged(1);

    const Timeline *timeline = timeline_of(1);

    SAME(timeline->items[0]->type, "ticket.registered");
    SAME(timeline->items[1]->type, "ticket.acknowledged");
}

/* The statement as it stands, for events with a cause: told by `source` at this moment. */
static void is_told(const char *source, const char *id, const char *at, const char *cause_source,
                    const char *cause_id)
{
    given(printed("prepare write as %s;"
                  "execute write('%s', %s, 'here', '', '', '%s', '%s', '', '', '', %s, %s);"
                  "deallocate write",
                  sql.write_entry.text, source, id, at, at, cause_source, cause_id));
}

TEST(an_effect_never_stands_before_its_cause)
{
    is_told("dispatch", "900000001", "2026-03-02T09:00:10Z", "null", "null");
    is_told("intake", "900000002", "2026-03-02T09:00:03Z", "'dispatch'", "900000001");
    is_told("intake", "900000003", "2026-03-02T09:00:04Z", "null", "null");

    SAME(
        value("select string_agg(id::text, ' ' order by told_at, source, id) from reporting.entry"),
        "900000001 900000002 900000003");
    SAME(value("select cause from reporting.entry where id = 900000002"), "dispatch/900000001");
}

static const char *line(const char *source, const char *id, const char *subject, const char *at)
{
    return printed("('%s', %s, '%s', '', '', '%s', '%s', '', '', '')::reporting.line", source, id,
                   subject, at, at);
}

/* As one batch sends them: behind what is there, and behind each other where a clock went back. */
TEST(what_is_told_together_keeps_its_order)
{
    is_told("intake", "900000001", "2026-03-02T09:00:05Z", "null", "null");

    given(printed("prepare write as %s; execute write(array[%s, %s, %s, %s]); deallocate write",
                  sql.write_entries.text,
                  line("intake", "900000002", "here", "2026-03-02T09:00:01Z"),
                  line("intake", "900000004", "there", "2026-03-02T09:00:09Z"),
                  line("intake", "900000003", "there", "2026-03-02T09:00:02Z"),
                  line("dispatch", "900000005", "here", "2026-03-02T09:00:03Z")));

    SAME(value("select string_agg(id - 900000000 || '=' || extract(second from told_at)::int, ' '"
               "                  order by id) from reporting.entry"),
         "1=5 2=5 3=9 4=9 5=3");
}

TEST(a_long_timeline_comes_in_pages)
{
    ticket_is_registered(1);
    ticket_is_acknowledged(1);
    job_is_completed(1);

    ask_for((struct voice){.roles = "agent"}, 1, 2, "");
    const Timeline *first = answer(timeline);
    EQUAL(first->n_items, 2);
    const char *cursor = printed("%s", first->next_cursor);
    const char *last_shown = printed("%s", first->items[1]->id);
    ask_for((struct voice){.roles = "agent"}, 1, 2, cursor);
    const Timeline *second = answer(timeline);

    EQUAL(second->n_items, 1);
    SAME(second->next_cursor, "");
    TRUE(strcmp(second->items[0]->id, last_shown) != 0);
}

TEST(a_foreign_cursor_is_refused)
{
    ticket_is_registered(1);

    ask_for((struct voice){.roles = "agent"}, 1, 0, "Z12345678");

    TRUE(was_refused(UNREADABLE, "bad_cursor"));
}

TEST(a_limit_has_an_edge)
{
    ticket_is_registered(1);

    ask_for((struct voice){.roles = "agent"}, 1, LIST_MOST, "");
    TRUE(was_done());
    ask_for((struct voice){.roles = "agent"}, 1, LIST_MOST + 1, "");
    TRUE(was_violated("limit", "out_of_range"));
}

TEST(an_unknown_ticket_has_no_timeline)
{
    ask_for((struct voice){.roles = "agent"}, 1, 0, "");

    TRUE(was_refused(NOT_FOUND, "not_found"));
}

TEST(a_ticket_outside_the_scope_does_not_exist)
{
    branch_is_opened("company", "");
    branch_is_opened("hangzhou", "company");
    branch_is_opened("shanghai", "company");
    ticket_is_registered(1);

    ask_for((struct voice){.roles = "agent", .branch = "shanghai"}, 1, 0, "");
    TRUE(was_refused(NOT_FOUND, "not_found"));
    ask_for((struct voice){.roles = "agent", .branch = "company"}, 1, 0, "");
    TRUE(was_done());
}

TEST(a_provider_reads_no_timeline)
{
    ticket_is_registered(1);

    ask_for((struct voice){.roles = "agent", .provider_id = "P10000015"}, 1, 0, "");

    TRUE(was_refused(FORBIDDEN, "not_for_providers"));
}

static void ask_knowing(const char *source, uint64_t at)
{
    Position known = POSITION__INIT;
    ReadTimeline asked = READ_TIMELINE__INIT;

    known.source = source;
    known.at = at;
    asked.ticket_id = ticket_id(1);
    ask_as((struct voice){.roles = "agent", .known = &known}, &asked.base);
}

/* Who was answered of a move knows its event, and does not take a picture without it. */
TEST(what_was_not_heard_yet_is_not_hidden)
{
    ticket_is_registered(1);
    uint64_t heard = (uint64_t)atoll(value("select at from reporting.position"
                                           " where source = 'intake'"));

    ask_knowing("intake", heard);
    TRUE(was_done());
    ask_knowing("intake", heard + 1);
    TRUE(was_refused(UNAVAILABLE, "behind"));
    ask_knowing("somebody", 1);
    TRUE(was_done());
}

ROOM(reporting, cmocka_unit_test(what_was_said_is_kept),
     cmocka_unit_test(another_tickets_life_is_not_shown),
     cmocka_unit_test(a_type_from_a_newer_release_has_its_line),
     cmocka_unit_test(an_earlier_clock_does_not_move_an_event_before_its_forerunner),
     cmocka_unit_test(an_effect_never_stands_before_its_cause),
     cmocka_unit_test(what_is_told_together_keeps_its_order),
     cmocka_unit_test(a_long_timeline_comes_in_pages),
     cmocka_unit_test(a_foreign_cursor_is_refused), cmocka_unit_test(a_limit_has_an_edge),
     cmocka_unit_test(an_unknown_ticket_has_no_timeline),
     cmocka_unit_test(a_ticket_outside_the_scope_does_not_exist),
     cmocka_unit_test(a_provider_reads_no_timeline),
     cmocka_unit_test(what_was_not_heard_yet_is_not_hidden))

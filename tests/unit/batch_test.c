#include "writer_room.h"

#include <signal.h>
#include <sys/wait.h>

#include "daemon/metrics.h"
#include "daemon/writer_own.h"

/* ---- what failed leaves nothing behind ---- */

static void nothing_of_an_abandoned_change_is_told(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("a", "one"), note("b", "break"), note("c", "two")};

    run(test, works, LENGTH(works));

    assert_int_equal(works[1]->answer.kind, DEFECT);
    assert_null(works[1]->emitted);
    assert_int_equal(works[0]->emitted->event.id, 1);
    assert_int_equal(works[2]->emitted->event.id, 2);
    free_works(works, LENGTH(works));
}

/* From now on a text that looks like an SQLSTATE raises it. */
static void room_raises(void)
{
    room_script("create function writer_test.raises(text) returns boolean language plpgsql as $$"
                " begin if $1 ~ '^[0-9A-Z]{5}$' then raise 'as asked' using errcode = $1; end if;"
                " return true; end $$;"
                "alter table writer_test.thing add check (writer_test.raises(text))");
}

static void asking_again_is_advised_only_where_it_may_help(void **state)
{
    static const struct {
        const char *sqlstate;
        enum kind kind;
        const char *reason;
    } cases[] = {
        {"22003", DEFECT,      "defect"},
        {"23514", DEFECT,      "defect"},
        {"42883", DEFECT,      "defect"},
        {"54000", DEFECT,      "defect"},
        {"XX000", DEFECT,      "defect"},
        {"40001", UNAVAILABLE, "failed"},
    };
    struct test *test = begin_test(state);
    room_raises();

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct work *works[] = {note(arena_print(test->arena, "%zu", i), "one"),
                                note(cases[i].sqlstate, cases[i].sqlstate)};
        run(test, works, LENGTH(works));

        assert_int_equal(works[0]->answer.kind, OK);
        assert_int_equal(works[1]->answer.kind, cases[i].kind);
        assert_string_equal(works[1]->answer.reason, cases[i].reason);
        assert_string_equal(works[1]->failure, "add_thing.sql: as asked");
        free_works(works, LENGTH(works));
    }
}

static void what_is_refused_for_now_or_by_a_defect_is_not_kept(void **state)
{
    struct test *test = begin_test(state);
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"break", "defect"},
        {"later", "later" },
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        NoteTicket order = NOTE_TICKET__INIT;
        order.text = cases[i].text;
        struct work *work = asked("chosen", &order.base, true);

        run(test, &work, 1);

        assert_string_equal(work->answer.reason, cases[i].reason);
        assert_string_equal(value(test, "select count(*) from writer_test.answer"), "0");
        work_free(work);
    }
}

static void a_disclosure_that_cant_be_noted_is_not_answered(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = work_new(WORK_NOTE);
    struct seen seen = {.caller = "key/a", .subject = "x", .what = "phone", .trace = ""};

    room_script("alter table writer_test.disclosure add check (subject <> 'x')");
    work->outcome = OUTCOME_SETTLED; /* as a reader leaves it */
    work->answer = (AnswerHeader)ANSWER_HEADER__INIT;
    work->answer_body = (struct bytes){(const uint8_t *)"secret", 6};
    work->seen = &seen;
    run(test, &work, 1);

    assert_int_equal(work->outcome, OUTCOME_SETTLED);
    assert_int_equal(work->answer.kind, DEFECT);
    assert_int_equal(work->answer_body.size, 0);
    work_free(work);
}

/* ---- a batch that falls apart ---- */

static size_t count_left(struct work **works, size_t count)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        left += works[i]->outcome == OUTCOME_NONE;
    return left;
}

static void who_asked_does_not_wait_for_poisonous_events(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("a", "one"), note("b", "two"), overheard(1, "break"),
                            overheard(2, "red")};

    writer_batch(test->writer, works, LENGTH(works));

    assert_string_equal(things(test), "one two");
    assert_int_equal(works[0]->answer.kind, OK);
    assert_int_equal(count_left(works, LENGTH(works)), 2);
    assert_int_equal(writer_view(test->writer).parked, 0);
    free_works(works, LENGTH(works));
}

/* The commit is answered with a warning, as by a primary that gave up waiting for its standby. */
static void a_mixed_batch_in_doubt_is_looked_up(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("a", "doubt"), overheard(1, "one")};
    room_script("create function writer_test.warn() returns trigger language plpgsql as"
                " $$ begin if new.text = 'doubt' then raise warning 'perhaps'; end if;"
                "    return null; end $$;"
                "create constraint trigger loud after insert on writer_test.thing"
                " deferrable initially deferred for each row execute function writer_test.warn()");

    writer_batch(test->writer, works, LENGTH(works));
    assert_false(writer_active(test->writer));
    assert_int_equal(works[0]->outcome, OUTCOME_AGAIN);

    activate(test->writer);
    run(test, works, LENGTH(works));

    assert_true(works[0]->answer.replayed);
    assert_string_equal(things(test), "doubt one");
    free_works(works, LENGTH(works));
}

static void a_few_events_are_gone_through_at_a_time(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[BATCH_APART_MOST + 4];

    for (size_t i = 0; i < LENGTH(works); i++)
        works[i] = overheard(i + 1, i == 3 ? "break" : "red");
    writer_batch(test->writer, works, LENGTH(works));

    assert_int_equal(count_left(works, LENGTH(works)), 4);
    assert_int_equal(writer_view(test->writer).places[0].at, BATCH_APART_MOST);
    assert_int_equal(writer_view(test->writer).parked, 1);
    free_works(works, LENGTH(works));
}

/* ---- what is foreseen ---- */

static struct work *reopening(const char *key, const char *reason)
{
    ReopenTicket order = REOPEN_TICKET__INIT;

    order.reason = (char *)reason;
    return asked(key, &order.base, false);
}

/* How many of its kind a command saw before it added one. */
static const char *seen_by(const struct work *work)
{
    struct flaw flaw = {0};
    const ReopenTicket *answer = (const ReopenTicket *)message_unpack(
        work->arena, &reopen_ticket__descriptor, work->answer_body, &flaw);

    assert_non_null(answer);
    return answer->ticket_id;
}

static void a_command_sees_what_its_batch_did_before_it(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {reopening("a", "x"), reopening("b", "y"), reopening("c", "x"),
                            note("d", "z"),      reopening("e", "z"), reopening("f", "y")};

    run(test, works, LENGTH(works));

    assert_string_equal(seen_by(works[0]), "0");
    assert_string_equal(seen_by(works[1]), "0");
    assert_string_equal(seen_by(works[2]), "1");
    assert_string_equal(seen_by(works[4]), "1"); /* of the note, which foresaw nothing */
    assert_string_equal(seen_by(works[5]), "1");
    free_works(works, LENGTH(works));
}

/* One that is answered from the record never looks at what it foresaw. */
static void what_another_foresaw_and_left_is_not_found(void **state)
{
    struct test *test = begin_test(state);
    struct work *before = reopening("a", "x");
    struct work *works[] = {reopening("a", "x"), note("b", "x"), reopening("c", "x")};

    run(test, &before, 1);
    run(test, works, LENGTH(works));

    assert_true(works[0]->answer.replayed);
    assert_string_equal(seen_by(works[2]), "2");
    free_works(works, LENGTH(works));
    work_free(before);
}

static void a_neighbour_that_breaks_spoils_no_foresight(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {reopening("a", "x"), reopening("b", "break"), reopening("c", "y")};

    run(test, works, LENGTH(works));

    assert_string_equal(seen_by(works[0]), "0");
    assert_int_equal(works[1]->answer.kind, DEFECT);
    assert_string_equal(seen_by(works[2]), "0");
    assert_string_equal(value(test, "select count(*) from writer_test.thing"), "2");
    free_works(works, LENGTH(works));
}

static void more_things_than_can_be_kept_are_not_foreseen(void **state)
{
    enum { MANY = 80 }; /* each names one thing; 64 times four may be named */
    struct test *test = begin_test(state);
    struct work *works[MANY * 4];

    for (size_t i = 0; i + 1 < LENGTH(works); i++) {
        struct arena *arena = test->arena;
        works[i] = reopening(arena_print(arena, "k%zu", i), arena_print(arena, "%zu", i));
    }
    works[LENGTH(works) - 1] = reopening("last", "0");
    run(test, works, LENGTH(works));

    for (size_t i = 0; i < LENGTH(works); i++)
        assert_string_equal(seen_by(works[i]), i + 1 < LENGTH(works) ? "0" : "1");
    free_works(works, LENGTH(works));
}

/* ---- places ---- */

static struct work *follows(struct work *work, uint64_t id)
{
    work->follows = id;
    return work;
}

static void an_event_moves_the_place_over_those_that_concern_nobody(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {
        overheard(1, "one"),
        follows(overheard(5, "two"), 1),
        follows(overheard(5, "again"), 1), /* it was applied */
        follows(overheard(9, "gap"), 7),   /* what came before it did not come here */
        follows(overheard(8, "three"), 3), /* told of an older place than there is by now */
    };

    run(test, works, LENGTH(works));

    assert_string_equal(things(test), "one two three");
    assert_int_equal(writer_view(test->writer).places[0].at, 8);
    free_works(works, LENGTH(works));
}

/* ---- parking ---- */

static void an_event_that_cant_be_parked_is_not_passed_over(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = overheard(1, "break");

    room_script("alter table writer_test.parked add constraint full_up check (id <> 1)");
    run(test, &work, 1);
    assert_int_equal(work->outcome, OUTCOME_AGAIN);
    assert_int_equal(writer_view(test->writer).places[0].at, 0);

    room_script("alter table writer_test.parked drop constraint full_up");
    run(test, &work, 1);
    assert_int_equal(work->outcome, OUTCOME_SETTLED);
    assert_int_equal(writer_view(test->writer).places[0].at, 1);
    assert_string_equal(value(test, "select id from writer_test.parked"), "1");
    work_free(work);
}

static void an_effect_waits_for_the_cause_that_has_to_be_done_again(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("k1", "a command"), overheard(1, "break"), overheard(1, "effect")};
    ((Event *)works[2]->event)->source = "beside";

    room_script("alter table writer_test.parked add constraint full_up check (id <> 1)");
    run(test, works, LENGTH(works));
    room_script("alter table writer_test.parked drop constraint full_up");

    assert_int_equal(works[0]->outcome, OUTCOME_SETTLED);
    assert_int_equal(works[1]->outcome, OUTCOME_AGAIN);
    assert_int_equal(works[2]->outcome, OUTCOME_AGAIN);
    assert_string_equal(things(test), "a command");
    free_works(works, LENGTH(works));
}

static void an_event_in_a_batch_with_the_last_discard_is_applied(void **state)
{
    struct test *test = begin_test(state);
    struct work *first = overheard(1, "break");
    DiscardParked discard = DISCARD_PARKED__INIT;

    run(test, &first, 1);
    discard.source = "elsewhere";
    discard.id = 1;
    discard.reason = "it never made sense";
    struct work *works[] = {asked("d", &discard.base, false), overheard(2, "blue")};
    run(test, works, LENGTH(works));

    assert_string_equal(things(test), "blue");
    assert_int_equal(writer_view(test->writer).parked, 0);
    free_works(works, LENGTH(works));
    work_free(first);
}

static void what_is_parked_is_read_again_only_where_a_command_touched_it(void **state)
{
    struct test *test = begin_test(state);
    struct work *first = overheard(1, "break");
    DiscardParked discard = DISCARD_PARKED__INIT;

    room_script(
        "insert into writer_test.parked"
        " (source, id, type, subject, reason, tries, first_at, record)"
        " select 'beside', n, '', n, '', 1, '2026-01-01Z', '' from generate_series(1, 100) n");
    run(test, &first, 1);
    assert_int_equal(writer_view(test->writer).parked, 1);

    discard.source = "elsewhere";
    discard.id = 1;
    discard.reason = "it never made sense";
    struct work *order = asked("d", &discard.base, false);
    run(test, &order, 1);
    assert_int_equal(order->answer.kind, OK);
    assert_int_equal(writer_view(test->writer).parked, 100);
    work_free(order);
    work_free(first);
}

static void each_of_many_parked_subjects_waits(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {overheard(1, "7"), overheard(2, "8"), overheard(3, "x")};

    room_script("insert into writer_test.parked"
                " (source, id, type, subject, reason, tries, first_at, record)"
                " select 'beside', n, '', n, '', 1, '2026-01-01Z', ''"
                " from generate_series(8, 1000) n");
    another_writer(test);
    run(test, works, LENGTH(works));

    assert_string_equal(things(test), "7 x");
    assert_int_equal(writer_view(test->writer).parked, 994);
    free_works(works, LENGTH(works));
}

static void overhear_all(struct test *test, struct work **works, size_t count)
{
    static const char *const texts[] = {"black", "break", "blue", "red"};

    for (size_t i = 0; i < count; i++)
        works[i] = overheard(i + 1, texts[i]);
    run(test, works, count);
    free_works(works, count);
}

static void rebuild_applies_all_again_and_parks_again(void **state)
{
    struct test *test = begin_test(state);
    Rebuild order = REBUILD__INIT;
    struct work *works[4];

    writer_free(test->writer);
    test->writer = a_writer_of(&picture, "trial.0");
    activate(test->writer);
    overhear_all(test, works, LENGTH(works));
    struct work *rebuild[] = {asked("r", &order.base, false), overheard(5, "green")};
    run(test, rebuild, LENGTH(rebuild));
    assert_int_equal(rebuild[0]->answer.kind, OK);
    assert_true(rebuild[0]->rewound);
    assert_int_equal(writer_view(test->writer).places[0].at, 0);
    assert_int_equal(writer_view(test->writer).parked, 0);

    overhear_all(test, works, LENGTH(works));
    assert_string_equal(things(test), "black red");
    assert_string_equal(value(test, "select string_agg(id::text, ',' order by place)"
                                    " from writer_test.parked where settled = ''"),
                        "2,3");
    assert_int_equal(writer_view(test->writer).places[0].at, 4);
    free_works(rebuild, LENGTH(rebuild));
}

/* ---- what breaks the connection each time ---- */

/* Runs them as the writer's thread does, until each is settled; those that are go away. */
static void run_out(struct test *test, struct work **works, size_t count)
{
    struct work *left[8];

    for (int turns = 0; count > 0; turns++) {
        size_t again = 0;
        assert_true(turns < 3 * WRITER_TRIES_MOST);
        activate(test->writer);
        run(test, works, count);
        for (size_t i = 0; i < count; i++)
            if (works[i]->outcome == OUTCOME_AGAIN)
                left[again++] = works[i];
        memcpy(works, left, again * sizeof *left);
        count = again;
    }
}

static void a_command_that_breaks_the_connection_is_refused_at_last(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("a", "one"), note("b", "kill"), note("c", "two")};
    struct work *all[] = {works[0], works[1], works[2]};

    run_out(test, works, LENGTH(works));

    assert_string_equal(things(test), "one two");
    assert_int_equal(all[1]->answer.kind, UNAVAILABLE);
    assert_null(all[1]->emitted);
    assert_int_equal(all[0]->answer.kind, OK);
    assert_int_equal(all[2]->answer.kind, OK);
    free_works(all, LENGTH(all));
}

static void an_event_that_breaks_the_connection_is_parked_at_last(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {overheard(1, "one"), overheard(2, "kill"), overheard(3, "two")};
    struct work *all[] = {works[0], works[1], works[2]};

    run_out(test, works, LENGTH(works));

    assert_string_equal(things(test), "one two");
    assert_string_equal(value(test, "select id || reason from writer_test.parked"),
                        "2" lost_each_time);
    free_works(all, LENGTH(all));
}

/* ---- a world against it ---- */

/* What the log says of so many turns. */
static const char *said_while(struct test *test, struct work **works, size_t count, int turns)
{
    char *said = arena_take(test->arena, 16384);
    int kept = dup(STDERR_FILENO);
    FILE *file = tmpfile();

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    for (int i = 0; i < turns; i++)
        run(test, works, count);
    dup2(kept, STDERR_FILENO);
    close(kept);
    assert_true(pread(fileno(file), said, 16383, 0) >= 0);
    fclose(file);
    return said;
}

static void a_writer_that_cannot_write_says_so_now_and_then(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = overheard(1, "53100");
    int64_t before = metric_value(METRIC_WRITES_FAILED);

    room_raises();
    const char *said = said_while(test, &work, 1, 3);

    assert_int_equal(work->outcome, OUTCOME_AGAIN);
    assert_int_equal(metric_value(METRIC_WRITES_FAILED), before + 3);
    assert_string_equal(strstr(said, "did=write"),
                        "did=write said=again sqlstate=53100 reason=\"add_thing.sql: as asked\"\n");
    test->writer->complained_until_ms = 0; /* ten seconds later */
    assert_non_null(strstr(said_while(test, &work, 1, 1), "sqlstate=53100"));
    work_free(work);
}

static void who_can_park_nothing_says_so_without_the_row(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = overheard(1, "break");

    room_script("alter table writer_test.parked add constraint full_up check (id <> 1)");
    const char *said = said_while(test, &work, 1, 2);

    assert_int_equal(work->outcome, OUTCOME_AGAIN);
    assert_non_null(strstr(said, "did=write said=again sqlstate=23514"));
    assert_non_null(strstr(said, "full_up"));
    assert_null(strstr(said, "Failing row"));
    work_free(work);
}

static void an_event_that_takes_too_long_is_parked_at_last(void **state)
{
    static const char *const sqlstates[] = {"57014", "55P03"};

    for (size_t i = 0; i < LENGTH(sqlstates); i++) {
        struct test *test = begin_test(state);
        struct work *works[] = {overheard(1, "one"), overheard(2, sqlstates[i]),
                                overheard(3, "two")};
        struct work *all[] = {works[0], works[1], works[2]};

        room_raises();
        run_out(test, works, LENGTH(works));

        assert_string_equal(things(test), "one two");
        assert_string_equal(value(test, "select id || reason from writer_test.parked"),
                            "2" lost_each_time);
        free_works(all, LENGTH(all));
        writer_free(test->writer);
        test->writer = NULL;
    }
}

/* ---- timers ---- */

static int64_t noon(void)
{
    int64_t now_ms;

    assert_true(clock_parse("2026-03-01T12:00:00Z", &now_ms));
    clock_freeze(now_ms);
    return now_ms;
}

static void given_timer(struct test *test, const char *key, const char *subject)
{
    StartTicket order = START_TICKET__INIT;

    order.note = subject;
    struct work *work = asked(key, &order.base, false);
    run(test, &work, 1);
    assert_int_equal(work->outcome, OUTCOME_SETTLED);
    assert_int_equal(work->answer.kind, OK);
    work_free(work);
}

/* As the writer's thread does, at this instant of the wall's clock. */
static size_t fire_due(struct test *test, int64_t now_ms)
{
    struct work *due[64];

    clock_freeze(now_ms);
    now_ms = writer_sober_ms(test->writer, now_ms);
    size_t count = writer_due(test->writer, now_ms, due, LENGTH(due));
    if (count > 0)
        run(test, due, count);
    free_works(due, count);
    return count;
}

static void a_timer_taken_back_by_one_before_it_does_not_fire(void **state)
{
    struct test *test = begin_test(state);
    int64_t now_ms = noon();

    given_timer(test, "k1", "first");
    given_timer(test, "k2", "second");
    assert_int_equal(fire_due(test, now_ms + 1000), 2);

    assert_int_equal(fire_due(test, now_ms + 24 * 60 * 60 * 1000), 0);
    assert_string_equal(things(test), "first");
    assert_string_equal(value(test, "select count(*) from writer_test.timer"), "0");
}

static void timers_of_another_release_do_not_stand_before_ours(void **state)
{
    struct test *test = begin_test(state);
    int64_t now_ms = noon();

    room_script("insert into writer_test.timer (timer, subject, due_at)"
                " select 'unknown', n, '2026-01-01Z' from generate_series(1, 100) n");
    given_timer(test, "k1", "wake");

    assert_int_equal(fire_due(test, now_ms + 1000), 1);
    assert_string_equal(things(test), "wake");
    assert_int_equal(fire_due(test, now_ms + 2000), 0);
}

static void a_timer_that_breaks_the_connection_is_postponed_at_last(void **state)
{
    struct test *test = begin_test(state);
    int64_t now_ms = noon();

    given_timer(test, "k1", "kill");
    given_timer(test, "k2", "wake");
    for (int turns = 0; turns < 2 * WRITER_TRIES_MOST; turns++) {
        activate(test->writer);
        fire_due(test, now_ms + 1000);
    }

    assert_string_equal(things(test), "wake");
    assert_string_equal(value(test, "select subject || (due_at > '2026-03-01T12:00:59Z')"
                                    " from writer_test.timer"),
                        "killtrue");
}

/* Since noon. */
static void given_writer_of_noon(struct test *test)
{
    noon();
    another_writer(test);
}

static void a_clock_that_leaps_ahead_rings_no_timer(void **state)
{
    struct test *test = begin_test(state);

    given_writer_of_noon(test);
    given_timer(test, "k1", "wake");
    assert_int_equal(fire_due(test, noon() + HOUR_MS), 0);
    assert_true(test->writer->leapt);

    test->writer->took_over_ms -= 1000; /* a second later */
    assert_int_equal(fire_due(test, noon() + HOUR_MS), 1);
    assert_string_equal(things(test), "wake");
}

static void a_take_over_believes_the_clock_of_the_wall(void **state)
{
    struct test *test = begin_test(state);

    given_writer_of_noon(test);
    given_timer(test, "k1", "wake");
    clock_freeze(noon() + HOUR_MS);
    another_writer(test);

    assert_int_equal(fire_due(test, clock_now_ms()), 1);
}

static void a_host_that_slept_is_not_late(void **state)
{
    struct test *test = begin_test(state);

    given_writer_of_noon(test);
    given_timer(test, "k1", "wake");
    test->writer->took_over_ms -= HOUR_MS; /* the steady clock went on meanwhile */

    assert_int_equal(fire_due(test, noon() + HOUR_MS), 1);
}

static void a_timer_that_takes_too_long_is_postponed_at_last(void **state)
{
    struct test *test = begin_test(state);
    int64_t now_ms = noon();

    room_raises();
    given_timer(test, "k1", "57014");
    given_timer(test, "k2", "wake");
    for (int turns = 0; turns < 2 * WRITER_TRIES_MOST; turns++)
        fire_due(test, now_ms + 1000);

    assert_string_equal(things(test), "wake");
    assert_string_equal(value(test, "select subject || (due_at > '2026-03-01T12:00:59Z')"
                                    " from writer_test.timer"),
                        "57014true");
}

/* ---- months ---- */

static const char *months_of(struct test *test, const char *table)
{
    const char *text =
        arena_print(test->arena,
                    "select string_agg(right(relname, 7), ' ' order by relname) from pg_class"
                    " where relkind = 'r' and relname like '%s\\_20%%'"
                    " and relnamespace = 'writer_test'::regnamespace",
                    table);

    return value(test, text);
}

static void at(struct test *test, const char *instant, const char *key)
{
    struct work *work = note(key, key);
    int64_t now_ms;

    assert_true(clock_parse(instant, &now_ms));
    clock_freeze(now_ms);
    run(test, &work, 1);
    assert_int_equal(work->outcome, OUTCOME_SETTLED);
    assert_int_equal(work->answer.kind, OK);
    work_free(work);
}

/* What is dropped is looked for every hour. */
static void tidy(struct test *test)
{
    another_writer(test);
    test->writer->tidied_until_ms = 0; /* an hour later */
    writer_tidy(test->writer, clock_now_ms());
    assert_true(writer_active(test->writer));
}

static void whole_months_of_answers_go_when_their_time_is_over(void **state)
{
    struct test *test = begin_test(state);

    room_script("drop table if exists writer_test.answer_2026_10, writer_test.answer_2026_11,"
                " writer_test.answer_2026_12, writer_test.answer_2027_01,"
                " writer_test.answer_2027_02");
    at(test, "2026-01-31T23:59:59Z", "k1");
    at(test, "2026-03-02T00:00:00Z", "k2"); /* 30 days after: a millisecond too few */
    tidy(test);
    assert_memory_equal(months_of(test, "answer"), "2026_01 ", 8);

    at(test, "2026-03-03T00:00:00Z", "k3");
    tidy(test);
    assert_memory_equal(months_of(test, "answer"), "2026_02 ", 8);
    assert_string_equal(value(test, "select string_agg(key, ',' order by key)"
                                    " from writer_test.answer"),
                        "k2,k3");
}

static void a_clock_that_leaps_ahead_makes_nothing_old(void **state)
{
    struct test *test = begin_test(state);

    at(test, "2026-01-31T23:59:59Z", "k1");
    tidy(test);
    at(test, "2026-03-03T00:00:00Z", "k2");
    test->writer->tidied_until_ms = 0;
    writer_tidy(test->writer, clock_now_ms());

    assert_memory_equal(months_of(test, "answer"), "2026_01 ", 8);
}

static void a_writer_throws_nothing_away_at_once(void **state)
{
    struct test *test = begin_test(state);

    at(test, "2026-01-31T23:59:59Z", "k1");
    clock_freeze(clock_now_ms() + 90LL * 24 * 60 * 60 * 1000);
    another_writer(test);
    writer_tidy(test->writer, clock_now_ms());

    assert_non_null(strstr(months_of(test, "answer"), "2026_01"));
}

static void the_head_of_the_history_is_never_dropped(void **state)
{
    struct test *test = begin_test(state);

    at(test, "2026-01-15T12:00:00Z", "k1");
    clock_freeze(clock_now_ms() + 90LL * 24 * 60 * 60 * 1000);
    tidy(test);
    assert_string_equal(value(test, "select id from writer_test.event"), "1");

    at(test, "2026-04-15T12:00:00Z", "k2");
    tidy(test);
    assert_string_equal(value(test, "select id from writer_test.event"), "2");
    tidy(test);
    assert_int_equal(writer_view(test->writer).head, 2);
}

static void a_new_month_waits_for_nobody_who_reads(void **state)
{
    struct test *test = begin_test(state);
    const struct statement look = {"look", "select count(*) as count from writer_test.event"};
    const struct statement_table table = {&look, 1};
    struct db *backup = room_open(
        test->arena,
        (struct db_options){.schema = "writer_test", .statements = &table, .statement_tables = 1});
    struct row row;

    db_begin(backup);
    assert_true(db_one(backup, &row, look));
    at(test, "2031-05-05T12:00:00Z", "k1");
    db_abandon(backup);
    db_close(backup);
}

/* ---- signed heads ---- */

/* Another writer that can sign, whose last signature is long ago. */
static void sealing_writer(struct test *test)
{
    writer_free(test->writer);
    test->writer = a_writer("trial.1");
    test->writer->seal = a_seal();
    activate(test->writer);
    test->writer->sealed_ms -= 10 * MINUTE_MS;
}

static void tell_one(struct test *test, const char *key)
{
    struct work *work = note(key, key);

    run(test, &work, 1);
    assert_int_equal(work->answer.kind, OK);
    work_free(work);
}

static void what_another_writer_told_is_sealed(void **state)
{
    struct test *test = begin_test(state);

    tell_one(test, "k1");
    sealing_writer(test);
    struct work *seal = writer_seal(test->writer);
    assert_non_null(seal);
    run(test, &seal, 1);
    assert_int_equal(seal->emitted->event.id, 2);
    work_free(seal);

    sealing_writer(test);
    assert_null(writer_seal(test->writer));
    tell_one(test, "k2");
    sealing_writer(test);
    seal = writer_seal(test->writer);
    assert_non_null(seal);
    work_free(seal);
}

static void what_is_told_beside_a_seal_is_owed_the_next(void **state)
{
    struct test *test = begin_test(state);

    tell_one(test, "k1");
    sealing_writer(test);
    struct work *works[] = {writer_seal(test->writer), note("k2", "k2")};
    assert_non_null(works[0]);
    run(test, works, LENGTH(works));
    test->writer->sealed_ms -= 10 * MINUTE_MS;

    struct work *next = writer_seal(test->writer);
    assert_non_null(next);
    work_free(next);
    free_works(works, LENGTH(works));
}

/* ---- a frozen writer ---- */

enum { PILE_SIZE = 256 * 1024 }; /* more than waits in libpq */

static const struct statement deep[] = {
    {"lock", "select pg_advisory_lock(7470, hashtext('writer_test'))"},
    {"pile", "select length($1::text)"                               },
};

/* Holds the lock, has begun, and is stopped with half a statement sent and no Sync behind. */
static void freeze_inside_a_pipeline(const char *conninfo)
{
    static const struct statement_table tables[] = {{TABLE(deep)}};
    char *pile = calloc(1, PILE_SIZE);
    const char *why = "";
    struct db *db = db_open(&(struct db_options){.conninfo = conninfo,
                                                 .schema = "writer_test",
                                                 .name = "frozen",
                                                 .statement_ms = 1000,
                                                 .statements = tables,
                                                 .statement_tables = LENGTH(tables)},
                            &why);

    memset(pile, 'x', PILE_SIZE - 1);
    db_begin(db);
    db_run(db, deep[0]);
    db_run(db, deep[1], pile);
    raise(SIGSTOP);
    _exit(0);
}

static bool holds_the_lock(struct test *test)
{
    static const char text[] =
        "select count(*) from pg_locks lock join pg_stat_activity holder using (pid)"
        " where locktype = 'advisory' and classid = 7470 and granted"
        "   and application_name = 'frozen' and state = 'active' and wait_event = 'ClientRead'";

    return strcmp(value(test, text), "1") == 0;
}

static void a_writer_frozen_inside_a_pipeline_is_evicted(void **state)
{
    struct test *test = begin_test(state);
    int64_t until_ms = clock_monotonic_ms() + ACTIVE_WITHIN_MS;
    int status;

    writer_free(test->writer);
    test->writer = NULL;
    fflush(NULL);
    pid_t frozen = fork();
    if (frozen == 0)
        freeze_inside_a_pipeline(room_conninfo());
    assert_int_equal(waitpid(frozen, &status, WUNTRACED), frozen);
    assert_true(WIFSTOPPED(status));
    while (!holds_the_lock(test))
        assert_true(clock_monotonic_ms() < until_ms);

    test->writer = a_writer("trial.1");
    activate(test->writer);
    kill(frozen, SIGKILL);
    waitpid(frozen, &status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_of_an_abandoned_change_is_told),
        TEST(asking_again_is_advised_only_where_it_may_help),
        TEST(what_is_refused_for_now_or_by_a_defect_is_not_kept),
        TEST(a_disclosure_that_cant_be_noted_is_not_answered),
        TEST(who_asked_does_not_wait_for_poisonous_events),
        TEST(a_mixed_batch_in_doubt_is_looked_up),
        TEST(a_few_events_are_gone_through_at_a_time),
        TEST(a_command_sees_what_its_batch_did_before_it),
        TEST(what_another_foresaw_and_left_is_not_found),
        TEST(a_neighbour_that_breaks_spoils_no_foresight),
        TEST(more_things_than_can_be_kept_are_not_foreseen),
        TEST(an_event_moves_the_place_over_those_that_concern_nobody),
        TEST(an_event_that_cant_be_parked_is_not_passed_over),
        TEST(an_effect_waits_for_the_cause_that_has_to_be_done_again),
        TEST(an_event_in_a_batch_with_the_last_discard_is_applied),
        TEST(what_is_parked_is_read_again_only_where_a_command_touched_it),
        TEST(each_of_many_parked_subjects_waits),
        TEST(rebuild_applies_all_again_and_parks_again),
        TEST(a_command_that_breaks_the_connection_is_refused_at_last),
        TEST(an_event_that_breaks_the_connection_is_parked_at_last),
        TEST(a_writer_that_cannot_write_says_so_now_and_then),
        TEST(who_can_park_nothing_says_so_without_the_row),
        TEST(an_event_that_takes_too_long_is_parked_at_last),
        TEST(a_timer_taken_back_by_one_before_it_does_not_fire),
        TEST(timers_of_another_release_do_not_stand_before_ours),
        TEST(a_timer_that_breaks_the_connection_is_postponed_at_last),
        TEST(a_timer_that_takes_too_long_is_postponed_at_last),
        TEST(a_clock_that_leaps_ahead_rings_no_timer),
        TEST(a_take_over_believes_the_clock_of_the_wall),
        TEST(a_host_that_slept_is_not_late),
        TEST(whole_months_of_answers_go_when_their_time_is_over),
        TEST(a_clock_that_leaps_ahead_makes_nothing_old),
        TEST(a_writer_throws_nothing_away_at_once),
        TEST(the_head_of_the_history_is_never_dropped),
        TEST(a_new_month_waits_for_nobody_who_reads),
        TEST(what_another_writer_told_is_sealed),
        TEST(what_is_told_beside_a_seal_is_owed_the_next),
        TEST(a_writer_frozen_inside_a_pipeline_is_evicted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "writer_room.h"

/* ---- what must be true ---- */

static void a_command_is_done_told_and_recorded(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("k1", "first")};

    run(test, works, 1);

    assert_int_equal(works[0]->outcome, OUTCOME_SETTLED);
    assert_int_equal(works[0]->answer.kind, OK);
    assert_string_equal(things(test), "first");
    assert_string_equal(value(test, "select id || type from writer_test.event"),
                        "1intake.TicketNoted");
    assert_string_equal(value(test, "select key from writer_test.answer"), "k1");
    free_works(works, 1);
}

static void asked_twice_is_done_once_and_answered_alike(void **state)
{
    struct test *test = begin_test(state);
    struct work *first = note("k1", "once"), *second = note("k1", "once");

    run(test, &first, 1);
    run(test, &second, 1);

    assert_true(second->answer.replayed && second->recorded);
    assert_int_equal(second->answer_body.size, first->answer_body.size);
    assert_memory_equal(second->answer_body.at, first->answer_body.at, first->answer_body.size);
    assert_string_equal(things(test), "once");
    free_works(&first, 1);
    free_works(&second, 1);
}

static void another_body_under_a_key_is_refused(void **state)
{
    struct test *test = begin_test(state);
    struct work *first = note("k1", "this"), *second = note("k1", "that");

    run(test, &first, 1);
    run(test, &second, 1);

    assert_int_equal(second->answer.kind, INVALID);
    assert_string_equal(second->answer.reason, "key_reused");
    assert_string_equal(things(test), "this");
    free_works(&first, 1);
    free_works(&second, 1);
}

static void a_bad_one_does_not_harm_its_neighbours(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("a", "one"),    note("b", "break"),  note("c", "two"),
                            note("d", "regret"), note("e", "refuse"), note("f", "seek"),
                            note("g", "three")};

    run(test, works, LENGTH(works));

    assert_string_equal(things(test), "one two three");
    assert_int_equal(works[1]->answer.kind, DEFECT);
    assert_string_equal(works[3]->answer.reason, "regretted");
    assert_string_equal(works[4]->answer.reason, "refused");
    assert_int_equal(works[5]->answer.kind, NOT_FOUND);
    assert_string_equal(value(test, "select string_agg(id::text, ',' order by id)"
                                    " from writer_test.event"),
                        "1,2,3");
    free_works(works, LENGTH(works));
}

static void a_text_that_is_too_long_is_refused_whether_the_handler_looks_or_not(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("a", "ten bytes!"), note("b", "ten bytes!!"), note("c", "one")};

    run(test, works, LENGTH(works));

    assert_int_equal(works[1]->answer.kind, INVALID);
    assert_string_equal(works[1]->violations[0].field, "text");
    assert_string_equal(works[1]->violations[0].reason, "too_long");
    assert_string_equal(things(test), "ten bytes! one");
    free_works(works, LENGTH(works));
}

static void a_refusal_is_recorded_where_the_client_chose_the_key(void **state)
{
    struct test *test = begin_test(state);
    NoteTicket order = NOTE_TICKET__INIT;
    order.text = "refuse";
    struct work *works[] = {asked("chosen", &order.base, true), asked("made", &order.base, false)};
    struct work *again = asked("chosen", &order.base, true);

    run(test, works, 2);
    run(test, &again, 1);

    assert_string_equal(value(test, "select string_agg(key, ',') from writer_test.answer"),
                        "chosen");
    assert_true(again->answer.replayed);
    assert_string_equal(again->answer.reason, "refused");
    free_works(works, 2);
    free_works(&again, 1);
}

static void only_one_instance_writes(void **state)
{
    struct test *test = begin_test(state);
    struct writer *spare = a_writer("trial.1");
    const char *why = "";

    assert_false(writer_take_over(spare, &why));
    assert_string_equal(why, "another instance writes");

    writer_free(test->writer);
    test->writer = NULL;
    activate(spare);
    assert_int_equal(writer_view(spare).epoch, 2);
    writer_free(spare);
}

static void an_older_epoch_can_commit_nothing(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = note("k1", "late");

    room_script("update writer_test.writer set epoch = epoch + 1");
    run(test, &work, 1);

    assert_int_equal(work->outcome, OUTCOME_AGAIN);
    assert_false(writer_active(test->writer));
    assert_string_equal(value(test, "select count(*) from writer_test.thing"), "0");
    free_works(&work, 1);
}

static void a_lost_connection_means_again_with_the_same_key(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = note("k1", "kept");

    room_script("select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'trial.0/writer'");
    run(test, &work, 1);
    assert_int_equal(work->outcome, OUTCOME_AGAIN);

    activate(test->writer);
    run(test, &work, 1);
    assert_int_equal(work->outcome, OUTCOME_SETTLED);
    assert_string_equal(things(test), "kept");
    free_works(&work, 1);
}

static void events_are_applied_once_and_in_order(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {overheard(1, "a"), overheard(2, "b"), overheard(2, "b"),
                            overheard(4, "d"), overheard(3, "c")};

    run(test, works, LENGTH(works));

    assert_string_equal(things(test), "a b c");
    assert_int_equal(writer_view(test->writer).places[0].at, 3);
    assert_string_equal(
        value(test, "select at from writer_test.position where source = 'elsewhere'"), "3");
    free_works(works, LENGTH(works));
}

static void a_poisonous_event_is_parked_with_all_of_its_subject(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {overheard(1, "break"), overheard(2, "blue"), overheard(3, "red")};
    struct work *later = overheard(4, "black");

    run(test, works, LENGTH(works));
    run(test, &later, 1);

    assert_string_equal(things(test), "red");
    assert_string_equal(value(test, "select string_agg(id || ' ' || (reason = 'behind'), ', '"
                                    " order by place) from writer_test.parked"),
                        "1 false, 2 true, 4 true");
    assert_int_equal(writer_view(test->writer).parked, 3);
    free_works(works, LENGTH(works));
    free_works(&later, 1);
}

static struct work *retry(const char *key, const char *subject)
{
    RetryParked order = RETRY_PARKED__INIT;

    order.subject = subject;
    return asked(key, &order.base, false);
}

static void what_is_parked_is_retried_in_order_or_discarded_by_name(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {overheard(1, "break"), overheard(2, "blue"), overheard(3, "black")};
    DiscardParked discard = DISCARD_PARKED__INIT;

    run(test, works, LENGTH(works));
    struct work *vain = retry("r1", "b");
    run(test, &vain, 1);
    assert_string_equal(vain->answer.reason, "still_failing");

    discard.source = "elsewhere";
    discard.id = 1;
    discard.reason = "it never made sense";
    struct work *orders[] = {asked("r2", &discard.base, false), retry("r3", "b"), retry("r4", "b")};
    for (size_t i = 0; i < LENGTH(orders); i++)
        run(test, &orders[i], 1);
    assert_string_equal(things(test), "blue black");
    assert_int_equal(writer_view(test->writer).parked, 0);
    assert_string_equal(value(test, "select string_agg(settled || ' ' || why, ',' order by place)"
                                    " from writer_test.parked"),
                        "discarded it never made sense,applied ,applied ");
    free_works(works, LENGTH(works));
    free_works(orders, LENGTH(orders));
    free_works(&vain, 1);
}

static void a_timer_fires_once_when_its_time_has_come(void **state)
{
    struct test *test = begin_test(state);
    StartTicket order = START_TICKET__INIT;
    struct work *due[64];
    int64_t now_ms;

    assert_true(clock_parse("2026-03-01T12:00:00Z", &now_ms));
    clock_freeze(now_ms);
    order.note = "wake";
    struct work *work = asked("k1", &order.base, false);
    run(test, &work, 1);
    assert_int_equal(writer_due(test->writer, now_ms + 999, due, 64), 0);

    clock_freeze(now_ms + 1000);
    assert_int_equal(writer_due(test->writer, now_ms + 1000, due, 64), 1);
    run(test, due, 1);
    assert_string_equal(things(test), "wake");
    free_works(due, 1);
    assert_int_equal(writer_due(test->writer, now_ms + 5000, due, 64), 0);
    free_works(&work, 1);
}

static void numbers_go_on_after_another_writer(void **state)
{
    struct test *test = begin_test(state);
    struct work *works[] = {note("k1", "one"), note("k2", "two")};

    run(test, works, 1);
    another_writer(test);
    run(test, works + 1, 1);

    assert_string_equal(value(test, "select string_agg(id::text, ',' order by id)"
                                    " from writer_test.thing"),
                        "1000001,1000002");
    assert_string_equal(value(test, "select string_agg(id::text, ',' order by id)"
                                    " from writer_test.event"),
                        "1,2");
    free_works(works, 2);
}

static void what_nobody_parked_or_painted_is_refused(void **state)
{
    struct test *test = begin_test(state);
    Rebuild rebuild = REBUILD__INIT;
    struct work *works[] = {retry("r1", "x"), asked("r2", &rebuild.base, false)};

    run(test, works, 2);

    assert_string_equal(works[0]->answer.reason, "not_parked");
    assert_string_equal(works[1]->answer.reason, "not_a_picture");
    free_works(works, 2);
}

/* A head of elsewhere, as event 1 of its feed. */
static struct work *overheard_head(struct test *test, bool forged)
{
    struct work *work = overheard(1, "");
    HeadSealed head = HEAD_SEALED__INIT;
    struct seal *seal = a_seal();

    head.source = "elsewhere";
    head.id = 7;
    head.hash.data = arena_take(work->arena, CHAIN_HASH);
    head.hash.len = CHAIN_HASH;
    seal_head(seal, work->arena, &head);
    seal_free(seal);
    head.id += forged;
    struct bytes packed = message_pack(work->arena, &head.base);
    ((Event *)work->event)->type = head_sealed__descriptor.name;
    ((Event *)work->event)->body.data = (uint8_t *)packed.at;
    ((Event *)work->event)->body.len = packed.size;
    work->packed = message_pack(work->arena, &work->event->base);
    return work;
}

static void a_signed_head_of_another_is_kept(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = overheard_head(test, false);

    run(test, &work, 1);

    assert_string_equal(value(test, "select source || id from writer_test.head"), "elsewhere7");
    free_works(&work, 1);
}

static void a_forged_head_is_parked(void **state)
{
    struct test *test = begin_test(state);
    struct work *work = overheard_head(test, true);

    run(test, &work, 1);

    const char *reason = value(test, "select reason from writer_test.parked");
    assert_memory_equal(reason, "bad_signature", strlen("bad_signature"));
    assert_string_equal(value(test, "select count(*) from writer_test.head"), "0");
    free_works(&work, 1);
}

static const ChainVerified *verified(struct test *test, struct work **work, uint64_t after)
{
    VerifyChain order = VERIFY_CHAIN__INIT;
    const struct statement_table tables[] = {house_schema.statements};
    struct db *db = room_open(
        test->arena,
        (struct db_options){.schema = "writer_test", .statements = tables, .statement_tables = 1});
    struct flaw flaw = {0};

    order.after = after;
    *work = asked("", &order.base, false);
    (*work)->kind = WORK_QUERY;
    query_run(*work, &trial, db);
    db_close(db);
    assert_int_equal((*work)->answer.kind, OK);
    return (const ChainVerified *)message_unpack((*work)->arena, &chain_verified__descriptor,
                                                 (*work)->answer_body, &flaw);
}

static void a_history_of_five(struct test *test)
{
    struct work *works[] = {note("k1", "a"), note("k2", "b"), note("k3", "c"), note("k4", "d"),
                            note("k5", "e")};

    run(test, works, 2);
    run(test, works + 2, 3);
    free_works(works, LENGTH(works));
}

static void an_untouched_chain_holds(void **state)
{
    struct test *test = begin_test(state);
    struct work *work;

    a_history_of_five(test);
    const ChainVerified *found = verified(test, &work, 0);
    assert_true(found->intact && found->upto == 5 && found->head == 5);
    work_free(work);
    found = verified(test, &work, 3);
    assert_true(found->intact && found->upto == 5);
    work_free(work);
}

static void a_rewritten_past_is_seen_where_it_was_rewritten(void **state)
{
    static const struct {
        const char *crime;
        uint64_t divergent;
    } crimes[] = {
        {"update writer_test.event set record = set_byte(record, 5, 65) where id = 3", 3},
        {"update writer_test.event set subject = 'z' where id = 2",                    2},
        {"update writer_test.event set hash = sha256(hash) where id = 4",              4},
        {"delete from writer_test.event where id = 3",                                 3},
        {"update writer_test.event set id = 9 - id where id in (4, 5)",                4},
    };

    for (size_t i = 0; i < LENGTH(crimes); i++) {
        struct test *test = begin_test(state);
        struct work *work;
        a_history_of_five(test);
        room_script(crimes[i].crime);
        const ChainVerified *found = verified(test, &work, 0);
        assert_false(found->intact);
        assert_int_equal(found->first_divergent, crimes[i].divergent);
        work_free(work);
        writer_free(test->writer);
        test->writer = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_command_is_done_told_and_recorded),
        TEST(asked_twice_is_done_once_and_answered_alike),
        TEST(another_body_under_a_key_is_refused),
        TEST(a_bad_one_does_not_harm_its_neighbours),
        TEST(a_text_that_is_too_long_is_refused_whether_the_handler_looks_or_not),
        TEST(a_refusal_is_recorded_where_the_client_chose_the_key),
        TEST(only_one_instance_writes),
        TEST(an_older_epoch_can_commit_nothing),
        TEST(a_lost_connection_means_again_with_the_same_key),
        TEST(events_are_applied_once_and_in_order),
        TEST(a_poisonous_event_is_parked_with_all_of_its_subject),
        TEST(what_is_parked_is_retried_in_order_or_discarded_by_name),
        TEST(a_timer_fires_once_when_its_time_has_come),
        TEST(numbers_go_on_after_another_writer),
        TEST(what_nobody_parked_or_painted_is_refused),
        TEST(a_signed_head_of_another_is_kept),
        TEST(a_forged_head_is_parked),
        TEST(an_untouched_chain_holds),
        TEST(a_rewritten_past_is_seen_where_it_was_rewritten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

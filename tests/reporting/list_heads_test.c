#include "reporting.h"
#include "room.h"

/* So many heads of a source: of its events 1, 2, 3, … */
static void heads_are_kept(const char *source, int count)
{
    given(printed("insert into reporting.head (source, id, hash, signed_ms, signature, public_key)"
                  " select '%s', id, '', 0, '', '' from generate_series(1, %d) as id",
                  source, count));
}

static const Heads *heads_behind(const char *source, uint64_t after)
{
    ListHeads asked = LIST_HEADS__INIT;

    asked.source = source;
    asked.after = after;
    ask("auditor", &asked.base);
    return answer(heads);
}

TEST(a_talkative_source_hides_no_other)
{
    heads_are_kept("complaints", 600);
    heads_are_kept("intake", 1);

    const Heads *heads = heads_behind("", 0);

    EQUAL(heads->n_heads, 501);
    SAME(heads->heads[499]->source, "complaints");
    SAME(heads->heads[500]->source, "intake");
}

TEST(heads_go_on_behind_an_event)
{
    heads_are_kept("complaints", 600);
    heads_are_kept("intake", 600);

    const Heads *heads = heads_behind("complaints", 500);

    EQUAL(heads->n_heads, 100);
    SAME(heads->heads[0]->source, "complaints");
    EQUAL(heads->heads[0]->id, 501);
    EQUAL(heads->heads[99]->id, 600);
}

ROOM(reporting, cmocka_unit_test(a_talkative_source_hides_no_other),
     cmocka_unit_test(heads_go_on_behind_an_event))

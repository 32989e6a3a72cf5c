#include "events/own_page.h"

#include "daemon/kind.h"
#include "room.h"

/* The questions under way, in the order they were asked; the tail's place is taken here. */
static struct {
    on_answered *answered;
    void *with;
} asked[2 * OWN_PAGES_MOST];
static size_t asked_count, answered_count;
static bool at_once;

static void answer_one(enum kind kind)
{
    AnswerHeader header = ANSWER_HEADER__INIT;
    header.kind = kind;
    size_t i = answered_count++;
    asked[i].answered(asked[i].with, &header, (struct bytes){NULL, 0});
}

void ring_ask(struct ring *ring, const ReadEvents *order, on_answered *answered, void *with)
{
    TRUE(asked_count < LENGTH(asked));
    asked[asked_count].answered = answered;
    asked[asked_count++].with = with;
    if (at_once)
        answer_one(OK);
}

static struct tail tail;
static size_t came;

static void page_came(void *with)
{
    came++;
}

enum { PART = OWN_PAGES_MOST / SOURCES, MANY = PART + 5 };

/* As many pages of this source as there are, each wanted by somebody. */
static void want_pages(struct own_page *pages[MANY], int source)
{
    struct told_event *told;
    for (size_t i = 0; i < MANY; i++) {
        pages[i] = own_page_new(&tail, source, page_came, NULL);
        EQUAL(own_page_find(pages[i], 7, &told), OWN_PAGE_COMING);
    }
}

static void free_pages(struct own_page *pages[MANY])
{
    for (size_t i = 0; i < MANY; i++)
        own_page_free(pages[i]);
    while (answered_count < asked_count)
        answer_one(OK);
}

static int begin(void **state)
{
    tail.scratch = arena_new();
    for (int i = 0; i < SOURCES; i++)
        tail.rings[i] = (struct ring){.tail = &tail, .source = i};
    asked_count = answered_count = came = 0;
    at_once = false;
    return 0;
}

static int end(void **state)
{
    arena_free(tail.scratch);
    return 0;
}

TEST(pages_of_a_source_are_asked_for_in_turn)
{
    struct own_page *pages[MANY];
    want_pages(pages, 0);
    EQUAL(asked_count, PART);

    answer_one(OK);
    EQUAL(asked_count, PART + 1);
    TRUE(asked[PART].with == pages[PART]);
    while (answered_count < asked_count)
        answer_one(OK);

    EQUAL(came, MANY);
    free_pages(pages);
}

TEST(a_source_that_does_not_answer_holds_up_no_other)
{
    struct own_page *silent[MANY], *others[MANY];
    want_pages(silent, 0);

    want_pages(others, 1);

    EQUAL(asked_count, 2 * PART);
    free_pages(silent);
    free_pages(others);
}

TEST(a_source_that_is_away_lets_nobody_wait)
{
    struct own_page *pages[MANY];
    want_pages(pages, 0);

    answer_one(UNAVAILABLE);

    EQUAL(came, 1 + MANY - PART);
    EQUAL(asked_count, PART);
    free_pages(pages);
}

TEST(a_page_that_nobody_wants_any_more_is_not_asked_for)
{
    struct own_page *pages[MANY];
    want_pages(pages, 0);

    free_pages(pages);

    EQUAL(asked_count, PART);
    EQUAL(came, 0);
    EQUAL(tail.rings[0].pages_asked, 0);
}

TEST(whoever_is_answered_at_once_lets_the_next_go_on)
{
    struct own_page *pages[MANY];
    want_pages(pages, 0);

    at_once = true;
    answer_one(OK);

    EQUAL(asked_count, MANY);
    at_once = false;
    free_pages(pages);
}

#define AMONG_MANY(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AMONG_MANY(pages_of_a_source_are_asked_for_in_turn),
        AMONG_MANY(a_source_that_does_not_answer_holds_up_no_other),
        AMONG_MANY(a_source_that_is_away_lets_nobody_wait),
        AMONG_MANY(a_page_that_nobody_wants_any_more_is_not_asked_for),
        AMONG_MANY(whoever_is_answered_at_once_lets_the_next_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

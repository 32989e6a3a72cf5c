#include "job.h"

#include <string.h>

static const char *const test_results[] = {"passed", "failed", NULL};

static bool parts_are_named(const Report *report)
{
    for (size_t i = 0; i < report->n_parts; i++)
        if (text_empty(report->parts[i]->part_number))
            return false;
    return true;
}

/* What names a part may be looked for by it. */
static bool parts_are_short(const Report *report)
{
    for (size_t i = 0; i < report->n_parts; i++)
        if (strlen(report->parts[i]->part_number) > WORD_MOST
            || strlen(report->parts[i]->serial_number) > WORD_MOST)
            return false;
    return true;
}

static bool hours_fit(const Report *report)
{
    return report->hours >= 0 && report->hours <= REPORT_HOURS_MOST;
}

size_t report_flaws(const Report *report, struct report_flaw flaws[REPORT_FLAWS_MOST])
{
    static const Report none = REPORT__INIT;
    const Report *it = report ? report : &none;
    bool unknown_result =
        !text_empty(it->test_result) && !word_is_among(it->test_result, test_results);
    const struct {
        bool wrong;
        struct report_flaw flaw;
    } rules[] = {
        {text_blank(it->findings),    {"findings", "missing", "what was found"}          },
        {text_blank(it->cause),       {"cause", "missing", "what caused it"}             },
        {text_blank(it->work_done),   {"work_done", "missing", "what was done"}          },
        {text_blank(it->test_result), {"test_result", "missing", "passed or failed"}     },
        {unknown_result,              {"test_result", "unknown_word", "passed or failed"}},
        {!hours_fit(it),              {"hours", "out_of_range", "from 0 to 10000"}       },
        {!parts_are_named(it),        {"parts", "missing", "a part_number for each part"}},
        {!parts_are_short(it),        {"parts", "too_long", "at most 200 bytes each"}    },
        {it->n_parts > WORDS_MOST,    {"parts", "too_many", "at most 500"}               },
    };
    size_t count = 0;

    for (size_t i = 0; i < LENGTH(rules); i++)
        if (rules[i].wrong)
            flaws[count++] = rules[i].flaw;
    return count;
}

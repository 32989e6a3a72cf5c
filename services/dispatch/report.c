#include "job.h"

static const char *const test_results[] = {"passed", "failed", NULL};

static bool parts_are_named(const Report *report)
{
    for (size_t i = 0; i < report->n_parts; i++)
        if (text_empty(report->parts[i]->part_number))
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
        {text_empty(it->findings),    {"findings", "missing", "what was found"}          },
        {text_empty(it->cause),       {"cause", "missing", "what caused it"}             },
        {text_empty(it->work_done),   {"work_done", "missing", "what was done"}          },
        {text_empty(it->test_result), {"test_result", "missing", "passed or failed"}     },
        {unknown_result,              {"test_result", "unknown_word", "passed or failed"}},
        {!hours_fit(it),              {"hours", "out_of_range", "from 0 to 10000"}       },
        {!parts_are_named(it),        {"parts", "missing", "a part_number for each part"}},
    };
    size_t count = 0;

    for (size_t i = 0; i < LENGTH(rules); i++)
        if (rules[i].wrong)
            flaws[count++] = rules[i].flaw;
    return count;
}

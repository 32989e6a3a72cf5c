#include "ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What the bar shows of a file of 1000 bytes. */
static const char *shown(uint64_t bytes, unsigned long rows, unsigned long settled)
{
    static char bar[256];
    struct ledger ledger;
    FILE *terminal = stderr;

    assert_true(ledger_open(&ledger, "/dev/null"));
    ledger.bar = true;
    ledger.read = rows;
    ledger.accepted = settled;
    memset(bar, 0, sizeof bar);
    stderr = fmemopen(bar, sizeof bar, "w");
    ledger_show(&ledger, bytes, 1000);
    fclose(stderr);
    stderr = terminal;
    fclose(ledger.file);
    return bar;
}

static void a_bar_shows_what_is_settled(void **unused)
{
    assert_non_null(strstr(shown(1000, 4000, 153), "   3 %  153 rows settled"));
    assert_non_null(strstr(shown(500, 40, 40), "[###############               ]  50 %"));
    assert_non_null(strstr(shown(500, 40, 20), "  25 %"));
    assert_non_null(strstr(shown(1000, 40, 40), " 100 %"));
    assert_non_null(strstr(shown(10, 0, 0), "   0 %"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_shows_what_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/afterline-csv-XXXXXX";
static const char *why;
static struct arena *arena;

static struct csv *opened(const char *bytes, size_t size)
{
    strcpy(strrchr(path, '-'), "-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), size);
    close(file);
    struct csv *csv = csv_open(arena, path, ',', &why);
    unlink(path);
    return csv;
}

static struct csv *a_file(const char *text)
{
    struct csv *csv = opened(text, strlen(text));

    assert_non_null(csv);
    return csv;
}

static struct csv_row row_of(struct csv *csv)
{
    struct csv_row row;

    assert_true(csv_next(csv, &row));
    return row;
}

static void end_of(struct csv *csv)
{
    struct csv_row row;

    assert_false(csv_next(csv, &row));
    assert_null(csv_broken(csv));
    csv_close(csv);
}

static void columns_and_rows_are_told_apart(void **unused)
{
    struct csv *csv = a_file("name,town\nAnn,Bonn\nBob,\n");

    assert_int_equal(csv_columns(csv), 2);
    assert_string_equal(csv_column(csv, 1), "town");
    struct csv_row row = row_of(csv);
    assert_string_equal(row.values[0], "Ann");
    assert_string_equal(row.values[1], "Bonn");
    row = row_of(csv);
    assert_string_equal(row.values[1], "");
    end_of(csv);
}

static void quotes_hold_separators_quotes_and_lines(void **unused)
{
    struct csv *csv = a_file("a,b\r\n\"x, \"\"y\"\"\r\nz\",\"\"\r\n");

    struct csv_row row = row_of(csv);
    assert_null(row.bad);
    assert_string_equal(row.values[0], "x, \"y\"\r\nz");
    assert_string_equal(row.values[1], "");
    end_of(csv);
}

static void a_byte_order_mark_is_no_part_of_the_first_name(void **unused)
{
    struct csv *csv = a_file("\xef\xbb\xbf\"a\",b\n1,2\n");

    assert_string_equal(csv_column(csv, 0), "a");
    row_of(csv);
    end_of(csv);
}

static void what_begins_like_a_mark_is_kept(void **unused)
{
    struct csv *csv = a_file("\xef\xbc\x88x,b\n1,2\n");

    assert_string_equal(csv_column(csv, 0), "\xef\xbc\x88x");
    row_of(csv);
    end_of(csv);
}

static void a_row_says_on_which_line_it_begins(void **unused)
{
    struct csv *csv = a_file("a\n\n\"1\n2\"\n\n3");

    assert_int_equal(row_of(csv).line, 3);
    assert_int_equal(row_of(csv).line, 6);
    end_of(csv);
}

static void a_last_row_needs_no_line_end(void **unused)
{
    struct csv *csv = a_file("a,b\n1,2");

    assert_string_equal(row_of(csv).values[1], "2");
    end_of(csv);
}

/* What is wrong with one row, and that the next one is read all the same. */
static void assert_bad(const char *line, size_t size, const char *reason, const char *detail)
{
    char text[256];

    size_t length = (size_t)snprintf(text, sizeof text, "a,b\n");
    memcpy(text + length, line, size);
    memcpy(text + length + size, "\n3,4", 4);
    struct csv *csv = opened(text, length + size + 4);
    assert_non_null(csv);
    struct csv_row row = row_of(csv);
    assert_string_equal(row.bad, reason);
    assert_non_null(strstr(row.detail, detail));
    struct csv_row next = row_of(csv);
    assert_null(next.bad);
    assert_string_equal(next.values[0], "3");
    end_of(csv);
}

static void a_bad_row_harms_no_other(void **unused)
{
    static const struct {
        const char *line;
        size_t size;
        const char *reason;
        const char *detail;
    } bad[] = {
        {"1",            1, "wrong_number_of_columns", "expected 2 columns, found 1"     },
        {"1,2,3",        5, "wrong_number_of_columns", "expected 2 columns, found 3"     },
        {"\"1\"x,2",     6, "text_after_quote",        "behind its closing quote"        },
        {"\"1\" ,2",     6, "text_after_quote",        "behind its closing quote"        },
        {"1,\xff",       3, "bad_utf8",                "is it GBK? iconv -f GBK -t UTF-8"},
        {"1,\xc0\x80",   4, "bad_utf8",                "it is not UTF-8"                 },
        {"1,2\0003",     5, "zero_byte",               "a zero byte"                     },
        {"1,\"2\0003\"", 7, "zero_byte",               "a zero byte"                     },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_bad(bad[i].line, bad[i].size, bad[i].reason, bad[i].detail);
}

static void a_quote_that_never_closes_ends_the_file(void **unused)
{
    static const char *const files[] = {"a,b\n\"1,2\n3,4\n", "a,b\n\"1,2\n3,4",
                                        "a,b\n1,\"2\n3,\"\"4"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct csv *csv = a_file(files[i]);
        struct csv_row row = row_of(csv);
        assert_string_equal(row.bad, "unclosed_quote");
        assert_non_null(
            strstr(row.detail, "opened in line 2 is never closed; it swallowed 2 lines"));
        end_of(csv);
    }
}

/* A row of this many bytes, fields and the end of each. */
static const char *verdict_on_size(size_t size)
{
    char *text = malloc(size + 16);
    size_t head = (size_t)sprintf(text, "a,b\n1,");

    memset(text + head, 'x', size);
    memcpy(text + head + size - 3, "\n3,4", 5);
    struct csv *csv = opened(text, head + size + 1);
    free(text);
    const char *bad = row_of(csv).bad;
    assert_null(row_of(csv).bad);
    end_of(csv);
    return bad;
}

static void a_row_has_a_most(void **unused)
{
    assert_null(verdict_on_size(CSV_ROW_MOST));
    assert_string_equal(verdict_on_size(CSV_ROW_MOST + 1), "too_long");
}

static void columns_have_a_most(void **unused)
{
    char text[CSV_COLUMNS_MOST + 2];

    memset(text, ',', sizeof text);
    struct csv *csv = opened(text, CSV_COLUMNS_MOST - 1);
    assert_non_null(csv);
    csv_close(csv);
    assert_null(opened(text, CSV_COLUMNS_MOST));
    assert_non_null(strstr(why, "too_many_columns: a row has at most 1000 columns"));
}

static void two_columns_of_one_name_are_none(void **unused)
{
    static const char text[] = "a,b,a\n1,2,3\n";

    assert_null(opened(text, sizeof text - 1));
    assert_string_equal(why, "two columns have the same name, 'a'");
}

static void an_empty_file_is_no_table(void **unused)
{
    assert_null(opened("", 0));
    assert_string_equal(why, "the file is empty");
}

static void a_folder_is_no_file(void **unused)
{
    assert_null(csv_open(arena, "/tmp", ',', &why));
    assert_string_equal(why, "Is a directory");
}

static void a_missing_file_is_said(void **unused)
{
    assert_null(csv_open(arena, "/nowhere/at/all.csv", ',', &why));
    assert_string_equal(why, "No such file or directory");
}

static int begin(void **unused)
{
    arena = arena_new();
    return 0;
}

static int end(void **unused)
{
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_and_rows_are_told_apart),
        cmocka_unit_test(quotes_hold_separators_quotes_and_lines),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_name),
        cmocka_unit_test(what_begins_like_a_mark_is_kept),
        cmocka_unit_test(a_row_says_on_which_line_it_begins),
        cmocka_unit_test(a_last_row_needs_no_line_end),
        cmocka_unit_test(a_bad_row_harms_no_other),
        cmocka_unit_test(a_quote_that_never_closes_ends_the_file),
        cmocka_unit_test(a_row_has_a_most),
        cmocka_unit_test(columns_have_a_most),
        cmocka_unit_test(two_columns_of_one_name_are_none),
        cmocka_unit_test(an_empty_file_is_no_table),
        cmocka_unit_test(a_missing_file_is_said),
        cmocka_unit_test(a_folder_is_no_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

#include "verb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { HELP_COLUMN = 19 };

__attribute__((format(printf, 1, 0))) static void complain(const char *format, va_list list)
{
    fputs("afterline: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
}

int trouble(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    complain(format, list);
    va_end(list);
    return EXIT_TROUBLE;
}

_Noreturn void verb_misused(const struct command_line *line, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    complain(format, list);
    va_end(list);
    fprintf(stderr, "usage: afterline %s\n", line->usage);
    exit(EXIT_USAGE);
}

long verb_number(const char *name, const char *text, long least, long most)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (*text && !*end && number >= least && number <= most)
        return number;
    trouble("%s wants a number from %ld to %ld, not '%s'", name, least, most, text);
    exit(EXIT_USAGE);
}

static void print_option(const struct option_row *row)
{
    int shown = printf("  %s %s", row->name, text_or_empty(row->shows));

    printf("%*s%s\n", HELP_COLUMN - shown, "", row->about);
}

_Noreturn static void help(const struct command_line *line)
{
    static const struct option_row same = {"--help", .about = "this"};

    printf("usage: afterline %s\n\n", line->usage);
    for (size_t i = 0; i < line->option_count; i++)
        print_option(&line->options[i]);
    for (size_t i = 0; i < line->commons.count; i++)
        print_option(&line->commons.rows[i]);
    print_option(&same);
    printf("\nexit codes: 0 done; 1 something went wrong, and a line says what; 2 asked wrongly\n");
    exit(EXIT_FINE);
}

static const struct option_row *find_in(const struct option_row *rows, size_t count,
                                        const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static const struct option_row *find_option(const struct command_line *line, const char *name)
{
    const struct option_row *own = find_in(line->options, line->option_count, name);

    return own ? own : find_in(line->commons.rows, line->commons.count, name);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Takes the option at `argument`; how many arguments it was. */
static int read_option(const struct command_line *line, char **argument)
{
    const struct option_row *option = find_option(line, *argument);

    if (is_help(*argument))
        help(line);
    if (!option)
        verb_misused(line, "there is no option '%s'", *argument);
    if (option->flag) {
        *option->flag = true;
        return 1;
    }
    if (!argument[1])
        verb_misused(line, "%s wants a value", *argument);
    *option->value = argument[1];
    return 2;
}

void verb_read(int argc, char **argv, struct command_line *line)
{
    for (int i = 1; i < argc;) {
        if (argv[i][0] == '-' && argv[i][1]) {
            i += read_option(line, argv + i);
            continue;
        }
        if (line->word_count == line->words_most)
            verb_misused(line, "'%s' is one word too many", argv[i]);
        line->words[line->word_count++] = argv[i++];
    }
    if (line->wanted && line->word_count == 0)
        verb_misused(line, "%s wants %s", argv[0], line->wanted);
}

#include "site.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"

enum { LINE_MOST = 1024 };

const char *const services[SERVICES] = {
    "gateway", "intake", "dispatch", "returns", "complaints", "reporting",
};

int trouble(const char *format, ...)
{
    va_list list;

    fputs("afterline: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return EXIT_TROUBLE;
}

_Noreturn static void misused(const struct command_line *line, const char *word)
{
    trouble("'%s' does not fit", word);
    fprintf(stderr, "usage: afterline %s\n", line->usage);
    exit(EXIT_USAGE);
}

long site_number(const char *name, const char *text, long least, long most)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (*text && !*end && number >= least && number <= most)
        return number;
    trouble("%s: expected %ld to %ld, got '%s'", name, least, most, text);
    exit(EXIT_USAGE);
}

const char *site_line(struct arena *arena, const char *path)
{
    char line[LINE_MOST];
    FILE *file = fopen(path, "re");

    if (!file)
        return NULL;
    bool read = fgets(line, sizeof line, file);
    fclose(file);
    if (!read)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return arena_copy(arena, line);
}

static const struct option_row *find_option(const struct option_row *rows, size_t count,
                                            const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static void read_arguments(int argc, char **argv, struct command_line *line,
                           const struct option_row *common, size_t common_count)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            printf("usage: afterline %s\n", line->usage);
            exit(EXIT_FINE);
        }
        if (strncmp(argv[i], "--", 2) != 0) {
            if (line->word_count == line->words_most)
                misused(line, argv[i]);
            line->words[line->word_count++] = argv[i];
            continue;
        }
        const struct option_row *option = find_option(common, common_count, argv[i]);
        if (!option)
            option = find_option(line->options, line->option_count, argv[i]);
        if (!option || (!option->flag && i + 1 == argc))
            misused(line, argv[i]);
        if (option->flag)
            *option->flag = true;
        else
            *option->value = argv[++i];
    }
}

static const char *find_url(struct arena *arena, const char *given, const char *state)
{
    const char *url = given ? given : getenv("AFTERLINE_URL");

    if (text_empty(url))
        url = site_line(arena, arena_print(arena, "%s/address", state));
    return text_empty(url) ? "http://127.0.0.1:8080" : url;
}

static const char *find_key(struct site *site, const char *key_file)
{
    const char *key = key_file ? site_line(site->arena, key_file) : getenv("AFTERLINE_KEY");

    site->key_given = key_file || !text_empty(key);
    if (!site->key_given)
        key = site_line(site->arena, arena_print(site->arena, "%s/admin.key", site->state));
    if (!text_empty(key))
        return key;
    trouble("no key: give --key-file or --state, or set AFTERLINE_KEY");
    exit(EXIT_USAGE);
}

struct site site_open(int argc, char **argv, struct command_line *line)
{
    struct site site = {.arena = arena_new(), .state = ".afterline"};
    const char *url = NULL, *key_file = NULL;
    const struct option_row common[] = {
        {"--url",      &url,        NULL},
        {"--key-file", &key_file,   NULL},
        {"--state",    &site.state, NULL},
    };

    read_arguments(argc, argv, line, common, LENGTH(common));
    site.url = find_url(site.arena, url, site.state);
    site.key = find_key(&site, key_file);
    return site;
}

#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define USUAL_URL "http://127.0.0.1:8080"

enum { LINE_MOST = 1024 };

const char *const services[SERVICES] = {
    "gateway", "intake", "dispatch", "returns", "complaints", "reporting",
};

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

static const char *find_url(struct arena *arena, const char *given, const char *state)
{
    const char *url = given ? given : getenv("AFTERLINE_URL");

    if (text_empty(url))
        url = site_line(arena, arena_print(arena, "%s/address", state));
    return text_empty(url) ? USUAL_URL : url;
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
    /* clang-format off */
    const struct option_row commons[] = {
        {"--url",      &url,        NULL, "URL",
         "where the house answers; else AFTERLINE_URL, then DIR/address, then " USUAL_URL},
        {"--key-file", &key_file,   NULL, "FILE",
         "whose first line is the key to ask with; else AFTERLINE_KEY, then DIR/admin.key"},
        {"--state",    &site.state, NULL, "DIR",
         "the state folder of a house on this machine; else .afterline"},
    };
    /* clang-format on */

    line->commons.rows = commons;
    line->commons.count = LENGTH(commons);
    verb_read(argc, argv, line);
    site.url = find_url(site.arena, url, site.state);
    site.key = find_key(&site, key_file);
    return site;
}

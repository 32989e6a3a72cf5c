#include "site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define USUAL_URL "http://127.0.0.1:8080"

enum { LINE_MOST = 1024 };

const char *const services[SERVICES] = {
    "gateway", "intake", "dispatch", "returns", "complaints", "reporting",
};

const char *site_line(struct arena *arena, const char *path)
{
    char line[LINE_MOST];

    errno = 0;
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

static bool is_url(const char *url)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < LENGTH(schemes); i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(url, schemes[i], length) == 0 && url[length])
            return true;
    }
    return false;
}

static const char *find_url(struct arena *arena, const char *given, const char *state)
{
    const char *url = given ? given : getenv("AFTERLINE_URL");

    if (text_empty(url))
        url = site_line(arena, arena_print(arena, "%s/address", state));
    if (text_empty(url))
        return USUAL_URL;
    if (!is_url(url)) {
        trouble("'%s' is no address of a house; expected http://… or https://…", url);
        exit(EXIT_USAGE);
    }
    size_t length = strlen(url);
    return arena_print(arena, "%.*s", (int)(length - (url[length - 1] == '/')), url);
}

void site_identify(struct site *site)
{
    if (site->key)
        return;
    const char *file = site->key_file;
    if (!site->key_given)
        file = arena_print(site->arena, "%s/admin.key", site->state);
    site->key_of = file ? file : "AFTERLINE_KEY";
    site->key = file ? site_line(site->arena, file) : getenv("AFTERLINE_KEY");
    if (!text_empty(site->key))
        return;
    const char *why = errno ? strerror(errno) : "its first line is empty";
    if (site->key_file)
        trouble("--key-file %s: %s", file, why);
    else
        trouble("no key in %s (%s): give --key-file or --state, or set AFTERLINE_KEY", file, why);
    exit(EXIT_USAGE);
}

struct site site_open(int argc, char **argv, struct command_line *line)
{
    struct site site = {.arena = arena_new(), .state = ".afterline"};
    const char *url = NULL;
    /* clang-format off */
    const struct option_row commons[] = {
        {"--url",      &url,        NULL, "URL",
         "where the house answers; else AFTERLINE_URL, then DIR/address, then " USUAL_URL},
        {"--key-file", &site.key_file,   NULL, "FILE",
         "whose first line is the key to ask with; else AFTERLINE_KEY, then DIR/admin.key"},
        {"--state",    &site.state, NULL, "DIR",
         "the state folder of a house on this machine; else .afterline"},
    };
    /* clang-format on */

    line->commons.rows = commons;
    line->commons.count = LENGTH(commons);
    verb_read(argc, argv, line);
    site.url = find_url(site.arena, url, site.state);
    site.key_given = site.key_file || !text_empty(getenv("AFTERLINE_KEY"));
    return site;
}

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "plain.h"
#include "web.h"

enum { LISTED_MOST = 500 };

static const char usage[] = "parked list | retry SUBJECT | discard SERVICE SOURCE/ID --reason TEXT";

struct order {
    struct arena *arena;
    struct web *web;
    const char *words[3];
    const char *reason;
};

static json_t *list_of(const struct order *order, const char *service, const char *subject)
{
    const char *path =
        arena_print(order->arena, "/v1/services/%s/parked?limit=%d", service, LISTED_MOST);

    if (*subject)
        path = arena_print(order->arena, "%s&subject=%s", path, web_escape(order->arena, subject));
    return web_now(order->web, "GET", path, NULL);
}

static void print_parked(struct arena *arena, const char *service, const json_t *event)
{
    printf("%-11s %s/%" JSON_INTEGER_FORMAT "  %s  %s  since %s, %" JSON_INTEGER_FORMAT
           " tries: %s\n",
           service, web_text(event, "source"), json_integer_value(json_object_get(event, "id")),
           plain(arena, web_text(event, "subject")), web_text(event, "type"),
           web_text(event, "first_at"), json_integer_value(json_object_get(event, "tries")),
           plain(arena, web_text(event, "reason")));
}

static int list_parked(const struct order *order)
{
    size_t found = 0, j;
    json_t *event;

    for (size_t i = 0; i < SERVICES; i++) {
        json_t *answer = list_of(order, services[i], "");
        if (!answer)
            return EXIT_TROUBLE;
        json_t *items = json_object_get(answer, "items");
        json_array_foreach(items, j, event) print_parked(order->arena, services[i], event);
        found += json_array_size(items);
        if (json_array_size(items) == LISTED_MOST)
            printf("%-11s … and perhaps more: only the first %d are listed\n", services[i],
                   LISTED_MOST);
        json_decref(answer);
    }
    if (!found)
        printf("nothing is parked\n");
    return EXIT_FINE;
}

static int settle(const struct order *order, const char *service, const char *how, json_t *body,
                  json_int_t *left)
{
    const char *path = arena_print(order->arena, "/v1/services/%s/parked/%s", service, how);
    json_t *settled = web_now(order->web, "POST", path, body);

    json_decref(body);
    if (!settled)
        return EXIT_TROUBLE;
    printf("%-11s %" JSON_INTEGER_FORMAT " applied, %" JSON_INTEGER_FORMAT
           " discarded, %" JSON_INTEGER_FORMAT " left\n",
           service, json_integer_value(json_object_get(settled, "applied")),
           json_integer_value(json_object_get(settled, "discarded")),
           json_integer_value(json_object_get(settled, "left")));
    *left = json_integer_value(json_object_get(settled, "left"));
    json_decref(settled);
    return EXIT_FINE;
}

/* A service applies one event each time it is asked: the first that waits. */
static int retry_in(const struct order *order, const char *service, const char *subject)
{
    json_int_t left = 0;

    do {
        if (settle(order, service, "retry", json_pack("{ss}", "subject", subject), &left)
            != EXIT_FINE)
            return EXIT_TROUBLE;
    } while (left > 0);
    return EXIT_FINE;
}

/* Wherever the subject is parked; trouble where it is nowhere. */
static int retry_parked(const struct order *order)
{
    const char *subject = order->words[1];
    bool found = false;
    int code = EXIT_FINE;

    for (size_t i = 0; i < SERVICES; i++) {
        json_t *answer = list_of(order, services[i], subject);
        if (!answer)
            return EXIT_TROUBLE;
        bool here = json_array_size(json_object_get(answer, "items")) > 0;
        json_decref(answer);
        if (!here)
            continue;
        found = true;
        if (retry_in(order, services[i], subject) != EXIT_FINE)
            code = EXIT_TROUBLE;
    }
    return found ? code : trouble("no event of %s is parked", subject);
}

static int discard_parked(const struct order *order)
{
    const char *event = order->words[2];
    const char *slash = strchr(event, '/');
    char *end = NULL;
    json_int_t left;
    json_int_t id = slash ? strtoll(slash + 1, &end, 10) : 0;

    if (!slash || end == slash + 1 || *end || id <= 0) {
        trouble("'%s' does not name an event; expected SOURCE/ID, as 'parked list' shows it",
                event);
        return EXIT_USAGE;
    }
    if (text_empty(order->reason)) {
        trouble("a discarded event is lost on purpose: say why with --reason");
        return EXIT_USAGE;
    }
    const char *source = arena_print(order->arena, "%.*s", (int)(slash - event), event);
    return settle(order, order->words[1], "discard",
                  json_pack("{sssIss}", "source", source, "id", id, "reason", order->reason),
                  &left);
}

static const struct what {
    const char *name;
    size_t words;
    int (*run)(const struct order *order);
} whats[] = {
    {"list",    1, list_parked   },
    {"retry",   2, retry_parked  },
    {"discard", 3, discard_parked},
};

static const struct what *find_what(const struct order *order, size_t words)
{
    for (size_t i = 0; i < LENGTH(whats); i++) {
        if (words == whats[i].words && strcmp(order->words[0], whats[i].name) == 0)
            return &whats[i];
    }
    return NULL;
}

int parked_command(int argc, char **argv)
{
    struct order order = {0};
    const struct option_row options[] = {
        {"--reason", &order.reason, NULL, "TEXT", "why an event is discarded"},
    };
    struct command_line line = {
        usage,
        TABLE(options),
        .wanted = "list, retry or discard",
        .words = order.words,
        .words_most = LENGTH(order.words),
    };
    struct site site = site_open(argc, argv, &line);

    const struct what *what = find_what(&order, line.word_count);

    if (!what)
        verb_misused(&line, "parked wants %s, and of what", line.wanted);
    order.arena = site.arena;
    order.web = web_open(&site);
    int code = what->run(&order);
    web_close(order.web);
    arena_free(site.arena);
    return code;
}

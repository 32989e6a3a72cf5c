#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/table.h"
#include "base/text.h"
#include "event_types.h"
#include "plain.h"
#include "sse.h"
#include "web.h"

enum {
    SILENCE_S = 45, /* the house says something every 15 seconds */
    PAUSE_MS = 200, /* before the first reconnection; doubles */
    PAUSE_MOST_MS = 5000,
};

static const char usage[] =
    "watch [--after start|CURSOR] [--types ticket.*,…] [--ticket ID] [--most N]";

struct watch {
    struct site *site;
    struct arena *arena;
    struct sse *sse;
    CURL *line;
    const char *path;
    char *last; /* id of the last event shown */
    char *problem;
    long left; /* events to show; -1: no end */
    long pause_ms;
    long status;
    bool met; /* the house has told something */
    int64_t begun_ms;
    char why[CURL_ERROR_SIZE];
};

static bool says_nothing(const json_t *value)
{
    return json_is_null(value) || json_is_false(value)
           || (json_is_string(value) && json_string_length(value) == 0)
           || (json_is_integer(value) && json_integer_value(value) == 0)
           || (json_is_array(value) && json_array_size(value) == 0);
}

/* What the event says, each member that is not empty and not shown already. */
static void print_data(const json_t *data)
{
    struct arena *arena = arena_new();
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)data, name, value)
    {
        if (strcmp(name, "ticket_id") == 0 || says_nothing(value))
            continue;
        const char *text = json_string_value(value);
        char *packed = text ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        printf(" %s=%s", name, text ? plain_value(arena, text) : plain(arena, packed));
        free(packed);
    }
    arena_free(arena);
}

static void print_event(const json_t *event)
{
    const char *cause = web_text(event, "cause");

    printf("%s  %-20s %-10s %s", web_text(event, "time"), web_text(event, "type"),
           web_text(event, "subject"), web_text(event, "id"));
    if (*cause)
        printf(" after %s", cause);
    print_data(json_object_get(event, "data"));
    putchar('\n');
    fflush(stdout);
}

static void show(void *with, const struct sse_event *event)
{
    struct watch *watch = with;
    json_t *told = json_loads(event->data, 0, NULL);

    if (!told || watch->left == 0) {
        json_decref(told);
        return;
    }
    print_event(told);
    json_decref(told);
    if (watch->left > 0)
        watch->left--;
    free(watch->last);
    watch->last = strdup(event->id);
    watch->pause_ms = PAUSE_MS;
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *with)
{
    struct watch *watch = with;

    if (watch->status != 200) {
        free(watch->problem);
        watch->problem = strndup(bytes, size * count);
        return size * count;
    }
    return sse_feed(watch->sse, bytes, size * count) && watch->left != 0 ? size * count : 0;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *with)
{
    struct watch *watch = with;

    curl_easy_getinfo(watch->line, CURLINFO_RESPONSE_CODE, &watch->status);
    watch->met |= watch->status == 200;
    return size * count;
}

static bool has_waited(const struct watch *watch)
{
    return !watch->met && clock_monotonic_ms() - watch->begun_ms >= WEB_FIRST_S * 1000L;
}

/* Ends a connection on which the house says nothing at all. */
static int look_at_clock(void *with, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                         curl_off_t up)
{
    return has_waited(with);
}

/* One connection, until it ends. */
static void listen_once(struct watch *watch)
{
    struct arena *arena = arena_new();
    CURL *line = watch->line = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/event-stream");

    headers = curl_slist_append(headers,
                                arena_print(arena, "Authorization: Bearer %s", watch->site->key));
    if (watch->last)
        headers = curl_slist_append(headers, arena_print(arena, "Last-Event-ID: %s", watch->last));
    curl_easy_setopt(line, CURLOPT_URL, arena_print(arena, "%s%s", watch->site->url, watch->path));
    curl_easy_setopt(line, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(line, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(line, CURLOPT_WRITEDATA, watch);
    curl_easy_setopt(line, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(line, CURLOPT_HEADERDATA, watch);
    curl_easy_setopt(line, CURLOPT_XFERINFOFUNCTION, look_at_clock);
    curl_easy_setopt(line, CURLOPT_XFERINFODATA, watch);
    curl_easy_setopt(line, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(line, CURLOPT_ERRORBUFFER, watch->why);
    curl_easy_setopt(line, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(line, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
    curl_easy_setopt(line, CURLOPT_PROTOCOLS_STR, "http,https");
    watch->status = 0;
    watch->why[0] = '\0';
    sse_restart(watch->sse);
    if (curl_easy_perform(line) == CURLE_ABORTED_BY_CALLBACK)
        snprintf(watch->why, sizeof watch->why, "it said nothing for %d s", WEB_FIRST_S);
    curl_easy_cleanup(line);
    curl_slist_free_all(headers);
    arena_free(arena);
}

/* Whether asking again may help. */
static bool is_passing(long status)
{
    return status == 0 || status == 200 || status == 429 || status >= 500;
}

static const char *why_ended(const struct watch *watch)
{
    if (watch->status != 0 && watch->status != 200)
        return arena_print(watch->arena, "HTTP %ld", watch->status);
    return *watch->why ? watch->why : "the house ended it";
}

static void pause_watch(struct watch *watch)
{
    struct timespec pause = {watch->pause_ms / 1000, watch->pause_ms % 1000 * 1000000};

    trouble("no stream from %s (%s); listening again in %ld ms", watch->site->url, why_ended(watch),
            watch->pause_ms);
    nanosleep(&pause, NULL);
    watch->pause_ms = watch->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : watch->pause_ms * 2;
}

static int refused(const struct watch *watch)
{
    json_t *problem = json_loads(text_or_empty(watch->problem), 0, NULL);
    int code = trouble("HTTP %ld %s: %s%s", watch->status, web_text(problem, "reason"),
                       plain(watch->arena, web_text(problem, "detail")),
                       web_blame(watch->site, watch->status));

    json_decref(problem);
    return code;
}

static void add_filter(struct text *path, struct arena *arena, const char *name, const char *value)
{
    if (!text_empty(value))
        text_print(path, "%s%s=%s", strchr(path->at, '?') ? "&" : "?", name,
                   web_escape(arena, value));
}

static int watch_on(struct watch *watch)
{
    for (;;) {
        listen_once(watch);
        if (watch->left == 0)
            return EXIT_FINE;
        if (!is_passing(watch->status))
            return refused(watch);
        pause_watch(watch);
        if (has_waited(watch))
            return trouble("%s does not answer: %s", watch->site->url, why_ended(watch));
    }
}

int watch_command(int argc, char **argv)
{
    const char *after = NULL, *types = NULL, *ticket = NULL, *most = NULL;
    /* clang-format off */
    const struct option_row options[] = {
        {"--after",  &after,  NULL, "CURSOR", "begin behind this event, or at the start; else now"},
        {"--types",  &types,  NULL, "TYPES",  "only these: ticket.registered,job.*; else all"},
        {"--ticket", &ticket, NULL, "ID",     "only this ticket's; else all"},
        {"--most",   &most,   NULL, "N",      "end after so many events; else never"},
    };
    /* clang-format on */
    struct command_line line = {usage, TABLE(options)};
    struct site site = site_open(argc, argv, &line);
    site_identify(&site);
    struct watch watch = {
        .site = &site,
        .arena = site.arena,
        .pause_ms = PAUSE_MS,
        .begun_ms = clock_monotonic_ms(),
    };
    struct text path = text_new(site.arena);

    if (types && !event_types_are_known(&site, types))
        return EXIT_TROUBLE;
    text_add(&path, "/v1/events");
    add_filter(&path, site.arena, "after", after);
    add_filter(&path, site.arena, "types", types);
    add_filter(&path, site.arena, "ticket_id", ticket);
    watch.path = path.at;
    watch.left = most ? verb_number("--most", most, 1, 1000000000) : -1;
    watch.sse = sse_new(show, &watch);
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
    int code = watch_on(&watch);
    sse_free(watch.sse);
    free(watch.last);
    free(watch.problem);
    arena_free(site.arena);
    return code;
}

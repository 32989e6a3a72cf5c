#include "web.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/text.h"
#include "plain.h"

enum {
    ANSWER_MOST = 64 * 1024 * 1024,
    CONNECT_S = 5,
    TELL_EVERY_MS = 10000, /* that nothing is answered */
};

struct attempt {
    struct attempt *next;
    struct web *web;
    struct arena *arena;
    struct web_question question;
    CURL *line;
    struct curl_slist *headers;
    struct text answer;
    char why[CURL_ERROR_SIZE];
    bool replayed;
    int64_t asked_ms; /* monotonic, the first time */
    int64_t again_ms; /* monotonic; 0 while it is on the line */
    long pause_ms;
};

struct web {
    CURLM *lines;
    struct attempt *open; /* what has no verdict yet */
    const struct site *site;
    struct arena *arena;
    const char *broken;
    bool impatient;
    bool met; /* the house has answered something */
    int64_t told_ms;
};

struct web *web_open(struct site *site)
{
    struct web *web = arena_take(site->arena, sizeof *web);

    site_identify(site);
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
    web->lines = curl_multi_init();
    web->site = site;
    web->arena = site->arena;
    web->told_ms = -TELL_EVERY_MS;
    return web;
}

struct web *web_open_impatient(struct site *site)
{
    struct web *web = web_open(site);

    web->impatient = true;
    return web;
}

const char *web_broken(const struct web *web)
{
    return web->broken;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *with)
{
    struct attempt *attempt = with;

    if (attempt->answer.length + size * count > ANSWER_MOST)
        return 0;
    text_add_bytes(&attempt->answer, bytes, size * count);
    return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *with)
{
    static const char replayed[] = "idempotent-replayed:";
    struct attempt *attempt = with;

    if (size * count >= strlen(replayed) && strncasecmp(bytes, replayed, strlen(replayed)) == 0)
        attempt->replayed = true;
    return size * count;
}

static void add_header(struct attempt *attempt, const char *name, const char *value)
{
    attempt->headers =
        curl_slist_append(attempt->headers, arena_print(attempt->arena, "%s: %s", name, value));
}

static void dial(struct attempt *attempt)
{
    CURL *line = attempt->line;

    attempt->answer = text_new(attempt->arena);
    attempt->replayed = false;
    attempt->why[0] = '\0';
    attempt->again_ms = 0;
    curl_easy_setopt(line, CURLOPT_TIMEOUT,
                     attempt->web->met ? (long)WEB_ATTEMPT_S : (long)WEB_FIRST_S);
    CHECK(curl_multi_add_handle(attempt->web->lines, line) == CURLM_OK);
}

static void prepare(struct attempt *attempt)
{
    const struct web *web = attempt->web;
    const struct web_question *question = &attempt->question;
    CURL *line = attempt->line = curl_easy_init();

    CHECK(line);
    add_header(attempt, "Authorization", arena_print(attempt->arena, "Bearer %s", web->site->key));
    if (question->key)
        add_header(attempt, "Idempotency-Key", question->key);
    if (question->body) {
        add_header(attempt, "Content-Type", "application/json");
        add_header(attempt, "Expect", "");
        curl_easy_setopt(line, CURLOPT_POSTFIELDS, question->body);
    }
    curl_easy_setopt(line, CURLOPT_CUSTOMREQUEST, question->method);
    curl_easy_setopt(line, CURLOPT_URL,
                     arena_print(attempt->arena, "%s%s", web->site->url, question->path));
    curl_easy_setopt(line, CURLOPT_HTTPHEADER, attempt->headers);
    curl_easy_setopt(line, CURLOPT_PRIVATE, attempt);
    curl_easy_setopt(line, CURLOPT_ERRORBUFFER, attempt->why);
    curl_easy_setopt(line, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(line, CURLOPT_WRITEDATA, attempt);
    curl_easy_setopt(line, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(line, CURLOPT_HEADERDATA, attempt);
    curl_easy_setopt(line, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(line, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(line, CURLOPT_PROTOCOLS_STR, "http,https");
}

void web_ask(struct web *web, const struct web_question *question)
{
    struct arena *arena = arena_new();
    struct attempt *attempt = arena_take(arena, sizeof *attempt);

    attempt->web = web;
    attempt->arena = arena;
    attempt->question = *question;
    attempt->question.path = arena_copy(arena, question->path);
    if (question->key)
        attempt->question.key = arena_copy(arena, question->key);
    if (question->body)
        attempt->question.body = arena_copy(arena, question->body);
    attempt->asked_ms = clock_monotonic_ms();
    attempt->pause_ms = WEB_PAUSE_MS;
    attempt->next = web->open;
    web->open = attempt;
    prepare(attempt);
    dial(attempt);
}

static void forget(struct attempt *attempt)
{
    struct attempt **at = &attempt->web->open;

    while (*at != attempt)
        at = &(*at)->next;
    *at = attempt->next;
    curl_multi_remove_handle(attempt->web->lines, attempt->line);
    curl_easy_cleanup(attempt->line);
    curl_slist_free_all(attempt->headers);
    arena_free(attempt->arena);
}

void web_close(struct web *web)
{
    while (web->open)
        forget(web->open);
    curl_multi_cleanup(web->lines);
}

/* Whether this says nothing about the question itself. */
static bool is_no_verdict(long status, const json_t *body)
{
    return status == 0 || status == 429 || status == 502 || status == 503 || status == 504
           || (status == 409 && strcmp(web_text(body, "reason"), "in_progress") == 0);
}

static const char *why_none(const struct attempt *attempt, long status)
{
    return status ? arena_print(attempt->arena, "HTTP %ld", status) : attempt->why;
}

/* A person who waits wants to know for what; that the house is busy is no news. */
static void tell_pause(const struct attempt *attempt, long status)
{
    struct web *web = attempt->web;
    int64_t now = clock_monotonic_ms();

    if (web->broken || !web->met || status == 409 || status == 429
        || now - web->told_ms < TELL_EVERY_MS)
        return;
    web->told_ms = now;
    trouble("%s: %s; asking again for up to %d s", web->site->url, why_none(attempt, status),
            WEB_PATIENCE_S);
}

/* Nobody waits for ever, and for a house that never answered only moments. */
static void lose_patience(struct attempt *attempt, long status)
{
    struct web *web = attempt->web;
    int64_t waited_ms = clock_monotonic_ms() - attempt->asked_ms;

    if (web->broken || waited_ms < (web->met ? WEB_PATIENCE_S : WEB_FIRST_S) * 1000L)
        return;
    if (!web->met)
        web->broken =
            arena_print(web->arena, "%s does not answer: %s", web->site->url, attempt->why);
    else
        web->broken =
            arena_print(web->arena, "%s gave no verdict on %s for %d s (%s)", web->site->url,
                        attempt->question.path, WEB_PATIENCE_S, why_none(attempt, status));
}

static void pause_attempt(struct attempt *attempt, long status)
{
    curl_off_t wished_s = 0;

    lose_patience(attempt, status);
    tell_pause(attempt, status);
    curl_easy_getinfo(attempt->line, CURLINFO_RETRY_AFTER, &wished_s);
    long pause = attempt->pause_ms + random() % attempt->pause_ms;
    if (pause < wished_s * 1000)
        pause = wished_s > WEB_PAUSE_MOST_MS / 1000 ? WEB_PAUSE_MOST_MS : (long)wished_s * 1000;
    attempt->again_ms = clock_monotonic_ms() + pause;
    attempt->pause_ms =
        attempt->pause_ms * 2 > WEB_PAUSE_MOST_MS ? WEB_PAUSE_MOST_MS : attempt->pause_ms * 2;
}

static void settle(struct attempt *attempt, CURLcode how)
{
    struct web *web = attempt->web;
    struct web_answer answer = {.replayed = attempt->replayed};

    curl_multi_remove_handle(web->lines, attempt->line);
    if (how == CURLE_OK)
        curl_easy_getinfo(attempt->line, CURLINFO_RESPONSE_CODE, &answer.status);
    else if (!*attempt->why)
        snprintf(attempt->why, sizeof attempt->why, "%s", curl_easy_strerror(how));
    web->met |= answer.status != 0;
    answer.body = json_loadb(attempt->answer.at, attempt->answer.length, JSON_DECODE_ANY, NULL);
    if (!web->impatient && is_no_verdict(answer.status, answer.body)) {
        pause_attempt(attempt, answer.status);
    } else {
        if (answer.status == 0)
            web->broken =
                arena_print(web->arena, "%s does not answer: %s", web->site->url, attempt->why);
        else
            attempt->question.answered(attempt->question.with, &answer);
        forget(attempt);
    }
    json_decref(answer.body);
}

/* Dials again whose pause is over; the time until the next is, at most `wait_ms`. */
static int wake(struct web *web, int wait_ms)
{
    int64_t now = clock_monotonic_ms();

    for (struct attempt *attempt = web->open; attempt; attempt = attempt->next) {
        if (!attempt->again_ms)
            continue;
        if (attempt->again_ms <= now)
            dial(attempt);
        else if (attempt->again_ms - now < wait_ms)
            wait_ms = (int)(attempt->again_ms - now);
    }
    return wait_ms;
}

bool web_turn(struct web *web, int wait_ms)
{
    int left, running;
    CURLMsg *message;

    wait_ms = wake(web, wait_ms);
    CHECK(curl_multi_perform(web->lines, &running) == CURLM_OK);
    CHECK(curl_multi_poll(web->lines, NULL, 0, wait_ms, NULL) == CURLM_OK);
    CHECK(curl_multi_perform(web->lines, &running) == CURLM_OK);
    while ((message = curl_multi_info_read(web->lines, &left))) {
        struct attempt *attempt;
        CURLcode how = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&attempt);
        settle(attempt, how);
    }
    return !web->broken;
}

struct verdict {
    bool come;
    long status;
    json_t *body;
};

static void keep_verdict(void *with, const struct web_answer *answer)
{
    struct verdict *verdict = with;

    *verdict = (struct verdict){true, answer->status, json_incref(answer->body)};
}

static const char *fresh_key(struct arena *arena)
{
    uint64_t chance[2];

    CHECK(getrandom(chance, sizeof chance, 0) == sizeof chance);
    return arena_print(arena, "operator-%016" PRIx64 "%016" PRIx64, chance[0], chance[1]);
}

bool web_bars(long status)
{
    return status == 401 || status == 403;
}

const char *web_blame(const struct site *site, long status)
{
    return web_bars(status) ? arena_print(site->arena, "; the key is that of %s", site->key_of)
                            : "";
}

json_t *web_now(struct web *web, const char *method, const char *path, json_t *body)
{
    struct verdict verdict = {0};
    char *packed = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct web_question question = {
        .method = method,
        .path = path,
        .key = body ? fresh_key(web->arena) : NULL,
        .body = packed,
        .answered = keep_verdict,
        .with = &verdict,
    };

    web_ask(web, &question);
    free(packed);
    while (!verdict.come && web_turn(web, 1000))
        continue;
    if (!verdict.come) {
        trouble("%s", web->broken);
        return NULL;
    }
    if (verdict.status < 400 && verdict.body)
        return verdict.body;
    trouble("%s %s: HTTP %ld %s: %s%s", method, path, verdict.status,
            web_text(verdict.body, "reason"), plain(web->arena, web_text(verdict.body, "detail")),
            web_blame(web->site, verdict.status));
    json_decref(verdict.body);
    return NULL;
}

const char *web_text(const json_t *object, const char *name)
{
    return text_or_empty(json_string_value(json_object_get(object, name)));
}

char *web_escape(struct arena *arena, const char *text)
{
    struct text escaped = text_new(arena);

    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if ((*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z')
            || strchr("-_.~", *at))
            text_add_bytes(&escaped, at, 1);
        else
            text_print(&escaped, "%%%02X", *at);
    }
    return escaped.at;
}

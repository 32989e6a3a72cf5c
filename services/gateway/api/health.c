#include "api/health.h"

#include <string.h>

#include "api/neighbours.h"
#include "http/exchange.h"
#include "http/server.h"

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

void serve_health(struct exchange *exchange)
{
    struct answer answer = {200, "application/json", bytes_of("{\"alive\":true}"), NULL};
    exchange_answer(exchange, &answer);
}

/* Which service is missing stays inside: it says how the house is built. */
void serve_readiness(struct exchange *exchange)
{
    if (neighbours_missing(exchange->border->neighbours)) {
        exchange_refuse(exchange, 503, "not_ready", "not every service has an active writer");
        return;
    }
    struct answer answer = {200, "application/json", bytes_of("{\"ready\":true}"), NULL};
    exchange_answer(exchange, &answer);
}

/* ---- metrics: the pages of all instances, each family once ---- */

static const char *line_end(const char *at)
{
    at += strcspn(at, "\n");
    return at + (*at == '\n');
}

/* Whether a sample belongs to a family: by its name, or as a part of a histogram. */
static bool is_sample_of(const char *line, const char *family, size_t size)
{
    static const char *const parts[] = {"", "_bucket", "_sum", "_count"};
    size_t name = strcspn(line, "{ \n");
    if (name < size || strncmp(line, family, size) != 0)
        return false;
    for (size_t i = 0; i < LENGTH(parts); i++)
        if (strlen(parts[i]) == name - size && strncmp(line + size, parts[i], name - size) == 0)
            return true;
    return false;
}

static void add_samples(struct text *to, const char *page, const char *family, size_t size)
{
    for (const char *at = page; *at; at = line_end(at))
        if (is_sample_of(at, family, size))
            text_add_bytes(to, at, (size_t)(line_end(at) - at));
}

/* The titles stand in one page, which each "# TYPE name kind" ends; the samples of all follow. */
static void add_families(struct text *to, const char *titles, const char *const *pages,
                         size_t count)
{
    static const char type[] = "# TYPE ";
    for (const char *at = titles; *at; at = line_end(at)) {
        if (*at != '#')
            continue;
        text_add_bytes(to, at, (size_t)(line_end(at) - at));
        if (strncmp(at, type, sizeof type - 1) != 0)
            continue;
        const char *family = at + sizeof type - 1;
        for (size_t i = 0; i < count; i++)
            add_samples(to, pages[i], family, strcspn(family, " \n"));
    }
}

static void collected(void *with, const char *const *pages, size_t count)
{
    struct exchange *exchange = with;
    if (!exchange->connection) {
        exchange_free(exchange);
        return;
    }
    struct text own = text_new(exchange->arena), text = text_new(exchange->arena);
    server_print_metrics(exchange->border->server, &own);
    for (size_t i = 0, told = 0; i < count && !told; i++) {
        told = *pages[i] == '#';
        if (told)
            add_families(&text, pages[i], pages, count);
    }
    text_add(&text, own.at);
    struct answer answer = {
        .status = 200,
        .type = "text/plain; version=0.0.4; charset=utf-8",
        .body = {(const uint8_t *)text.at, text.length},
    };
    exchange_answer(exchange, &answer);
}

void serve_metrics(struct exchange *exchange)
{
    neighbours_metrics(exchange->border->neighbours, collected, exchange);
}

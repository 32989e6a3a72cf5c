#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "web.h"

enum {
    PAGE_EVENTS = 20000,
    WITNESSED_EVENTS = 10000, /* a chain so long was sealed: a writer does so at least as often */
};

static const char usage[] = "verify";

/* The head of a chain, as another service keeps it. */
struct kept_head {
    const char *keeper;
    const char *source;
    int64_t id;
    const char *hash; /* hex */
};

struct verification {
    struct arena *arena;
    struct web *web;
    struct kept_head *heads; /* by source, then by id */
    size_t count;
    bool asked; /* nothing went wrong while asking */
    bool holds;
};

static void diverges(struct verification *verification, const char *service, int64_t id,
                     const char *finding)
{
    printf("%-11s DIVERGES at %s/%" PRId64 ": %s\n", service, service, id, finding);
    verification->holds = false;
}

static bool from_hex(const char *hex, unsigned char *bytes, size_t size)
{
    size_t length;

    return sodium_hex2bin(bytes, size, hex, strlen(hex), NULL, &length, NULL) == 0
           && length == size;
}

static bool is_signed(struct verification *verification, const json_t *head)
{
    unsigned char signature[crypto_sign_BYTES], key[crypto_sign_PUBLICKEYBYTES];
    const char *told = arena_print(
        verification->arena, "%s %" PRId64 " %s %" PRId64, web_text(head, "source"),
        (int64_t)json_integer_value(json_object_get(head, "id")), web_text(head, "hash"),
        (int64_t)json_integer_value(json_object_get(head, "signed_at_ms")));

    return from_hex(web_text(head, "signature"), signature, sizeof signature)
           && from_hex(web_text(head, "public_key"), key, sizeof key)
           && crypto_sign_verify_detached(signature, (const unsigned char *)told, strlen(told), key)
                  == 0;
}

static void keep(struct verification *verification, const char *keeper, const json_t *head)
{
    struct arena *arena = verification->arena;
    struct kept_head kept = {
        .keeper = keeper,
        .source = arena_copy(arena, web_text(head, "source")),
        .id = json_integer_value(json_object_get(head, "id")),
        .hash = arena_copy(arena, web_text(head, "hash")),
    };

    if (!is_signed(verification, head))
        diverges(verification, kept.source, kept.id,
                 arena_print(arena, "the head that %s keeps of it is not signed by it", keeper));
    verification->heads[verification->count++] = kept;
}

/* The heads of a source that a keeper has behind an event; the event of the last, 0: no more. */
static int64_t collect_page(struct verification *verification, const char *keeper,
                            const char *source, int64_t after)
{
    size_t i;
    json_t *head;
    json_t *answer =
        web_now(verification->web, "GET",
                arena_print(verification->arena, "/v1/services/%s/heads?source=%s&after=%" PRId64,
                            keeper, source, after),
                NULL);
    json_t *heads = json_object_get(answer, "heads");
    size_t count = json_array_size(heads);

    verification->asked &= answer != NULL;
    verification->heads = realloc(verification->heads,
                                  (verification->count + count + 1) * sizeof *verification->heads);
    json_array_foreach(heads, i, head) keep(verification, keeper, head);
    json_decref(answer);
    return count ? verification->heads[verification->count - 1].id : 0;
}

static void collect(struct verification *verification, const char *keeper)
{
    for (size_t i = 0; i < SERVICES && verification->asked; i++) {
        int64_t after = 0;
        do
            after = collect_page(verification, keeper, services[i], after);
        while (after && verification->asked);
    }
}

static int by_source_and_id(const void *a, const void *b)
{
    const struct kept_head *left = a, *right = b;
    int order = strcmp(left->source, right->source);

    return order ? order : (left->id > right->id) - (left->id < right->id);
}

/* How far one service's chain has been walked. */
struct walk {
    const char *service;
    size_t next; /* of the heads that others keep of it */
    size_t end;
    int64_t at;
    int64_t head;
    size_t agreed;
};

static struct walk walk_begin(const struct verification *verification, const char *service)
{
    struct walk walk = {.service = service};

    while (walk.next < verification->count
           && strcmp(verification->heads[walk.next].source, service) != 0)
        walk.next++;
    for (walk.end = walk.next; walk.end < verification->count; walk.end++) {
        if (strcmp(verification->heads[walk.end].source, service) != 0)
            break;
    }
    return walk;
}

/* The heads kept of the event reached say what its hash has to be. */
static bool heads_agree(struct verification *verification, struct walk *walk, const char *hash)
{
    for (; walk->next < walk->end; walk->next++) {
        const struct kept_head *kept = &verification->heads[walk->next];
        if (kept->id > walk->at)
            return true;
        if (kept->id == walk->at && strcmp(kept->hash, hash) != 0) {
            diverges(verification, walk->service, walk->at,
                     arena_print(verification->arena, "%s keeps another hash of it", kept->keeper));
            return false;
        }
        walk->agreed++;
    }
    return true;
}

/* Goes on to the next kept head, or a page.  False: the walk is over. */
static bool walk_on(struct verification *verification, struct walk *walk)
{
    int64_t most = PAGE_EVENTS;
    if (walk->next < walk->end && verification->heads[walk->next].id - walk->at < most)
        most = verification->heads[walk->next].id - walk->at;

    json_t *answer = web_now(verification->web, "GET",
                             arena_print(verification->arena,
                                         "/v1/services/%s/chain?after=%" PRId64 "&limit=%" PRId64,
                                         walk->service, walk->at, most),
                             NULL);
    if (!answer)
        return verification->asked = false;
    int64_t from = walk->at;
    walk->at = json_integer_value(json_object_get(answer, "upto"));
    walk->head = json_integer_value(json_object_get(answer, "head"));
    bool intact = json_is_true(json_object_get(answer, "intact"));
    if (!intact)
        diverges(verification, walk->service,
                 json_integer_value(json_object_get(answer, "first_divergent")),
                 web_text(answer, "finding"));
    bool agree = intact && heads_agree(verification, walk, web_text(answer, "hash"));
    json_decref(answer);
    return agree && walk->at > from && walk->at < walk->head;
}

/* It follows from itself, and that is all: whoever owns the schema could have written it anew. */
static void unwitnessed(struct verification *verification, const struct walk *walk)
{
    printf("%-11s UNWITNESSED: %" PRId64 " events, and nobody keeps a head of them\n",
           walk->service, walk->at);
    verification->holds = false;
}

static void verify_service(struct verification *verification, const char *service)
{
    struct walk walk = walk_begin(verification, service);
    bool held = verification->holds;

    verification->holds = true;
    while (walk_on(verification, &walk))
        continue;
    if (verification->holds && verification->asked && walk.next < walk.end)
        diverges(verification, service, walk.at + 1,
                 arena_print(verification->arena, "is gone; %s keeps the head of event %" PRId64,
                             verification->heads[walk.next].keeper,
                             verification->heads[walk.next].id));
    if (verification->holds && verification->asked && walk.agreed == 0
        && walk.at >= WITNESSED_EVENTS)
        unwitnessed(verification, &walk);
    else if (verification->holds && verification->asked)
        printf("%-11s intact: %" PRId64 " events, %zu kept heads agree\n", service, walk.at,
               walk.agreed);
    verification->holds &= held;
}

int verify_command(int argc, char **argv)
{
    struct command_line line = {usage};
    struct site site = site_open(argc, argv, &line);
    struct verification verification = {
        .arena = site.arena,
        .web = web_open(&site),
        .asked = true,
        .holds = true,
    };

    for (size_t i = 0; i < SERVICES && verification.asked; i++)
        collect(&verification, services[i]);
    qsort(verification.heads, verification.count, sizeof *verification.heads, by_source_and_id);
    for (size_t i = 0; i < SERVICES && verification.asked; i++)
        verify_service(&verification, services[i]);

    int code = verification.asked && verification.holds ? EXIT_FINE : EXIT_TROUBLE;
    free(verification.heads);
    web_close(verification.web);
    arena_free(site.arena);
    return code;
}

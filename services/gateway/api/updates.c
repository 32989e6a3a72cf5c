#include "api/updates.h"

#include <stdlib.h>
#include <string.h>

#include "api/carry.h"
#include "daemon/ask.h"
#include "daemon/chain.h"
#include "dispatch.pb-c.h"
#include "edge/message.h"
#include "http/server.h"

struct updates {
    struct exchange *exchange;
    struct arena *arena; /* of the chunk */
    JobUpdate *updates[UPDATES_MOST];
    const JobUpdateResult *rejected[UPDATES_MOST]; /* by place; NULL: it is an update */
    size_t count;                                  /* of both */
    size_t update_count;
    size_t chunk_bytes;
    struct bytes beside; /* digest of what the chunk says beside its updates */
    unsigned chunk;
    long total;
    char *pending; /* read and not yet a line */
    size_t pending_size;
    size_t pending_room;
    struct text results;
    bool skipping; /* the rest of a line that was too long */
    bool asking;
    bool whole;
    bool last;     /* this chunk is */
    bool replayed; /* every answer so far */
};

static void updates_free(struct updates *updates)
{
    server_give_arena(updates->exchange->border->server, updates->arena);
    free(updates->pending);
    free(updates);
}

/* Takes the exchange back, to be answered. */
static struct exchange *let_go(struct updates *updates)
{
    struct exchange *exchange = updates->exchange;
    exchange->audience = (struct audience){0};
    updates_free(updates);
    return exchange;
}

/* ---- results ---- */

static void add_result(struct updates *updates, const JobUpdateResult *result)
{
    text_add(&updates->results, updates->results.length ? "," : "{\"results\":[");
    message_to_json(&updates->results, &result->base);
}

/* Every one of the chunk in its place. */
static void add_results(struct updates *updates, const JobUpdateResults *answer)
{
    size_t next = 0;
    for (size_t i = 0; i < updates->count; i++) {
        const JobUpdateResult *rejected = updates->rejected[i];
        add_result(updates, rejected ? rejected : answer->results[next++]);
    }
    updates->count = updates->update_count = updates->chunk_bytes = 0;
    updates->beside = (struct bytes){NULL, 0};
    arena_reset(updates->arena);
}

static void go_on(struct updates *updates);

static void chunk_answered(void *with, const AnswerHeader *header, struct bytes body)
{
    struct updates *updates = with;
    struct exchange *exchange = updates->exchange;
    updates->asking = false;
    if (!exchange->connection) {
        exchange_free(let_go(updates));
        return;
    }
    if (header->kind != OK) {
        carry_problem(let_go(updates), header);
        return;
    }
    struct flaw flaw;
    const JobUpdateResults *answer = (const JobUpdateResults *)message_unpack(
        updates->arena, &job_update_results__descriptor, body, &flaw);
    if (!answer || answer->n_results != updates->update_count) {
        exchange_refuse(let_go(updates), 500, "unreadable_answer",
                        "the service's answer can't be read");
        return;
    }
    updates->replayed = updates->replayed && header->replayed;
    add_results(updates, answer);
    go_on(updates);
}

static void ask_chunk(struct updates *updates)
{
    struct exchange *exchange = updates->exchange;
    PushJobUpdates order = PUSH_JOB_UPDATES__INIT;
    order.updates = updates->updates;
    order.n_updates = updates->update_count;
    struct question question = carry_question(exchange, NULL, &order.base);
    if (updates->chunk)
        question.key = arena_print(updates->arena, "%s\t%u", exchange->key, updates->chunk);
    updates->chunk++;
    question.beside = updates->beside;
    updates->asking = true;
    if (!updates->whole)
        exchange_take_body(exchange, false);
    ask(exchange->border->daemon, &question, chunk_answered, updates);
}

/* ---- one of them ---- */

static void reject(struct updates *updates, const char *update_id, const struct flaw *flaw)
{
    JobUpdateResult *result = arena_take(updates->arena, sizeof *result);
    job_update_result__init(result);
    result->update_id = update_id;
    result->result = "rejected";
    result->reason = flaw->reason;
    result->detail = arena_print(updates->arena, "%s%s%s", flaw->field,
                                 text_empty(flaw->field) ? "" : ": ", flaw->detail);
    updates->rejected[updates->count++] = result;
}

static void take(struct updates *updates, const struct reading *reading)
{
    JobUpdate *update = (JobUpdate *)reading->message;
    if (reading->flaw) {
        reject(updates, update->update_id, reading->flaw);
        return;
    }
    updates->rejected[updates->count++] = NULL;
    updates->updates[updates->update_count++] = update;
}

/* ---- lines ---- */

static void take_line(struct updates *updates, const char *at, size_t size)
{
    static const struct flaw too_long = {"", "line_too_long", "a line has at most 64 KiB",
                                         .unreadable = true};
    bool fits = size <= UPDATES_LINE_MOST;
    struct bytes line = {(const uint8_t *)at, fits ? size : UPDATES_LINE_MOST};
    updates->total++;
    updates->chunk_bytes += line.size;
    struct reading reading =
        fits ? message_read_json(updates->arena, &job_update__descriptor, line)
             : (struct reading){message_new(updates->arena, &job_update__descriptor), &too_long};
    if (reading.flaw)
        updates->beside =
            chain_digest(updates->arena, arena_print(updates->arena, "%zu", updates->count), line,
                         updates->beside);
    take(updates, &reading);
}

static bool is_blank(const char *at, size_t size)
{
    while (size && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++, size--;
    return size == 0;
}

/* The next whole line of what is pending; at the end of the body its rest is one. */
static bool next_line(struct updates *updates, size_t from, size_t *size, size_t *behind)
{
    const char *at = updates->pending + from;
    size_t left = updates->pending_size - from;
    const char *end = left ? memchr(at, '\n', left) : NULL;
    *size = end ? (size_t)(end - at) : left;
    *behind = from + *size + (end ? 1 : 0);
    return end || (left && (updates->whole || left > UPDATES_LINE_MOST));
}

static bool chunk_is_full(const struct updates *updates)
{
    return updates->count == UPDATES_CHUNK || updates->chunk_bytes >= UPDATES_CHUNK_BYTES;
}

/* Moves pending lines into the chunk until it is full or nothing is left. */
static void fill_chunk(struct updates *updates)
{
    size_t from = 0, size = 0, behind = 0;
    while (!chunk_is_full(updates) && next_line(updates, from, &size, &behind)) {
        const char *at = updates->pending + from;
        bool ends = behind > from + size || updates->whole;
        if (!updates->skipping && (size > UPDATES_LINE_MOST || !is_blank(at, size)))
            take_line(updates, at, size);
        updates->skipping = !ends;
        from = behind;
    }
    if (from)
        memmove(updates->pending, updates->pending + from, updates->pending_size - from);
    updates->pending_size -= from;
}

static void answer_all(struct updates *updates)
{
    struct text results = updates->results;
    text_add(&results, results.length ? "]}" : "{\"results\":[]}");
    struct answer answer = {
        .status = 200,
        .type = "application/json",
        .body = {(const uint8_t *)results.at, results.length},
        .fields = updates->replayed ? carry_replayed : NULL,
    };
    exchange_answer(let_go(updates), &answer);
}

/*
 * Asks the next chunk; the rest happens when it is answered.  A full one is not the last, though
 * none may follow but an empty one: so chunks do not depend on how the lines came, and the first
 * one, which holds the key, is asked whatever the stream holds.
 */
static void go_on(struct updates *updates)
{
    if (updates->last) {
        answer_all(updates);
        return;
    }
    fill_chunk(updates);
    bool full = chunk_is_full(updates);
    if (updates->total > updates_most) {
        exchange_refuse(let_go(updates), 413, "too_many_updates",
                        "more lines than a stream may have; those before are carried out");
        return;
    }
    if (!full && !updates->whole) {
        exchange_take_body(updates->exchange, true);
        return;
    }
    updates->last = !full;
    updates->beside = chain_digest(updates->arena, full ? "lines" : "the last lines",
                                   updates->beside, (struct bytes){NULL, 0});
    ask_chunk(updates);
}

/* ---- what the connection tells ---- */

static void take_part(void *with, struct bytes part)
{
    struct updates *updates = with;
    size_t needed = updates->pending_size + part.size;
    if (needed > updates->pending_room) {
        updates->pending = realloc(updates->pending, needed * 2);
        CHECK(updates->pending);
        updates->pending_room = needed * 2;
    }
    memcpy(updates->pending + updates->pending_size, part.at, part.size);
    updates->pending_size = needed;
}

static void part_taken(void *with)
{
    go_on(with);
}

static void body_ended(void *with)
{
    struct updates *updates = with;
    updates->whole = true;
    go_on(updates);
}

static void gone(void *with)
{
    struct updates *updates = with;
    if (!updates->asking)
        exchange_free(let_go(updates));
}

static void serve_lines(struct updates *updates)
{
    struct exchange *exchange = updates->exchange;
    exchange->audience.body = take_part;
    exchange->audience.fed = part_taken;
    exchange->audience.whole = body_ended;
    if (exchange->head.chunked || exchange->head.length)
        exchange_take_body(exchange, true);
    else
        body_ended(updates);
}

/*
 * What is rejected here is not in the question, so that its digest could not tell another body with
 * the same good ones: where there is such a one, the body as it was sent counts for the key.
 */
static void serve_object(struct updates *updates)
{
    struct exchange *exchange = updates->exchange;
    const ProtobufCMessageDescriptor *type = exchange->matched.route->message;
    struct bytes json = {(const uint8_t *)exchange->body.at, exchange->body.length};
    struct readings sent = {.list = "updates", .most = UPDATES_MOST};
    struct flaw flaw;
    if (json.size && !message_from_json_apart(exchange->arena, type, json, &sent, &flaw)) {
        carry_flaw(let_go(updates), &flaw);
        return;
    }
    for (size_t i = 0; i < sent.count; i++)
        take(updates, &sent.items[i]);
    if (updates->update_count < updates->count)
        updates->beside = chain_digest(exchange->arena, type->name, json, (struct bytes){NULL, 0});
    updates->whole = updates->last = true;
    ask_chunk(updates);
}

void serve_updates(struct exchange *exchange)
{
    const char *type = exchange->head.of[FIELD_CONTENT_TYPE];
    struct flaw flaw;
    ProtobufCMessage *order = message_new(exchange->arena, exchange->matched.route->message);
    if (!carry_query(exchange, order, &flaw)) {
        carry_flaw(exchange, &flaw);
        return;
    }
    struct updates *updates = calloc(1, sizeof *updates);
    CHECK(updates);
    updates->exchange = exchange;
    updates->arena = server_take_arena(exchange->border->server);
    updates->results = text_new(exchange->arena);
    updates->replayed = true;
    exchange->audience = (struct audience){.gone = gone, .with = updates};
    if (type && value_is_type(type, "application/x-ndjson"))
        serve_lines(updates);
    else
        serve_object(updates);
}

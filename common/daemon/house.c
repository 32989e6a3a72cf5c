#include "daemon/house.h"

#include <string.h>

#include "daemon/chain.h"
#include "daemon/overhear.h"
#include "daemon/writer.h"
#include "house_sql.h"

enum {
    EVENTS_MOST = 1000,
    EVENTS_BYTES_USUAL = 1024 * 1024,
    EVENTS_BYTES_MOST = 2 * 1024 * 1024, /* or one event: a page fits into a frame of the bus */
    CHAIN_MOST = 100000,
    CHAIN_PAGE = 1000,
    HEADS_MOST = 500, /* of each source */
};

/* ---- history ---- */

static bool oldest_and_head(struct request *req, EventPage *page)
{
    struct row row;

    if (!db_maybe(req->db, &row, house_sql.read_oldest))
        return false;
    page->oldest = row.values ? (uint64_t)row_number(&row, "id") : 0;
    if (!db_maybe(req->db, &row, house_sql.read_head))
        return false;
    page->head = row.values ? (uint64_t)row_number(&row, "id") : 0;
    return true;
}

/* As many of the rows as fit into so many bytes, and one in any case; false where there may be
 * more. Of a whole history no more than up to a hole, should somebody have made one. */
static bool fill_page(struct request *req, EventPage *page, const struct rows *rows, bool whole,
                      size_t most)
{
    size_t size = 0;

    page->events = arena_take(req->arena, (rows->count + 1) * sizeof *page->events);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->rows[i];
        uint64_t id = (uint64_t)row_number(row, "id");
        if (whole && i > 0 && id != page->upto + 1)
            return false;
        struct bytes told = chain_told(req->arena, row_bytes(req->arena, row, "record"),
                                       row_bytes(req->arena, row, "hash"));
        size += told.size;
        if (size > most && i > 0)
            return false;
        page->events[page->n_events++] = (ProtobufCBinaryData){told.size, (uint8_t *)told.at};
        page->upto = id;
    }
    return size <= most;
}

/* A page of history, in order; what the feed is made of. */
static bool read_events(struct request *req)
{
    const ReadEvents *asked = request_body(req, read_events);
    uint32_t most = asked->limit && asked->limit < EVENTS_MOST ? asked->limit : EVENTS_MOST;
    size_t bytes_asked = asked->bytes ? asked->bytes : EVENTS_BYTES_USUAL;
    size_t bytes_most = bytes_asked < EVENTS_BYTES_MOST ? bytes_asked : EVENTS_BYTES_MOST;
    const char *after = db_number(req->arena, (int64_t)asked->after);
    const char *limit = db_number(req->arena, most);
    const char *bytes = db_number(req->arena, (int64_t)bytes_most);
    EventPage page = EVENT_PAGE__INIT;
    struct rows rows;

    bool whole = text_empty(asked->subject);
    if (!oldest_and_head(req, &page))
        return false;
    if (req->work->spare && page.head < asked->after)
        return refuse(req, NOT_ACTIVE, "not_active", "only who writes can say that it ends here");
    if (whole ? !db_all(req->db, &rows, house_sql.read_events, after, limit, bytes)
              : !db_all(req->db, &rows, house_sql.read_subject_events, after, limit, bytes,
                        asked->subject))
        return false;

    page.source = req->service->name;
    page.upto = asked->after;
    bool all = fill_page(req, &page, &rows, whole, bytes_most) && rows.count < most;
    if (!whole && all && page.head > page.upto)
        page.upto = page.head;
    return reply(req, &page.base);
}

/* ---- the chain ---- */

struct walk {
    uint8_t hash[CHAIN_HASH];
    bool started;
    ChainVerified found;
};

static bool diverges(struct request *req, struct walk *walk, uint64_t id, const char *finding)
{
    walk->found.intact = false;
    walk->found.first_divergent = id;
    walk->found.finding =
        arena_print(req->arena, "event %llu: %s", (unsigned long long)id, finding);
    return false;
}

/* Whether this row is what the one before leads to. */
static bool link_holds(struct request *req, struct walk *walk, const struct row *row)
{
    uint64_t id = (uint64_t)row_number(row, "id");
    struct bytes record = row_bytes(req->arena, row, "record");
    struct bytes hash = row_bytes(req->arena, row, "hash");
    struct flaw flaw = {0};

    if (id != walk->found.upto + 1)
        return diverges(req, walk, walk->found.upto + 1, "is missing");
    chain_next(walk->hash, record, walk->hash);
    if (hash.size != CHAIN_HASH || memcmp(hash.at, walk->hash, CHAIN_HASH) != 0)
        return diverges(req, walk, id,
                        "its hash does not follow from the one before and its record");
    const Event *event =
        (const Event *)message_unpack(req->arena, &event__descriptor, record, &flaw);
    if (!event || event->id != id || strcmp(event->type, row_text(row, "type")) != 0
        || strcmp(event->subject, row_text(row, "subject")) != 0)
        return diverges(req, walk, id, "its columns say something else than its record");
    walk->found.upto = id;
    return true;
}

/* A page of rows; false where the chain breaks or PostgreSQL fails (then found.intact is true). */
static bool walk_page(struct request *req, struct walk *walk, uint64_t from, uint32_t limit,
                      size_t *walked)
{
    struct rows rows;

    if (!db_all(req->db, &rows, house_sql.read_chain, db_number(req->arena, (int64_t)from),
                db_number(req->arena, limit)))
        return false;
    *walked = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.rows[i];
        if (!walk->started && walk->found.upto != 0) {
            struct bytes hash = row_bytes(req->arena, row, "hash");
            if ((uint64_t)row_number(row, "id") != walk->found.upto || hash.size != CHAIN_HASH)
                return diverges(req, walk, walk->found.upto, "is missing");
            memcpy(walk->hash, hash.at, CHAIN_HASH);
            walk->started = true;
            continue;
        }
        walk->started = true;
        if (!link_holds(req, walk, row))
            return false;
    }
    return true;
}

/* Recomputes a stretch of the chain. */
static bool verify_chain(struct request *req)
{
    const VerifyChain *asked = request_body(req, verify_chain);
    uint32_t left = asked->limit && asked->limit < CHAIN_MOST ? asked->limit : CHAIN_MOST;
    struct walk walk = {.found = CHAIN_VERIFIED__INIT};
    EventPage ends = EVENT_PAGE__INIT;

    if (!oldest_and_head(req, &ends))
        return false;
    walk.found.intact = true;
    walk.found.head = ends.head;
    walk.found.upto = asked->after;
    uint64_t from = asked->after ? asked->after : 1;
    while (left > 0) {
        size_t walked = 0;
        uint32_t page = left < CHAIN_PAGE ? left : CHAIN_PAGE;
        if (!walk_page(req, &walk, from, page + (walk.started ? 0 : 1), &walked)) {
            if (walk.found.intact)
                return false;
            break;
        }
        if (walked == 0 || walk.found.upto >= ends.head)
            break;
        from = walk.found.upto + 1;
        left -= page;
    }
    walk.found.hash.data = walk.hash;
    walk.found.hash.len = CHAIN_HASH;
    return reply(req, &walk.found.base);
}

/* Another service's head, signed by it: kept here, outside the schema that holds its history. */
bool keep_head(struct request *req)
{
    const HeadSealed *head = request_body(req, head_sealed);

    if (!seal_holds(req->arena, head) || strcmp(head->source, req->event->source) != 0)
        return refuse(req, CONFLICT, "bad_signature", "a head of %s with a signature that fails",
                      req->event->source);
    return db_run(
        req->db, house_sql.keep_head, head->source, db_number(req->arena, (int64_t)head->id),
        db_bytes(req->arena, (struct bytes){head->hash.data, head->hash.len}),
        db_number(req->arena, head->signed_at_ms),
        db_bytes(req->arena, (struct bytes){head->signature.data, head->signature.len}),
        db_bytes(req->arena, (struct bytes){head->public_key.data, head->public_key.len}));
}

static ProtobufCBinaryData bytes_of(struct request *req, const struct row *row, const char *column)
{
    struct bytes bytes = row_bytes(req->arena, row, column);

    return (ProtobufCBinaryData){bytes.size, (uint8_t *)bytes.at};
}

static bool list_heads(struct request *req)
{
    const ListHeads *asked = request_body(req, list_heads);
    Heads heads = HEADS__INIT;
    struct rows rows;

    if (!db_all(req->db, &rows, house_sql.list_heads, asked->source,
                db_number(req->arena, (int64_t)asked->after), db_number(req->arena, HEADS_MOST)))
        return false;
    heads.heads = arena_take(req->arena, (rows.count + 1) * sizeof *heads.heads);
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.rows[i];
        HeadSealed *head = arena_take(req->arena, sizeof *head);
        head_sealed__init(head);
        head->source = row_text(row, "source");
        head->id = (uint64_t)row_number(row, "id");
        head->hash = bytes_of(req, row, "hash");
        head->signed_at_ms = row_number(row, "signed_ms");
        head->signature = bytes_of(req, row, "signature");
        head->public_key = bytes_of(req, row, "public_key");
        heads.heads[heads.n_heads++] = head;
    }
    return reply(req, &heads.base);
}

/* ---- what is parked ---- */

static bool list_parked(struct request *req)
{
    const ListParked *asked = request_body(req, list_parked);
    ParkedEvents found = PARKED_EVENTS__INIT;
    const char *limit;
    struct rows rows;

    if (!list_limit(req, asked->limit, &limit)
        || !db_all(req->db, &rows, house_sql.list_parked, asked->subject, limit))
        return false;
    found.items = arena_take(req->arena, (rows.count + 1) * sizeof *found.items);
    for (size_t i = 0; i < rows.count; i++) {
        ParkedEvent *item = filled(req, parked_event, &rows.rows[i]);
        item->service = req->service->name;
        found.items[found.n_items++] = item;
    }
    return reply(req, &found.base);
}

/* How many will be left behind the one that is being settled.  A read, so that what went wrong
 * before it shows here. */
static bool reply_left(struct request *req, const char *subject, uint32_t applied,
                       uint32_t discarded)
{
    ParkedSettled settled = PARKED_SETTLED__INIT;
    struct row row;

    if (!db_one(req->db, &row, house_sql.count_parked, subject))
        return false;
    settled.applied = applied;
    settled.discarded = discarded;
    settled.left = (uint32_t)row_number(&row, "left") - 1;
    req->work->parking = true;
    return reply(req, &settled.base);
}

static bool settle(struct request *req, const char *place, const char *how, const char *why)
{
    return db_expect(req->db, 1, house_sql.settle_parked, place, how,
                     db_instant(req->arena, req->now_ms), req->caller.id, why);
}

/* Applies the first parked event of a subject again; asked until nothing is left. */
static bool retry_parked(struct request *req)
{
    const RetryParked *order = request_body(req, retry_parked);
    struct work *work = req->work;
    struct flaw flaw = {0};
    struct row row;

    if (!db_maybe(req->db, &row, house_sql.first_parked, order->subject))
        return false;
    if (!row.values)
        return refuse(req, NOT_FOUND, "not_parked", "nothing of %s is parked here", order->subject);

    struct request asked = *req;
    const struct command *command = work->command;
    work->packed = row_bytes(req->arena, &row, "record");
    work->event =
        (const Event *)message_unpack(req->arena, &event__descriptor, work->packed, &flaw);
    CHECK(work->event);
    req->event = work->event;
    work->command = NULL;
    bool applied = overhear_react(work) && reply_left(req, order->subject, 1, 0);
    work->command = command;
    work->event = NULL;
    *req = asked;
    if (!applied)
        return refuse(req, CONFLICT, "still_failing", "event %s/%s still can't be applied",
                      row_text(&row, "source"), row_text(&row, "id"));
    return settle(req, row_text(&row, "place"), "applied", "");
}

/* Gives up one parked event by name; who and why stays on record. */
static bool discard_parked(struct request *req)
{
    const DiscardParked *order = request_body(req, discard_parked);
    struct row row;

    if (text_empty(order->reason))
        violate(req, "reason", "missing", "expected why this event is given up");
    if (!refuse_violations(req))
        return false;
    if (!db_maybe(req->db, &row, house_sql.find_parked, order->source,
                  db_number(req->arena, (int64_t)order->id)))
        return false;
    if (!row.values)
        return refuse(req, NOT_FOUND, "not_parked", "event %s/%llu is not parked here",
                      order->source, (unsigned long long)order->id);
    return reply_left(req, row_text(&row, "subject"), 0, 1)
           && settle(req, row_text(&row, "place"), "discarded", order->reason);
}

/* ---- rebuild ---- */

/* Forgets the picture, and what waits to get into it, and begins every source at its first event.
 */
static bool rebuild(struct request *req)
{
    Rebuilding answer = REBUILDING__INIT;
    const struct service *service = req->service;

    if (service->pictures.count == 0)
        return refuse(req, CONFLICT, "not_a_picture",
                      "%s keeps facts of its own, which no feed could give back", service->name);
    for (size_t i = 0; i < service->pictures.count; i++)
        if (!writer_empty_picture(req, i))
            return false;
    req->work->rewound = req->work->parking = true;
    return db_run(req->db, house_sql.forget_parked) && db_run(req->db, house_sql.rewind_positions)
           && reply(req, &answer.base);
}

static const struct command commands[] = {
    {MESSAGE(retry_parked),   retry_parked,   ADMIN, true},
    {MESSAGE(discard_parked), discard_parked, ADMIN, true},
    {MESSAGE(rebuild),        rebuild,        ADMIN, true},
};

static const struct command queries[] = {
    {MESSAGE(read_events),  read_events,  SERVICE | SUBSCRIBER,      false},
    {MESSAGE(verify_chain), verify_chain, SERVICE | ADMIN | AUDITOR, false},
    {MESSAGE(list_heads),   list_heads,   SERVICE | ADMIN | AUDITOR, false},
    {MESSAGE(list_parked),  list_parked,  SERVICE | ADMIN | AUDITOR, true },
};

const struct command_table house_commands = {TABLE(commands)};
const struct command_table house_queries = {TABLE(queries)};

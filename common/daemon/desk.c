#include "daemon/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "daemon/ask.h"
#include "daemon/chain.h"
#include "daemon/metrics.h"
#include "daemon/status.h"
#include "daemon/workers.h"

struct desk {
    struct daemon *daemon;
    struct answerer *answerer;
    bool carried_out; /* an answer about that was sent since the last flush */
};

/* A question from the bus: where its answer goes. */
struct from_bus {
    struct desk *desk;
    struct reply_to reply_to;
};

/* A question from the own process. */
struct from_self {
    on_answered *answered;
    void *with;
};

static void send_answer(const struct from_bus *from, struct work *work)
{
    if (work->answer_body.size > BUS_FRAME_MOST)
        work_refuse(work, INVALID, "answer_too_large", "the answer is too large: ask for less");
    work->answer.number = work->header->number;
    work_finish_answer(work);
    struct bytes header = message_pack(work->arena, &work->answer.base);

    if (work->command && work->answer.kind != NOT_ACTIVE) {
        from->desk->carried_out = true;
        FAIL_POINT("loop.before_answer");
    }
    answerer_send(from->desk->answerer, &from->reply_to, header, work->answer_body);
}

void desk_flush(struct daemon *daemon)
{
    struct desk *desk = daemon->desk;

    if (!desk->answerer)
        return;
    answerer_flush(desk->answerer);
    if (desk->carried_out)
        FAIL_POINT("loop.answered");
    desk->carried_out = false;
}

static void answer_bus(struct work *work, void *with)
{
    send_answer(with, work);
    work_free(work);
}

static void answer_self(struct work *work, void *with)
{
    struct from_self *from = with;

    work->answer.number = work->header->number;
    work_finish_answer(work);
    from->answered(from->with, &work->answer, work->answer_body);
    work_free(work);
}

/* The gateway may speak for others; who can be asked is of the house and speaks for itself; anybody
 * else in the peers file may follow what is told. */
static const Caller *trusted(struct work *work, const struct peer *peer, const Caller *claimed)
{
    Caller *caller = arena_take(work->arena, sizeof *caller);

    if (claimed && strcmp(peer->service, "gateway") == 0)
        return claimed;
    caller__init(caller);
    caller->id = arena_print(work->arena, "peer/%s", peer->name);
    caller->roles = peer->ask ? SERVICE : SUBSCRIBER;
    return caller;
}

static bool header_reads(struct work *work, struct bytes header)
{
    struct flaw flaw = {0};

    work->header =
        (const AskHeader *)message_unpack(work->arena, &ask_header__descriptor, header, &flaw);
    if (work->header)
        return true;
    static const AskHeader no_header = ASK_HEADER__INIT;
    work->header = &no_header;
    work_refuse(work, UNREADABLE, "unreadable", "this is not a question");
    return false;
}

/* Finds the row, and hands the work to a thread; what is known on the loop is answered at once. */
static void take_in(struct daemon *daemon, struct work *work)
{
    enum work_kind kind;

    if (!daemon->workers) {
        work_refuse(work, NOT_ACTIVE, "stopping", "this instance is about to end");
        work->done(work, work->with);
        return;
    }
    if (status_answers(daemon, work)) {
        work->done(work, work->with);
        return;
    }
    work->command = work_find(daemon->service, work->header->message, &kind);
    if (!work->command) {
        work_refuse(work, UNREADABLE, "unknown_message", "no such thing can be asked here");
        work->done(work, work->with);
        return;
    }
    work->kind = kind;
    if (kind == WORK_COMMAND && text_empty(work->header->key)) {
        work_refuse(work, UNREADABLE, "no_key", "a command needs an idempotency key");
        work->done(work, work->with);
        return;
    }
    uint32_t patience_ms = work->header->deadline_ms;
    work->deadline_ms = clock_monotonic_ms() + (patience_ms ? patience_ms : ASK_DEADLINE_MS);
    if (kind == WORK_COMMAND) {
        struct bytes beside = {work->header->beside.data, work->header->beside.len};
        work->digest = chain_digest(work->arena, work->header->message, work->body, beside);
    }
    if (!workers_submit(daemon, work))
        work->done(work, work->with);
}

static void on_question_asked(void *with, const char *peer, const struct reply_to *reply_to,
                              struct bytes header, struct bytes body)
{
    struct desk *desk = with;
    struct work *work = work_new(WORK_QUERY);
    struct from_bus *from = arena_take(work->arena, sizeof *from);

    *from = (struct from_bus){desk, *reply_to};
    work->done = answer_bus;
    work->with = from;
    if (!header_reads(work, header)) {
        work->done(work, work->with);
        return;
    }
    const struct peer *asker = peers_find(&desk->daemon->let_in, peer);
    AskHeader *asked = (AskHeader *)work->header;
    if (!asker) { /* it was let in when it came, and its key taken out since */
        work_refuse(work, UNAUTHENTICATED, "unknown_peer", "this key is not let in any more");
        work->done(work, work->with);
        return;
    }
    asked->caller = (Caller *)trusted(work, asker, asked->caller);
    work->body = (struct bytes){arena_copy_bytes(work->arena, body.at, body.size), body.size};
    take_in(desk->daemon, work);
}

void daemon_ask_self(struct daemon *daemon, const AskHeader *header, struct bytes body,
                     on_answered *answered, void *with)
{
    struct work *work = work_new(WORK_QUERY);
    struct from_self *from = arena_take(work->arena, sizeof *from);

    *from = (struct from_self){answered, with};
    work->done = answer_self;
    work->with = from;
    if (header_reads(work, message_pack(work->arena, &header->base))) {
        work->body = (struct bytes){arena_copy_bytes(work->arena, body.at, body.size), body.size};
        take_in(daemon, work);
    } else {
        work->done(work, work->with);
    }
}

void desk_open(struct daemon *daemon, const char *endpoint)
{
    struct desk *desk = calloc(1, sizeof *desk);
    const char *why = "";
    CHECK(desk);

    desk->daemon = daemon;
    daemon->desk = desk;
    if (!endpoint)
        return;
    desk->answerer = answerer_new(daemon->bus, endpoint, on_question_asked, desk, &why);
    if (!desk->answerer)
        die("%s: can't answer there: %s", endpoint, why);
}

void desk_close(struct daemon *daemon)
{
    answerer_free(daemon->desk->answerer);
    free(daemon->desk);
    daemon->desk = NULL;
}

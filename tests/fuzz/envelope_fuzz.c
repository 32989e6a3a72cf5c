#include "daemon/caller.h"
#include "daemon/feed_page.h"
#include "envelope.pb-c.h"
#include "fuzz.h"

static const ProtobufCMessageDescriptor *type_named(const char *name)
{
    for (unsigned i = 0; i < message_type_count; i++)
        if (strcmp(message_types[i]->name, name) == 0)
            return message_types[i];
    return NULL;
}

/* What stands in the envelope, read as what the envelope says it is. */
static void open_body(struct arena *arena, const char *name, struct bytes body)
{
    const ProtobufCMessageDescriptor *type = type_named(name);
    struct flaw flaw = {0};

    if (!type)
        return;
    const ProtobufCMessage *message = message_unpack(arena, type, body, &flaw);
    if (message)
        json_of(arena, message);
}

static void open_question(struct arena *arena, struct bytes header, struct bytes body)
{
    struct flaw flaw = {0};
    const AskHeader *question =
        (const AskHeader *)message_unpack(arena, &ask_header__descriptor, header, &flaw);

    if (!question)
        return;
    if (question->caller)
        role_words(arena, question->caller->roles);
    open_body(arena, question->message, body);
}

static void open_answer(struct arena *arena, struct bytes header, struct bytes body)
{
    struct flaw flaw = {0};
    const AnswerHeader *answer =
        (const AnswerHeader *)message_unpack(arena, &answer_header__descriptor, header, &flaw);

    if (answer)
        open_body(arena, answer->message, body);
}

static void open_event(struct arena *arena, struct bytes header, struct bytes body)
{
    struct flaw flaw = {0};
    const Event *event = (const Event *)message_unpack(arena, &event__descriptor, header, &flaw);

    (void)body;
    if (!event)
        return;
    text_event_type(arena, event->type);
    open_body(arena, event->type, (struct bytes){event->body.data, event->body.len});
}

static void open_page(struct arena *arena, struct bytes header, struct bytes body)
{
    struct flaw flaw = {0};
    const EventPage *page = page_read(arena, "intake", body, &flaw);

    if (!page)
        return;
    for (uint64_t id = page_next(page, 0); id <= page->upto; id++) {
        struct heard_event heard = {.arena = arena};
        if (heard_read(&heard, "intake", id, page_event(page, id), &flaw))
            open_event(arena, heard.packed, header);
    }
}

static void (*const openers[])(struct arena *, struct bytes, struct bytes) = {
    open_question,
    open_answer,
    open_event,
    open_page,
};

/* What is said on the bus: a byte that chooses, a byte for the header's size, header, body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t header_size = data[1] < size - 2 ? data[1] : size - 2;
    struct bytes header = {data + 2, header_size};
    struct bytes body = {data + 2 + header_size, size - 2 - header_size};

    struct arena *arena = arena_new();
    openers[data[0] % (sizeof openers / sizeof *openers)](arena, header, body);
    arena_free(arena);
    return 0;
}

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "daemon/ask_inside.h"

enum {
    SLOT_KEPT_MOST = 16 * 1024,  /* memory a slot keeps for its next question */
    FIELDS_BEHIND_MOST = 6 + 12, /* the deadline; where a bug is planted, another key */
};

void slots_open(struct asks *asks)
{
    for (unsigned i = 0; i < ASK_OPEN_MOST; i++) {
        asks->listed[i] = (uint16_t)i;
        asks->slots[i].listed_at = i;
    }
}

void slots_close(struct asks *asks)
{
    for (unsigned i = 0; i < ASK_OPEN_MOST; i++)
        free(asks->slots[i].memory);
}

static void list_swap(struct asks *asks, unsigned a, unsigned b)
{
    uint16_t slot = asks->listed[a];

    asks->listed[a] = asks->listed[b];
    asks->listed[b] = slot;
    asks->slots[asks->listed[a]].listed_at = a;
    asks->slots[asks->listed[b]].listed_at = b;
}

struct open_question *slot_take(struct asks *asks)
{
    unsigned slot = asks->listed[asks->open_count++];
    struct open_question *open = &asks->slots[slot];

    open->number = ++asks->asked * ASK_OPEN_MOST + slot;
    return open;
}

void slot_give(struct asks *asks, struct open_question *open)
{
    list_swap(asks, open->listed_at, --asks->open_count);
    asks->bytes -= open->body_size;
    open->number = 0;
    if (open->room > SLOT_KEPT_MOST) {
        free(open->memory);
        open->memory = NULL;
        open->room = 0;
    }
}

struct open_question *slot_find(struct asks *asks, uint64_t number)
{
    struct open_question *open = &asks->slots[number % ASK_OPEN_MOST];

    return number != 0 && open->number == number ? open : NULL;
}

struct open_question *slot_listed(struct asks *asks, unsigned at)
{
    return &asks->slots[asks->listed[at]];
}

static AskHeader header_of(const struct question *question, uint64_t number, Caller *caller)
{
    AskHeader header = ASK_HEADER__INIT;

    caller->id = text_or_empty(question->caller.id);
    caller->roles = question->caller.roles;
    caller->branch = text_or_empty(question->caller.branch);
    caller->provider_id = text_or_empty(question->caller.provider_id);
    header.number = number;
    header.message = question->message;
    header.key = text_or_empty(question->key);
    header.caller = caller;
    header.trace = text_or_empty(question->trace);
    header.expected_version = question->expected_version;
    header.keyed = question->keyed;
    header.beside = (ProtobufCBinaryData){question->beside.size, (uint8_t *)question->beside.at};
    header.known = question->known.places;
    header.n_known = question->known.count;
    return header;
}

void slot_keep(struct asks *asks, struct open_question *open, const struct question *question)
{
    Caller caller = CALLER__INIT;
    AskHeader header = header_of(question, open->number, &caller);
    size_t header_size = protobuf_c_message_get_packed_size(&header.base);
    size_t needed = header_size + FIELDS_BEHIND_MOST + question->body.size;

    if (open->room < needed) {
        free(open->memory);
        open->memory = malloc(needed);
        CHECK(open->memory);
        open->room = needed;
    }
    open->header_size = protobuf_c_message_pack(&header.base, open->memory);
    open->body_size = question->body.size;
    asks->bytes += open->body_size;
    if (question->body.size)
        memcpy(open->memory + header_size + FIELDS_BEHIND_MOST, question->body.at,
               question->body.size);
}

/* The last of two fields counts: planted, a question that is sent again has a key of its own. */
static uint8_t *add_other_key(uint8_t *at, const struct open_question *open)
{
    *at++ = 3 << 3 | 2; /* AskHeader.key, a text */
    *at++ = 8;
    for (int shift = 28; shift >= 0; shift -= 4)
        *at++ = (uint8_t) "0123456789abcdef"[open->number >> shift & 15];
    return at;
}

/* The deadline is written behind the packed header: fields may come in any order, and so the rest
 * is packed once however often the question is sent. */
struct bytes slot_header(const struct asks *asks, struct open_question *open)
{
    uint64_t left = open->deadline_at > asks->now ? (uint64_t)(open->deadline_at - asks->now) : 1;
    uint8_t *at = open->memory + open->header_size;

    *at++ = 5 << 3; /* AskHeader.deadline_ms, a varint */
    for (; left >= 0x80; left >>= 7)
        *at++ = (uint8_t)(left | 0x80);
    *at++ = (uint8_t)left;
    if (PLANTED("retry_with_new_key") && open->sent)
        at = add_other_key(at, open);
    return (struct bytes){open->memory, (size_t)(at - open->memory)};
}

struct bytes slot_body(const struct open_question *open)
{
    return (struct bytes){open->memory + open->header_size + FIELDS_BEHIND_MOST, open->body_size};
}

/*
 * far_history: the service "far", on real sockets, with a history of `history_head` events.  One
 * instance answers for its pages, two may tell.
 */
#pragma once

#include "bus_room.h"
#include "daemon/ask.h"

enum { HISTORY_PAGE = 200 };

static struct room room;
static struct answerer *answerer;
static struct teller *tellers[2];

static uint64_t history_head;
static unsigned pages;
static unsigned refuse_pages;
static bool hold_pages; /* until let_pages_go */
static struct reply_to held_reply_to;
static uint64_t held_number, held_after;

static char page_caller[64];

static Event event_of(uint64_t id)
{
    Event event = EVENT__INIT;

    event.source = "far";
    event.id = id;
    event.type = "far.Happened";
    event.subject = "T10000018";
    return event;
}

/* Adds the packed event to the page. */
static void page_add(EventPage *page, struct bytes packed)
{
    ProtobufCBinaryData *rows = arena_take(room.arena, (page->n_events + 1) * sizeof *rows);

    if (page->n_events > 0)
        memcpy(rows, page->events, page->n_events * sizeof *rows);
    rows[page->n_events++] = (ProtobufCBinaryData){packed.size, (uint8_t *)packed.at};
    page->events = rows;
}

/* Events behind `after`, at most so many of them. */
static EventPage page_of(uint64_t after, uint64_t most)
{
    EventPage page = EVENT_PAGE__INIT;

    for (uint64_t id = after + 1; id <= after + most; id++) {
        Event event = event_of(id);
        page_add(&page, message_pack(room.arena, &event.base));
    }
    page.source = "far";
    page.upto = page.head = after + most;
    return page;
}

static void tell_page(unsigned instance, const EventPage *page)
{
    teller_send(tellers[instance], TOLD_GATHERED, message_pack(room.arena, &page->base));
}

/* The events of a batch. */
static void tell(unsigned instance, uint64_t first, uint64_t last)
{
    EventPage page = page_of(first - 1, last + 1 - first);

    tell_page(instance, &page);
}

static void tell_head(unsigned instance, uint64_t head)
{
    EventPage page = page_of(head, 0);

    tell_page(instance, &page);
}

static void send_page(const struct reply_to *to, uint64_t number, uint64_t after)
{
    uint64_t left = history_head > after ? history_head - after : 0;
    EventPage page = page_of(after, left < HISTORY_PAGE ? left : HISTORY_PAGE);
    AnswerHeader header = ANSWER_HEADER__INIT;

    page.head = history_head;
    page.oldest = 1;
    header.number = number;
    struct bytes packed = message_pack(room.arena, &header.base);
    answerer_send(answerer, to, packed, message_pack(room.arena, &page.base));
}

static void refuse_page(const struct reply_to *to, uint64_t number)
{
    AnswerHeader header = ANSWER_HEADER__INIT;

    refuse_pages--;
    header.number = number;
    header.kind = UNAVAILABLE;
    answerer_send(answerer, to, message_pack(room.arena, &header.base), bytes_of(""));
}

static void on_asked(void *with, const char *peer, const struct reply_to *reply_to,
                     struct bytes packed, struct bytes body)
{
    struct flaw flaw;
    const AskHeader *header =
        (const AskHeader *)message_unpack(room.arena, &ask_header__descriptor, packed, &flaw);
    const ReadEvents *wanted =
        (const ReadEvents *)message_unpack(room.arena, &read_events__descriptor, body, &flaw);

    assert_non_null(header);
    assert_non_null(wanted);
    assert_string_equal(header->message, "house.ReadEvents");
    assert_int_equal(header->caller->roles, SERVICE);
    snprintf(page_caller, sizeof page_caller, "%s", header->caller->id);
    pages++;
    held_reply_to = *reply_to;
    held_number = header->number;
    held_after = wanted->after;
    if (refuse_pages > 0)
        refuse_page(reply_to, header->number);
    else if (!hold_pages)
        send_page(reply_to, header->number, wanted->after);
}

static void let_pages_go(void)
{
    hold_pages = false;
    send_page(&held_reply_to, held_number, held_after);
}

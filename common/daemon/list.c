#include "daemon/list.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/ids.h"
#include "edge/message.h"

/* The names of the columns to fill from: without the last one where that only serves the cursor. */
static struct row_names shown(const struct rows *rows, const ProtobufCMessageDescriptor *type,
                              const char *number)
{
    struct row_names names = *rows->names;

    names.count -= !message_has(type, number);
    return names;
}

size_t list_fitting(void *const *items, size_t count)
{
    size_t bytes = 0, fitting = 0;

    for (; fitting < count; fitting++) {
        bytes += protobuf_c_message_get_packed_size(items[fitting]);
        if (bytes > LIST_BYTES_MOST && fitting > 0)
            break;
    }
    return fitting;
}

static size_t wanted(const struct rows *rows, const char *limit_plus_one)
{
    size_t limit = (size_t)atol(limit_plus_one) - 1;

    return rows->count < limit ? rows->count : limit;
}

struct list list_cut(struct request *req, void **items, const struct rows *rows,
                     const char *limit_plus_one, const char *number)
{
    size_t count = list_fitting(items, wanted(rows, limit_plus_one));
    struct list list = {items, count, ""};

    if (rows->count > count)
        list.next_cursor = list_cursor(req, row_text(&rows->rows[count - 1], number));
    return list;
}

struct list list_fill(struct request *req, const ProtobufCMessageDescriptor *type,
                      const struct rows *rows, const char *limit_plus_one, const char *number)
{
    if (rows->count == 0)
        return (struct list){.next_cursor = ""};

    struct row_names names = shown(rows, type, number);
    size_t count = wanted(rows, limit_plus_one);
    void **items = arena_take(req->arena, count * sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = fill(req, type, &(struct row){&names, rows->rows[i].values});
    return list_cut(req, items, rows, limit_plus_one, number);
}

bool list_reply(struct request *req, const ProtobufCMessageDescriptor *type, struct list list)
{
    ProtobufCMessage *answer = message_new(req->arena, type);
    const ProtobufCFieldDescriptor *items =
        protobuf_c_message_descriptor_get_field_by_name(type, "items");
    struct flaw flaw = {0};

    CHECK(items && items->label == PROTOBUF_C_LABEL_REPEATED);
    *(size_t *)((char *)answer + items->quantifier_offset) = list.count;
    *(void ***)((char *)answer + items->offset) = list.items;
    CHECK(message_set(req->arena, answer, "next_cursor", list.next_cursor, &flaw));
    return reply(req, answer);
}

bool list_limit(struct request *req, uint32_t asked, const char **limit_plus_one)
{
    uint32_t limit = asked ? asked : LIST_USUAL;

    *limit_plus_one = db_number(req->arena, (int64_t)limit + 1);
    if (limit <= LIST_MOST)
        return true;
    violate(req, "limit", "out_of_range", "expected 1 to %d", LIST_MOST);
    return refuse_violations(req);
}

/* Tells one list's cursors from another's. */
enum { LIST_MARKS = 1000 };

static int64_t list_mark(const struct request *req)
{
    unsigned mark = 0;

    for (const char *c = req->body->descriptor->name; *c; c++)
        mark = mark * 31 + (unsigned char)*c;
    return mark % LIST_MARKS;
}

/* A cursor is the last id seen and the list's mark, with a check digit: a foreign one shows. */
bool list_after(struct request *req, const char *cursor, const char **after)
{
    int64_t number;

    *after = NULL;
    if (text_empty(cursor))
        return true;
    if (id_parse(cursor, 'Z', &number) != ID_OK || number % LIST_MARKS != list_mark(req))
        return refuse(req, UNREADABLE, "bad_cursor", "this cursor was not given by this list");
    *after = db_number(req->arena, number / LIST_MARKS);
    return true;
}

const char *list_cursor(struct request *req, const char *last_number)
{
    int64_t last = strtoll(last_number, NULL, 10);

    return id_text(req->arena, 'Z', last * LIST_MARKS + list_mark(req));
}

/*
 * list: a page of rows as messages, and the cursor to go on with.
 *
 * A statement is asked for one row more than the page holds (list_limit): that row is not shown, it
 * only says that there are more.
 */
#pragma once

#include "daemon/request.h"

struct list {
    void **items; /* for the answer's repeated field of this type */
    size_t count;
    const char *next_cursor; /* "" at the end */
};

/* The rows as messages of this type, as `fill` makes them.  The cursor holds the last one's
 * `number` column; where the type has no such field it is the last one returned, and serves the
 * cursor only. */
struct list list_fill(struct request *req, const ProtobufCMessageDescriptor *type,
                      const struct rows *rows, const char *limit_plus_one, const char *number);
#define list_filled(req, type, rows, limit_plus_one, number)                                       \
    list_fill(req, &type##__descriptor, rows, limit_plus_one, number)

/* The same of messages that were made otherwise, one for each row. */
struct list list_cut(struct request *req, void **items, const struct rows *rows,
                     const char *limit_plus_one, const char *number);

/* Answers with the list: a message of this type has `items` and `next_cursor`. */
bool list_reply(struct request *req, const ProtobufCMessageDescriptor *type, struct list list);
#define list_answered(req, type, list) list_reply(req, &type##__descriptor, list)

enum { LIST_USUAL = 50, LIST_MOST = 500, LIST_BYTES_MOST = 2 * 1024 * 1024 };
/* How many of the messages a page holds: LIST_BYTES_MOST of them packed, for it has to fit into a
 * frame of the bus; one in any case. */
size_t list_fitting(void *const *items, size_t count);
/* The checked limit (0: usual, for it was not said) plus one, as SQL text: the extra row says there
 * are more.  False: refused. */
bool list_limit(struct request *req, uint32_t asked, const char **limit_plus_one);
/* Reads a cursor made by list_cursor into the digits of the last id seen; NULL text for none.
 * False: refused 400 bad_cursor. */
bool list_after(struct request *req, const char *cursor, const char **after);
const char *list_cursor(struct request *req, const char *last_number);

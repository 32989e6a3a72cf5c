/*
 * routes: what can be asked from outside, one row each.
 *
 * The message's package names the service that answers; for those with a {service} in the path, the
 * path does.  GET asks a query, everything else a command.  A row with a server of its own is not
 * carried anywhere.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/table.h"

struct exchange;
typedef void serve(struct exchange *exchange);

enum route_option {
    ROUTE_OPEN = 1 << 0,   /* no key is asked for */
    ROUTE_LISTED = 1 << 2, /* the answer is a list with a next_cursor */
    ROUTE_NDJSON = 1 << 3, /* the body may be lines of JSON, served while they arrive */
    ROUTE_MERGED = 1 << 4, /* the body may be a merge patch */
    ROUTE_EVENTS = 1 << 5, /* the answer may be an event stream */
    ROUTE_TOLD = 1 << 6,   /* it stands on what others told, who may have answered a moment ago */
};

struct route {
    const char *method;
    const char *path; /* "/v1/tickets/{ticket_id}" */
    const ProtobufCMessageDescriptor *message;
    const ProtobufCMessageDescriptor *answer;
    const char *made_at; /* where what was made is found: "/v1/tickets/{ticket_id}" */
    unsigned options;
    serve *own;
};

struct route_table {
    const struct route *rows;
    size_t count;
};

extern const struct route_table routes;

enum { ROUTE_PARAMETERS_MOST = 3, ROUTE_PARAMETER_MOST = 255 };

struct matched {
    const struct route *route; /* NULL: see `allow` */
    const char *allow;         /* the methods of this path; NULL: there is no such path */
    size_t count;
    struct {
        const char *name;
        const char *value; /* decoded */
    } parameters[ROUTE_PARAMETERS_MOST];
};

/* Whether it changes one thing that has a version, which an If-Match may name. */
bool route_is_versioned(const struct route *route);

/* HEAD is GET.  A path whose escapes are broken matches nothing. */
void route_match(struct arena *arena, const char *method, const char *path,
                 struct matched *matched);

/* The parameter of this name; NULL for none. */
const char *matched_parameter(const struct matched *matched, const char *name);

#include "gateway.h"

#include <stdlib.h>

#include "api/neighbours.h"
#include "events/subscriber.h"
#include "http/server.h"
#include "intake.pb-c.h"
#include "keys.h"

const char *http_host;
long http_port;
long connections_most;
long request_ms;
long idle_ms;
long answer_ms;
long farewell_ms;
long body_most;
long updates_most;
long requests_per_second;
long streams_per_key;
long events_in_memory;
long provider_sight_days;
const char *admin_key_file;
const char *key_pepper_file;

const char *const services[SERVICES] = {"gateway", "intake",     "dispatch",
                                        "returns", "complaints", "reporting"};

/* clang-format off */

static const struct setting settings[] = {
    {"http_host", TEXT, "127.0.0.1", 1, 255, &http_host, "where HTTP is spoken"},
    {"http_port", COUNT, "8080", 0, 65535, &http_port, "0: any free one"},
    {"connections_most", COUNT, "8000", 1, 100000, &connections_most,
     "connections at once; more wait until one ends"},
    {"request_ms", MILLISECONDS, "20000", 100, 600000, &request_ms,
     "a request must have arrived whole after so long"},
    {"idle_ms", MILLISECONDS, "75000", 100, 3600000, &idle_ms,
     "a connection on which nothing arrives and nothing leaves is closed after so long"},
    {"answer_ms", MILLISECONDS, "10000", 100, 60000, &answer_ms,
     "how long a service may take to answer"},
    {"farewell_ms", MILLISECONDS, "60000", 1000, 600000, &farewell_ms,
     "how long who wants no more than this answer may take to fetch it"},
    {"body_most", BYTES, "1048576", 1024, 2097152, &body_most, "of a request"},
    {"updates_most", COUNT, "10000", 1, 1000000, &updates_most,
     "lines of one stream of job updates"},
    {"requests_per_second", COUNT, "20000", 1, 1000000, &requests_per_second,
     "of one key, and as many at once"},
    {"streams_per_key", COUNT, "200", 1, 100000, &streams_per_key, "event streams at once"},
    {"events_in_memory", COUNT, "4096", 16, 1000000, &events_in_memory,
     "latest events of each service kept for those who follow"},
    {"provider_sight_days", DAYS, "30", 1, 3650, &provider_sight_days,
     "how old an event may be that a provider is told; as long as dispatch shows it ended jobs"},
    {"admin_key_file", TEXT, "", 0, 4000, &admin_key_file,
     "the administrator's key; made where it is missing; empty: none"},
    {"key_pepper_file", TEXT, "gateway.pepper", 0, 4000, &key_pepper_file,
     "what all keys are hashed with; made where it is missing; the same for all gateways"},
};

/* clang-format on */

/* What gateway can be asked to do, and who may ask. */
static const struct command commands[] = {
    {MESSAGE(make_key),     make_key,     ADMIN  },
    {MESSAGE(revoke_key),   revoke_key,   ADMIN  },
    {MESSAGE(register_key), register_key, SERVICE},
};

/* What gateway can be asked to tell. */
static const struct command queries[] = {
    {MESSAGE(find_key),    find_key,    SERVICE},
    {MESSAGE(list_scopes), list_scopes, SERVICE},
    {MESSAGE(show_key),    show_key,    ADMIN  },
};

/* What gateway tells the house. */
static const struct event events[] = {
    {MESSAGE(key_made)},
    {MESSAGE(key_revoked)},
};

/* What gateway overhears, and what it does about it. */
static const struct reaction reactions[] = {
    {"intake", MESSAGE(branch_opened), learn_branch},
};

/* Identifiers among the fields, checked at the door. */
static const struct identifier identifiers[] = {
    {"provider_id", 'P'},
};

static void move_in(struct daemon *daemon)
{
    struct border *border = calloc(1, sizeof *border);
    CHECK(border);
    daemon->own = border;
    border->daemon = daemon;
    keys_admit_admin(daemon);
    border->keys = keys_new(daemon);
    border->neighbours = neighbours_new(daemon);
    border->tail = tail_new(border);
    border->server = server_new(border);
}

static void move_out(struct daemon *daemon)
{
    struct border *border = daemon->own;
    server_drain(border->server);
    subscribers_pump(border->tail);
}

static bool has_connections(const struct daemon *daemon)
{
    const struct border *border = daemon->own;

    return border->server->open > 0;
}

static void clear_out(struct daemon *daemon)
{
    struct border *border = daemon->own;
    server_close(border->server);
    tail_free(border->tail);
    neighbours_free(border->neighbours);
    keys_free(border->keys);
    server_free(border->server);
    free(border);
}

static void hear_own(struct daemon *daemon, const Event *event)
{
    struct border *border = daemon->own;
    keys_told(border->keys, event);
}

const struct service gateway = {
    .name = "gateway",
    .about = "The border: who may come in, and how what they ask reaches the house.",
    .schema = &schema,
    .settings = {TABLE(settings)},
    .commands = {TABLE(commands)},
    .queries = {TABLE(queries)},
    .events = {TABLE(events)},
    .reactions = {TABLE(reactions)},
    .identifiers = {TABLE(identifiers)},
    .moved_in = move_in,
    .moving_out = move_out,
    .under_way = has_connections,
    .moved_out = clear_out,
    .told = hear_own,
};

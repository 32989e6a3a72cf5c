/*
 * gateway: the border.  HTTP outside, questions and events inside; no rule of the business.
 *
 * As a service it keeps the keys people come in with.  Its own rooms on the loop are the HTTP
 * server (http/), what it serves itself or carries to a service (api/), and the merge of
 * everybody's events (events/).
 */
#pragma once

#include "daemon/daemon.h"
#include "gateway.pb-c.h"
#include "gateway_sql.h"

extern const struct service gateway;

extern const char *http_host;
extern long http_port;
extern long connections_most;
extern long request_ms;
extern long idle_ms;
extern long answer_ms;
extern long farewell_ms;
extern long body_most;
extern long updates_most;
extern long requests_per_second;
extern long streams_per_key;
extern long events_in_memory;
extern long provider_sight_days;
extern const char *admin_key_file;
extern const char *key_pepper_file;

/* All six, each of which wants an active writer before the house is ready. */
enum { SERVICES = 6 };
extern const char *const services[SERVICES];

struct server;
struct keys;
struct tail;
struct neighbours;

/* The gateway's rooms on the loop. */
struct border {
    struct daemon *daemon;
    struct server *server;
    struct keys *keys;
    struct tail *tail;
    struct neighbours *neighbours;
};

handler make_key, register_key, revoke_key; /* commands/ */
handler find_key, list_scopes, show_key;    /* queries/ */
handler learn_branch;                       /* reactions/ */

/* The key for whoever could have made it; refuses NOT_FOUND where there is none in their sight. */
bool key_find(struct request *req, const char *key_id, struct row *held);

/* The pepper of all keys' secrets; read once at start. */
const unsigned char *key_pepper(void);

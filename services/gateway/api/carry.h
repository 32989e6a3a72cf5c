/*
 * carry: from JSON to a question, from an answer to JSON.
 */
#pragma once

#include "http/exchange.h"

/* Asks the service the route's message belongs to, and answers with what it says.  Where that
 * stands on what others told (ROUTE_TOLD), who may stand a moment behind: what was answered through
 * this gateway before is known to it, and nobody is told that something is not there before it has
 * been looked for again (docs/decisions/0017). */
serve carry;
enum { LOOK_AGAIN_MS = 20, LOOKS_MOST = 50 };
/* The same for POST /v1/keys: the recorded seed becomes the secret that is shown. */
serve carry_new_key;

/* A question on behalf of the exchange's caller; `service` NULL: the message's package. */
struct question carry_question(struct exchange *exchange, const char *service,
                               const ProtobufCMessage *message);

/* The route's message as the request fills it; NULL with all the flaws of body, path and query. */
ProtobufCMessage *carry_read(struct exchange *exchange, struct flaw *flaws);

/* Fills a query's message from the target, each field once; a command takes nothing from there.
 * False: the flaws say what can't be taken, all of it. */
bool carry_query(struct exchange *exchange, ProtobufCMessage *message, struct flaw *flaw);

/* Adds the header line that says where a list goes on: the same query with another `name`. */
void carry_link(struct text *to, struct exchange *exchange, const char *name, const char *next);

/* The header line of an answer that was recorded before. */
extern const char carry_replayed[];

/* Answers with the problem a service named. */
void carry_problem(struct exchange *exchange, const AnswerHeader *header);

/* Puts one more flaw behind those found (reason NULL: none yet); always false. */
bool carry_add_flaw(struct arena *arena, struct flaw *flaws, struct flaw one);

/* A page of nothing, or of too much. */
struct flaw carry_bad_limit(struct arena *arena);

/* Refuses with what is wrong with each field; 400 where one of them can't be read. */
void carry_flaw(struct exchange *exchange, const struct flaw *flaw);

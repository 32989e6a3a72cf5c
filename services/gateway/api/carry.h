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

/* Fills a query's message from the target, each field once; a command takes nothing from there.
 * False: the flaw says what can't be taken. */
bool carry_query(struct exchange *exchange, ProtobufCMessage *message, struct flaw *flaw);

/* Adds the header line that says where a list goes on: the same query with another `name`. */
void carry_link(struct text *to, struct exchange *exchange, const char *name, const char *next);

/* The header line of an answer that was recorded before. */
extern const char carry_replayed[];

/* Answers with the problem a service named. */
void carry_problem(struct exchange *exchange, const AnswerHeader *header);

/* Refuses with what is wrong with one field. */
void carry_flaw(struct exchange *exchange, const struct flaw *flaw);

/*
 * room: a service in a room of its own.
 *
 * Its handlers run through the real writer against a real PostgreSQL, in a database made for this
 * program; the clock is frozen, and there is no bus.  Every test finds the tables empty;
 * identifiers go on counting, so tests read them from answers.  AFTERLINE_TEST_DATABASE says how to
 * connect; without it the tests are skipped.
 *
 *     TEST(a_no_is_final)
 *     {
 *         given("insert into …");
 *
 *         ask("agent", &order.base);
 *
 *         TRUE(was_refused(CONFLICT, "not_allowed"));
 *         SAME(value("select state from intake.ticket"), "closed");
 *     }
 *
 *     ROOM(intake, cmocka_unit_test(a_no_is_final), …)
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/service.h"

#define TEST(name)       static void name(void **unused)
#define TRUE(condition)  assert_true(condition)
#define SAME(is, ought)  assert_string_equal(is, ought)
#define EQUAL(is, ought) assert_int_equal(is, ought)

#define ROOM(plan, ...)                                                                            \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                           \
        return room_run(&plan, tests, sizeof tests / sizeof tests[0]);                             \
    }

int room_run(const struct service *service, const struct CMUnitTest *tests, size_t count);

/* ---- given ---- */

/* Runs SQL; the test fails where it can't. */
void given(const char *sql);

/* What the clock says: 2026-03-02T09:00:00Z at first, and after this so much more. */
int64_t now_ms(void);
void later(int64_t ms);

/* ---- what happens ---- */

/* On whose behalf; what is not said is empty, the key a new one each time. */
struct voice {
    const char *roles; /* "agent", or several: "agent,lead"; "service": another daemon */
    const char *branch;
    const char *provider_id;
    const char *key;
    uint64_t version; /* If-Match */
    Position *known;  /* how far the asker knows that a source told */
};

void ask(const char *roles, const ProtobufCMessage *message);
void ask_as(struct voice voice, const ProtobufCMessage *message);

/* The next event of another service arrives; `subject` as that service gives it. */
void overhear(const char *source, const char *subject, const ProtobufCMessage *event);

/* Fires every timer that is due by now; how many. */
size_t timers_fire(void);

/* ---- what must be true of what happened last ---- */

bool was_done(void);
bool was_made(void); /* 201 */
bool was_replayed(void);
bool was_refused(enum kind kind, const char *reason);
bool was_violated(const char *field, const char *reason);
size_t violations(void);
bool was_disclosed(const char *subject);
bool was_parked(void);

/* The state a refusal names, and whether it names this move as possible. */
const char *refused_in(void);
bool allows(const char *move);

/* The answer, as the message it is: `const Ticket *ticket = answer(ticket);`. */
#define answer(type) ((const void *)room_answer(&type##__descriptor))
const ProtobufCMessage *room_answer(const ProtobufCMessageDescriptor *type);
uint64_t answer_version(void);

/* The event of this type that was told last; NULL where none was. */
#define heard(type) ((const void *)room_heard(&type##__descriptor))
const ProtobufCMessage *room_heard(const ProtobufCMessageDescriptor *type);
const Event *heard_event(const char *type); /* with its envelope: "intake.TicketRegistered" */
size_t heard_count(void);

/* The first column of the one row; "" for null. */
const char *value(const char *sql);

/* "T10000015" → "1000001", for SQL, and back. */
const char *number_in(const char *id);
const char *id_in(char letter, int64_t number);

/* A string that lives as long as the test. */
const char *printed(const char *format, ...) __attribute__((format(printf, 1, 2)));

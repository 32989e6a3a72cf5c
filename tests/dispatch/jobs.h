/*
 * jobs: what a test of dispatch is given.
 *
 * One job for one ticket, a provider and a technician who may hold it, all in the branch "xihu" of
 * "hangzhou".
 */
#pragma once

#include "room.h"

#include <string.h>

#include "base/ids.h"
#include "dispatch.h"

enum { SOMEBODY = 5000001, SOMEBODY_ELSE = 5000002 };

static inline struct arena *shelf(void)
{
    static struct arena *arena;

    if (!arena)
        arena = arena_new();
    return arena;
}

static inline const char *id(char letter, int64_t number)
{
    return id_text(shelf(), letter, number);
}

#define JOB       id('J', SOMEBODY)
#define TICKET    id('T', SOMEBODY)
#define PROVIDER1 id('P', SOMEBODY)
#define PROVIDER2 id('P', SOMEBODY_ELSE)
#define OWN       id('S', SOMEBODY)

static inline void the_branches(void)
{
    given("insert into dispatch.scope (branch, path)"
          " values ('hangzhou', '/hangzhou/'), ('xihu', '/hangzhou/xihu/'),"
          "        ('ningbo', '/ningbo/')"
          "     on conflict do nothing");
}

static inline void the_people(void)
{
    the_branches();
    given("insert into dispatch.provider (provider_id, name, kinds, branches, added_at)"
          " values (5000001, 'Quick Fix', '{repair,install}', '{hangzhou}', '2026-01-01'),"
          "        (5000002, 'Far Away', '{repair}', '{ningbo}', '2026-01-01')"
          "     on conflict do nothing;"
          "insert into dispatch.technician (technician_id, name, phone, branch, skills, added_at)"
          " values (5000001, 'Li Lei', '13800138000', 'xihu', '{BX-200}', '2026-01-01')"
          "     on conflict do nothing");
}

static inline bool is_one_of(const char *word, const char *words)
{
    return strstr(words, printed(" %s ", word)) != NULL;
}

/* The job in this state; the first provider holds it, or is offered it. */
static inline void a_job_of(const char *state, const char *mode)
{
    bool held = !is_one_of(state, " planned ");
    bool offered = is_one_of(state, " offered ");
    bool done = is_one_of(state, " completed verified closed ");
    bool ended = is_one_of(state, " closed cancelled ");

    the_people();
    given("delete from dispatch.offer; delete from dispatch.job_update;"
          "delete from dispatch.job; delete from dispatch.timer");
    given(
        printed("insert into dispatch.job (job_id, version, state, ticket_id, kind, branch,"
                " product_model, serial_number, symptom, description, priority, service_mode,"
                " customer_name, customer_phone, provider_id, offered_until, planned_at, report,"
                " completed_by, ended_at)"
                " values (5000001, 7, '%s', 5000001, 'repair', 'xihu', 'BX-200', 'BX200-1',"
                " 'not_heating', 'cold', 'high', '%s', '王*', '138****8000', %s, %s,"
                " '2026-03-01T00:00:00Z', %s, %s, %s)",
                state, mode, held ? "5000001" : "null", offered ? "'2026-03-02T09:30:00Z'" : "null",
                done ? "'{\"findings\": \"burnt\", \"cause\": \"age\", \"work_done\": \"replaced\","
                       " \"test_result\": \"passed\", \"hours\": 1.5}'"
                     : "null",
                done ? "'key/provider'" : "null", ended ? "'2026-03-02T08:00:00Z'" : "null"));
    if (offered)
        given(
            printed("insert into dispatch.offer (job_id, version, provider_id, reason, offered_by,"
                    " offered_at, offered_until)"
                    " values (5000001, 7, 5000001, '', 'key/dispatcher', '2026-03-02T09:00:00Z',"
                    "         '2026-03-02T09:30:00Z');"
                    "insert into dispatch.timer (timer, subject, due_at)"
                    " values ('expire_offer', '%s', '2026-03-02T09:30:00Z')",
                    JOB));
}

static inline void a_job(const char *state)
{
    a_job_of(state, "onsite");
}

static inline const char *job_value(const char *column)
{
    return value(printed("select %s from dispatch.job where job_id = 5000001", column));
}

static inline const Report *a_report(void)
{
    static Report report = REPORT__INIT;

    report.findings = "the heating coil is burnt";
    report.cause = "age";
    report.work_done = "coil replaced";
    report.test_result = "passed";
    report.hours = 1.5;
    return &report;
}

static inline void put(ProtobufCMessage *order, const char *field, const char *text)
{
    struct flaw flaw;

    if (message_has(order->descriptor, field))
        TRUE(message_set(shelf(), order, field, text, &flaw));
}

/* The command of a move, with everything it wants. */
static inline ProtobufCMessage *order_to(const char *by)
{
    const char *name = printed("%s_job", by);

    for (size_t i = 0; i < dispatch.commands.count; i++) {
        const struct command *command = &dispatch.commands.rows[i];
        if (strcmp(command->name, name) != 0)
            continue;
        ProtobufCMessage *order = message_new(shelf(), command->message);
        put(order, "job_id", JOB);
        put(order, "reason", "because");
        put(order, "note", "so be it");
        put(order, "provider_id", PROVIDER1);
        put(order, "from", "2026-03-03T01:00:00Z");
        put(order, "until", "2026-03-03T03:00:00Z");
        if (strcmp(by, "complete") == 0)
            ((CompleteJob *)order)->report = (Report *)a_report();
        return order;
    }
    fail_msg("there is no command to %s a job", by);
    return NULL;
}

static inline struct voice the_provider(void)
{
    return (struct voice){.roles = "provider", .provider_id = PROVIDER1};
}

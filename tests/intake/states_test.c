#include "desk.h"

#include <string.h>

static const char *const states[] = {"registered", "acknowledged", "in_progress",
                                     "waiting",    "resolved",     "confirmed",
                                     "closed",     "cancelled",    "merged"};
static const char *const moves[] = {"acknowledge", "start", "wait",   "resume", "resolve", "object",
                                    "confirm",     "close", "reopen", "cancel", "merge"};

/* The event that each move tells. */
static const struct {
    const char *by;
    const char *event;
} tellings[] = {
    {"acknowledge", "intake.TicketAcknowledged"},
    {"start",       "intake.TicketStarted"     },
    {"wait",        "intake.TicketWaiting"     },
    {"resume",      "intake.TicketResumed"     },
    {"resolve",     "intake.TicketResolved"    },
    {"object",      "intake.TicketObjected"    },
    {"confirm",     "intake.TicketConfirmed"   },
    {"close",       "intake.TicketClosed"      },
    {"reopen",      "intake.TicketReopened"    },
    {"cancel",      "intake.TicketCancelled"   },
    {"merge",       "intake.TicketMerged"      },
};

static const char *event_of(const char *by)
{
    size_t i = 0;

    while (strcmp(tellings[i].by, by) != 0)
        i++;
    return tellings[i].event;
}

/* A ticket in the state this row starts from; one that resumes, with where it goes to behind it. */
static const char *a_start_of(const struct move *row)
{
    if (strcmp(row->by, "resume") != 0)
        return a_ticket(row->from);

    const char *ticket_id = a_ticket(row->to);
    move(ticket_id, "wait");
    TRUE(was_done());
    return ticket_id;
}

TEST(each_row_is_walked)
{
    for (size_t i = 0; i < ticket_life.moves.count; i++) {
        const struct move *row = &ticket_life.moves.rows[i];
        const char *ticket_id = a_start_of(row);
        uint64_t version = seen(ticket_id)->version;

        move(ticket_id, row->by);

        const Ticket *ticket = answer(ticket);
        const Event *event = heard_event(event_of(row->by));
        SAME(ticket->state, row->to);
        SAME(state_of(ticket_id), row->to);
        EQUAL(ticket->version, version + 1);
        EQUAL(heard_count(), 1);
        TRUE(event);
        SAME(event->subject, ticket_id);
        SAME(event->aggregate, ticket_id);
        SAME(event->branch, "hangzhou-xihu");
        EQUAL(event->version, version + 1);
    }
}

TEST(what_is_not_listed_cannot_happen)
{
    for (size_t i = 0; i < LENGTH(states); i++)
        for (size_t j = 0; j < LENGTH(moves); j++) {
            if (lifecycle_next(&ticket_life, states[i], moves[j]))
                continue;
            const char *ticket_id = a_ticket(states[i]);

            move(ticket_id, moves[j]);

            TRUE(was_refused(CONFLICT, "not_allowed"));
            SAME(refused_in(), states[i]);
            TRUE(!allows(moves[j]));
            EQUAL(heard_count(), 0);
            SAME(state_of(ticket_id), states[i]);
        }
}

TEST(a_refusal_names_what_is_possible)
{
    const char *ticket_id = a_ticket("acknowledged");

    move(ticket_id, "confirm");

    TRUE(was_refused(CONFLICT, "not_allowed"));
    TRUE(allows("start"));
    TRUE(allows("wait"));
    TRUE(allows("resolve"));
    TRUE(allows("cancel"));
    TRUE(allows("merge"));
}

TEST(an_older_version_is_stale)
{
    const char *ticket_id = a_ticket("acknowledged");

    move_as((struct voice){.roles = "agent", .version = 1}, ticket_id, "start");

    TRUE(was_refused(STALE, "stale"));
    SAME(refused_in(), "acknowledged");
}

TEST(the_expected_version_goes_on)
{
    const char *ticket_id = a_ticket("acknowledged");

    move_as((struct voice){.roles = "agent", .version = 2}, ticket_id, "start");

    TRUE(was_done());
    EQUAL(answer_version(), 3);
}

TEST(no_move_reaches_beyond_the_callers_branch)
{
    for (size_t i = 0; i < LENGTH(moves); i++) {
        const char *ticket_id = a_ticket("registered");

        move_as((struct voice){.roles = "agent", .branch = "west"}, ticket_id, moves[i]);

        TRUE(was_refused(NOT_FOUND, "not_found"));
        SAME(state_of(ticket_id), "registered");
    }
}

TEST(a_branch_reaches_those_below)
{
    const char *ticket_id = a_ticket("registered");

    move_as((struct voice){.roles = "agent", .branch = "hangzhou"}, ticket_id, "acknowledge");

    TRUE(was_done());
}

TEST(moves_are_for_the_desk)
{
    static const char *const others[] = {"technician", "inspector", "finance",
                                         "auditor",    "provider",  "subscriber"};
    const char *ticket_id = a_ticket("registered");

    for (size_t i = 0; i < LENGTH(others); i++) {
        move_as((struct voice){.roles = others[i]}, ticket_id, "acknowledge");
        TRUE(was_refused(FORBIDDEN, "role"));
    }
}

TEST(the_same_key_moves_once)
{
    struct voice voice = {.roles = "agent", .key = "once"};
    const char *ticket_id = a_ticket("registered");
    move_as(voice, ticket_id, "acknowledge");

    move_as(voice, ticket_id, "acknowledge");

    TRUE(was_replayed());
    EQUAL(seen(ticket_id)->version, 2);
}

TEST(a_mistyped_number_is_told)
{
    const char *ticket_id = a_ticket("registered");
    char *mistyped = (char *)printed("%s", ticket_id);
    size_t last = strlen(mistyped) - 1;

    mistyped[last] = mistyped[last] == '9' ? '0' : (char)(mistyped[last] + 1);
    move(mistyped, "acknowledge");

    TRUE(was_refused(UNREADABLE, "bad_check_digit"));
}

ROOM(intake, cmocka_unit_test(each_row_is_walked),
     cmocka_unit_test(what_is_not_listed_cannot_happen),
     cmocka_unit_test(a_refusal_names_what_is_possible),
     cmocka_unit_test(an_older_version_is_stale), cmocka_unit_test(the_expected_version_goes_on),
     cmocka_unit_test(no_move_reaches_beyond_the_callers_branch),
     cmocka_unit_test(a_branch_reaches_those_below), cmocka_unit_test(moves_are_for_the_desk),
     cmocka_unit_test(the_same_key_moves_once), cmocka_unit_test(a_mistyped_number_is_told))

#include "complaints.h"
#include "told_by_intake.h"

#include <stdlib.h>

static const char *the_complaint(void)
{
    return id_in('C', atoll(value("select complaint_id from complaints.complaint")));
}

static void find_as(struct voice voice)
{
    FindComplaint question = FIND_COMPLAINT__INIT;

    question.complaint_id = the_complaint();
    ask_as(voice, &question.base);
}

TEST(complaints_suggestions_and_praise_are_received)
{
    for (size_t i = 0; complaint_kinds[i]; i++) {
        hear_registered(complaint_kinds[i]);

        const ComplaintReceived *event = heard(complaint_received);
        const Event *told = heard_event("complaints.ComplaintReceived");
        SAME(event->kind, complaint_kinds[i]);
        SAME(event->state, "received");
        SAME(told->subject, id_in('T', 1000001));
        SAME(told->aggregate, event->complaint_id);
        SAME(told->branch, "hangzhou");
        EQUAL(told->version, 1);
    }
}

TEST(other_tickets_are_no_complaints)
{
    hear_registered("repair");

    EQUAL(heard_count(), 0);
    SAME(value("select count(*) from complaints.complaint"), "0");
}

TEST(it_can_be_found)
{
    hear_registered("complaint");

    find_as((struct voice){.roles = "agent"});

    const Complaint *found = answer(complaint);
    SAME(found->complaint_id, the_complaint());
    SAME(found->state, "received");
    SAME(found->ticket_id, id_in('T', 1000001));
    SAME(found->customer_id, id_in('K', 1000002));
    SAME(found->description, "nobody called back");
    SAME(found->received_at, "2026-03-01T09:00:00Z");
    EQUAL(found->level, 0);
    EQUAL(answer_version(), 1);
}

TEST(it_is_found_within_the_callers_branch)
{
    hear_registered("complaint");

    find_as((struct voice){.roles = "agent", .branch = "east"});
    TRUE(was_done());

    find_as((struct voice){.roles = "agent", .branch = "west"});
    TRUE(was_refused(NOT_FOUND, "not_found"));
}

TEST(providers_have_no_complaints)
{
    hear_registered("complaint");

    find_as((struct voice){.roles = "provider"});

    TRUE(was_refused(FORBIDDEN, "role"));
}

static const Complaints *listed(const char *branch, ListComplaints question)
{
    ask_as((struct voice){.roles = "agent", .branch = branch}, &question.base);
    return answer(complaints);
}

#define QUESTION(...)                                                                              \
    (ListComplaints)                                                                               \
    {                                                                                              \
        PROTOBUF_C_MESSAGE_INIT(&list_complaints__descriptor), __VA_ARGS__                         \
    }

TEST(lists_filter_and_keep_to_the_branch)
{
    hear_registered("complaint");

    EQUAL(listed("", QUESTION(.kind = "complaint"))->n_items, 1);
    EQUAL(listed("", QUESTION(.kind = "praise"))->n_items, 0);
    EQUAL(listed("", QUESTION(.state = "closed"))->n_items, 0);
    EQUAL(listed("", QUESTION(.ticket_id = id_in('T', 1000001)))->n_items, 1);
    EQUAL(listed("", QUESTION(.ticket_id = id_in('T', 1000002)))->n_items, 0);
    EQUAL(listed("", QUESTION(.branch = "west"))->n_items, 0);
    EQUAL(listed("east", QUESTION(.limit = 1))->n_items, 1);
    EQUAL(listed("west", QUESTION(.limit = 1))->n_items, 0);
}

TEST(unknown_words_are_told)
{
    ask("agent", &QUESTION(.state = "asleep", .kind = "repair").base);

    TRUE(was_violated("state", "unknown_word"));
    TRUE(was_violated("kind", "unknown_word"));
}

TEST(each_state_of_the_life_is_known_to_the_database)
{
    hear_registered("complaint");

    for (size_t i = 0; i < complaint_life.moves.count; i++) {
        given(printed("update complaints.complaint set state = '%s'",
                      complaint_life.moves.rows[i].from));
        given(printed("update complaints.complaint set state = '%s'",
                      complaint_life.moves.rows[i].to));
    }
}

ROOM(complaints, cmocka_unit_test(complaints_suggestions_and_praise_are_received),
     cmocka_unit_test(other_tickets_are_no_complaints), cmocka_unit_test(it_can_be_found),
     cmocka_unit_test(it_is_found_within_the_callers_branch),
     cmocka_unit_test(providers_have_no_complaints),
     cmocka_unit_test(lists_filter_and_keep_to_the_branch),
     cmocka_unit_test(unknown_words_are_told),
     cmocka_unit_test(each_state_of_the_life_is_known_to_the_database))

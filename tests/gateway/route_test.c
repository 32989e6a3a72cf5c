#include "routes.h"

#include "room.h"

#include <string.h>

static struct arena *arena;
static struct matched matched;

static void match(const char *method, const char *path)
{
    route_match(arena, method, path, &matched);
}

TEST(a_route_is_found_with_its_parameters)
{
    match("POST", "/v1/tickets/T10000012/acknowledge");

    SAME(matched.route->message->name, "intake.AcknowledgeTicket");
    SAME(matched_parameter(&matched, "ticket_id"), "T10000012");
    assert_null(matched_parameter(&matched, "job_id"));
}

TEST(parameters_are_decoded)
{
    match("GET", "/v1/tickets/T%31");
    SAME(matched_parameter(&matched, "ticket_id"), "T1");
    match("GET", "/v1/tickets/a%2Fb");
    SAME(matched_parameter(&matched, "ticket_id"), "a/b");
    match("GET", "/v1/tickets/a%zz");
    assert_null(matched.route);
}

TEST(head_is_get)
{
    match("HEAD", "/v1/tickets");
    SAME(matched.route->message->name, "intake.ListTickets");
}

TEST(another_method_is_told_what_is_allowed)
{
    match("DELETE", "/v1/tickets/T1");
    assert_null(matched.route);
    SAME(matched.allow, "GET, HEAD, PATCH");
}

TEST(no_other_path_is_one)
{
    static const char *const paths[] = {"",
                                        "/",
                                        "/v1",
                                        "/v1/ticket",
                                        "/v1/tickets/",
                                        "/v1/tickets//start",
                                        "/v1/tickets/T1/",
                                        "/V1/tickets",
                                        "//v1/tickets"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        match("GET", paths[i]);
        assert_null(matched.route);
        assert_null(matched.allow);
    }
}

TEST(a_parameter_has_its_length)
{
    char value[ROUTE_PARAMETER_MOST + 2] = {0};
    memset(value, 'x', ROUTE_PARAMETER_MOST);
    match("GET", arena_print(arena, "/v1/tickets/%s", value));
    assert_non_null(matched.route);
    value[ROUTE_PARAMETER_MOST] = 'x';
    match("GET", arena_print(arena, "/v1/tickets/%s", value));
    assert_null(matched.route);
}

/* A parameter no field of the message takes would be lost without a word. */
TEST(every_parameter_is_a_field)
{
    for (size_t i = 0; i < routes.count; i++) {
        const struct route *route = &routes.rows[i];
        for (const char *at = strchr(route->path, '{'); at; at = strchr(at + 1, '{')) {
            char name[64] = {0};
            memcpy(name, at + 1, strcspn(at + 1, "}"));
            if (strcmp(name, "service") != 0
                && !protobuf_c_message_descriptor_get_field_by_name(route->message, name))
                fail_msg("%s %s", route->method, route->path);
        }
    }
}

TEST(no_two_rows_are_the_same)
{
    for (size_t i = 0; i < routes.count; i++)
        for (size_t j = 0; j < i; j++)
            TRUE(strcmp(routes.rows[i].path, routes.rows[j].path) != 0
                 || strcmp(routes.rows[i].method, routes.rows[j].method) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_is_found_with_its_parameters),
        cmocka_unit_test(parameters_are_decoded),
        cmocka_unit_test(head_is_get),
        cmocka_unit_test(another_method_is_told_what_is_allowed),
        cmocka_unit_test(no_other_path_is_one),
        cmocka_unit_test(a_parameter_has_its_length),
        cmocka_unit_test(every_parameter_is_a_field),
        cmocka_unit_test(no_two_rows_are_the_same),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}

"""The conventions of the HTTP side: refusals, keys of idempotency, versions, lists, instants."""

import concurrent.futures
import json
import random
import re
import string

import pytest

from house import eventually
from outside import INSTANT, NOBODY, fields, fresh, identifier, problem, refuses_field

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def keyed(key):
    return {"Idempotency-Key": key}


def register(house, scene, key=None, **more):
    return house.request("POST", "/v1/tickets", scene.ticket(**{"kind": "consult", **more}),
                         scene.agent, keyed(key) if key else None)


# ---- refusals ----

def test_without_a_key_one_is_asked_for(house):
    answer = house.request("GET", "/v1/tickets", key=None)

    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", [
    "Bearer", "Bearer ", "Bearer al_x_y", "Basic YTpi", "Bearer nonsense", "al_x_y",
    "Bearer " + "x" * 4000])
def test_with_a_wrong_key_one_is_asked_for(house, authorization):
    answer = house.request("GET", "/v1/tickets", key=None, headers={"Authorization": authorization})

    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_with_another_secret_is_wrong(house, scene):
    name = "_".join(scene.agent.split("_", 2)[:2])
    for wrong in (scene.agent[:-1], scene.agent + "A", name + "_" + "A" * 43):
        problem(house.request("GET", "/v1/tickets", key=wrong), 401)


def test_everything_wrong_is_named_at_once(house, scene):
    said = problem(house.request("POST", "/v1/tickets", scene.ticket(
        impact="enormous", urgency="yesterday", purchased_on="2026-02-30",
        customer={"name": "", "phone": "13800138000"}, symptom=""), scene.agent), 422)

    assert {"impact", "urgency", "purchased_on", "customer.name", "symptom"} <= fields(said)


def test_what_is_too_long_is_refused_and_not_asked_for_again(house, scene):
    endless = "".join(random.Random(1).choices(string.ascii_letters, k=3000))
    said = problem(house.request("POST", "/v1/tickets", scene.ticket(
        channel_ref=endless, serial_number=endless, assignee=endless, branch="杭" * 1000,
        customer={"name": "王芳", "phone": endless, "email": endless}), scene.agent), 422)

    assert {violation["field"] for violation in said["violations"]
            if violation["reason"] == "too_long"} == {
        "branch", "channel_ref", "serial_number", "assignee", "customer.phone", "customer.email"}


def test_unknown_fields_are_named_all_of_them(house, scene):
    body = scene.ticket(colour="red", size=7)
    body["customer"]["wechat"] = "x"
    said = problem(house.request("POST", "/v1/tickets", body, scene.agent), 422)

    assert {"colour", "size", "customer.wechat"} <= fields(said)


def test_null_and_empty_are_the_same_as_absent(house, scene):
    answer = register(house, scene, product_model=None, serial_number="", channel_ref=None)

    assert answer.status == 201, answer
    for field in ("product_model", "serial_number", "channel_ref"):
        assert answer.json[field] == ""


@pytest.mark.parametrize("path", [
    "/v1/tickets/T10000001", "/v1/tickets/T10000001/timeline", "/v1/jobs/J10000001",
    "/v1/jobs/J10000001/candidates", "/v1/returns/R10000001", "/v1/complaints/C10000001",
    "/v1/tickets?customer_id=K10000001", "/v1/jobs?ticket_id=T10000001"])
def test_a_mistyped_identifier_is_told_from_an_unknown_one(house, path):
    problem(house.request("GET", path), 400, "bad_check_digit")


def test_a_mistyped_identifier_in_a_body_is_named(house, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    answer = mover.ask_ticket(ticket_id, "merge", into="T10000001")

    assert problem(answer, 400, "bad_check_digit")
    assert fields(answer.json) == {"into"}


@pytest.mark.parametrize("path", ["/v1/tickets/J10000012", "/v1/tickets/x", "/v1/jobs/T10000012",
                                  "/v1/tickets/T", "/v1/tickets/%00", "/v1/tickets/T1000001" + "2" * 80])
def test_what_is_no_identifier_of_the_kind_is_no_server_error(house, path):
    assert house.request("GET", path).status in (400, 404)


def test_an_unknown_identifier_is_not_found(house):
    problem(house.request("GET", f"/v1/tickets/{NOBODY}"), 404, "not_found")


def test_an_unknown_path_is_not_found(house):
    for path in ("/v1/nothing", "/", "/v2/tickets", "/v1/tickets/T10000012/dance", "/v1/tickets/"):
        problem(house.request("GET", path), 404)


@pytest.mark.parametrize("method, path, allowed", [
    ("PUT", "/v1/tickets", {"GET", "POST"}), ("DELETE", "/v1/job-updates", {"POST"}),
    ("POST", "/v1/events", {"GET"}), ("POST", "/healthz", {"GET"})])
def test_a_method_that_is_not_taken_names_those_that_are(house, method, path, allowed):
    answer = house.request(method, path)

    problem(answer, 405)
    assert allowed <= {word.strip() for word in answer.headers["Allow"].split(",")}


def test_head_tells_what_get_would(house, scene):
    ticket_id = register(house, scene).json["ticket_id"]
    got = house.request("GET", f"/v1/tickets/{ticket_id}", key=scene.agent)
    head = house.request("HEAD", f"/v1/tickets/{ticket_id}", key=scene.agent)

    assert head.status == 200 and head.body == b""
    for name in ("Content-Type", "ETag", "Content-Length"):
        assert head.headers[name] == got.headers[name]


def test_a_body_that_is_no_json_is_unreadable(house, scene):
    answer = house.request("POST", "/v1/tickets", key=scene.agent, body=b"{",
                           headers={"Content-Type": "application/json"})

    problem(answer, 400)


# ---- instants, numbers, words ----

def test_instants_are_in_utc(house, scene):
    ticket = register(house, scene, received_at="2026-11-23T01:02:03Z").json

    assert ticket["received_at"] == "2026-11-23T01:02:03Z"
    assert INSTANT.fullmatch(ticket["recorded_at"])


def test_an_instant_elsewhere_is_the_same_instant(house, scene):
    ticket = register(house, scene, received_at="2026-11-23T09:02:03+08:00").json

    assert ticket["received_at"] == "2026-11-23T01:02:03Z"


@pytest.mark.parametrize("instant", ["yesterday", "2026-11-23", "2026-11-23T01:02:03",
                                     "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                                     "2026-11-23T25:00:00Z"])
def test_what_is_no_instant_is_refused(house, scene, instant):
    refuses_field(register(house, scene, received_at=instant), "received_at")


@pytest.mark.parametrize("date", ["2026-02-29", "2026-1-1", "01.02.2026", "2026-08-01T00:00:00Z",
                                  "soon"])
def test_what_is_no_date_is_refused(house, scene, date):
    refuses_field(register(house, scene, purchased_on=date), "purchased_on")


def test_versions_are_numbers(house, scene):
    assert register(house, scene).json["version"] == 1


# ---- once ----

def test_the_first_answer_returns(house, scene):
    key = fresh("once")
    first, second = register(house, scene, key), register(house, scene, key)

    assert first.status == second.status == 201
    assert first.body == second.body
    assert first.headers["Location"] == second.headers["Location"]
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_refusal_returns_too(house, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    key = keyed(fresh("once"))
    first = mover.ask_ticket(ticket_id, "close", headers=key)
    mover.move_ticket(ticket_id, "resolve")
    mover.move_ticket(ticket_id, "confirm")
    second = mover.ask_ticket(ticket_id, "close", headers=key)

    problem(first, 409)
    assert (second.status, second.body) == (first.status, first.body)
    assert second.headers["Idempotent-Replayed"] == "true"


def test_every_way_to_change_is_done_once(house, scene, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    asked = [
        ("POST", f"/v1/tickets/{ticket_id}/notes", {"text": "回电"}, scene.agent),
        ("PATCH", f"/v1/tickets/{ticket_id}", {"team": "east"}, scene.agent),
        ("POST", "/v1/branches", {"branch": fresh("once"), "name": "一次", "kind": "branch",
                                  "time_zone": "Asia/Shanghai"}, "admin"),
        ("POST", "/v1/providers", {"name": "一次", "kinds": ["repair"],
                                   "branches": [scene.branch]}, "admin"),
        ("POST", "/v1/technicians", {"name": "一次", "phone": "13900139001",
                                     "branch": scene.branch, "skills": ["*"]}, "admin"),
        ("POST", "/v1/job-updates", {"updates": [{"update_id": fresh("once")}]}, scene.provider),
    ]
    for method, path, body, who in asked:
        key = keyed(fresh("once"))
        first = house.request(method, path, body, who, key)
        second = house.request(method, path, body, who, key)
        assert first.status < 300, (path, first)
        assert (second.status, second.body) == (first.status, first.body)
        assert second.headers["Idempotent-Replayed"] == "true", path
    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["version"] <= 3


def test_revoking_a_key_twice_under_one_key(house):
    key_id = house.post("/v1/keys", {"name": "x", "roles": ["agent"]})["key_id"]
    key = keyed(fresh("once"))
    first = house.request("DELETE", f"/v1/keys/{key_id}", headers=key)
    second = house.request("DELETE", f"/v1/keys/{key_id}", headers=key)

    assert first.status in (200, 204)
    assert (second.status, second.body) == (first.status, first.body)
    assert second.headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_key_is_refused(house, scene):
    key = fresh("once")
    register(house, scene, key)

    problem(register(house, scene, key, description="another"), 422, "key_reused")


def test_another_ticket_under_the_key_is_refused(mover):
    one, other = (mover.ticket_in("registered")["ticket_id"] for _ in range(2))
    key = keyed(fresh("once"))
    mover.ask_ticket(one, "acknowledge", headers=key)

    problem(mover.ask_ticket(other, "acknowledge", headers=key), 422, "key_reused")


def test_a_key_belongs_to_its_caller(house, scene):
    key = fresh("once")
    body = scene.ticket(kind="consult")
    other = house.make_key("agent", branch=scene.branch)
    first = house.request("POST", "/v1/tickets", body, scene.agent, keyed(key))
    second = house.request("POST", "/v1/tickets", body, other, keyed(key))

    assert first.json["ticket_id"] != second.json["ticket_id"]
    assert "Idempotent-Replayed" not in second.headers


def test_a_key_has_255_characters_at_most(house, scene):
    assert register(house, scene, "k" * 255).status == 201
    assert register(house, scene, "k" * 256).status in (400, 422)


def test_asked_at_the_same_moment_it_is_done_once(house, scene):
    key = fresh("once")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: register(house, scene, key), range(16)))

    done = {answer.body for answer in answers if answer.status == 201}
    assert len(done) == 1
    for answer in answers:
        if answer.status != 201:
            problem(answer, 409, "in_progress")


# ---- versions ----

def test_a_version_is_an_etag(house, scene, mover):
    answer = register(house, scene)
    ticket_id = answer.json["ticket_id"]
    assert answer.headers["ETag"] == '"1"'

    moved = mover.ask_ticket(ticket_id, "acknowledge", headers={"If-Match": '"1"'})
    assert moved.status == 200
    assert moved.headers["ETag"] == f'"{moved.json["version"]}"' == '"2"'


def test_a_change_of_what_is_stale_is_refused(house, scene, mover):
    ticket_id = mover.ticket_in("acknowledged")["ticket_id"]
    answer = mover.ask_ticket(ticket_id, "start", headers={"If-Match": '"1"'})

    said = problem(answer, 412)
    assert said["state"] == "acknowledged"
    assert "start" in said.get("allowed", ["start"]), "allowed names the moves possible now"
    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["state"] == "acknowledged"


def test_a_job_has_a_version_too(house, scene, mover):
    job = mover.job_in("offered")
    stale = mover.ask_job(job["job_id"], "accept", headers={"If-Match": '"1"'})
    said = problem(stale, 412)
    assert said["state"] == "offered"
    assert "accept" in said.get("allowed", ["accept"])
    match = {"If-Match": f'"{job["version"]}"'}
    assert mover.ask_job(job["job_id"], "accept", headers=match).status == 200


def test_what_is_known_is_not_sent_again(house, scene):
    answer = register(house, scene)
    path = answer.headers["Location"]
    same = house.request("GET", path, key=scene.agent, headers={"If-None-Match": answer.headers["ETag"]})
    other = house.request("GET", path, key=scene.agent, headers={"If-None-Match": '"77"'})

    assert (same.status, same.body) == (304, b"")
    assert same.headers["ETag"] == answer.headers["ETag"]
    assert other.status == 200


@pytest.mark.parametrize("match", ["1", "abc", '"abc"', '"-1"', '"99999999999999999999999"'])
def test_a_version_nobody_gave_changes_nothing(house, scene, mover, match):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    answer = mover.ask_ticket(ticket_id, "acknowledge", headers={"If-Match": match})

    assert answer.status in (400, 412, 422), answer
    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["version"] == 1


@pytest.mark.parametrize("match", ['"1"', "*", "abc"])
@pytest.mark.parametrize("method, path, body", [
    ("POST", "/v1/tickets", {}), ("POST", "/v1/branches", {}), ("POST", "/v1/keys", {}),
    ("POST", "/v1/job-updates", {"updates": []}), ("DELETE", "/v1/keys/abcdefghijkl", None)])
def test_what_has_no_version_matches_none(house, method, path, body, match):
    problem(house.request(method, path, body, headers={"If-Match": match}), 412, "no_version")


# ---- lists ----

LISTS = ["/v1/tickets", "/v1/jobs", "/v1/branches", "/v1/returns", "/v1/complaints",
         f"/v1/tickets/{NOBODY}/timeline"]


@pytest.mark.parametrize("path", [*LISTS, "/v1/events"])
@pytest.mark.parametrize("limit", ["0", "00", "-0", "501"])
def test_a_page_holds_something_but_not_everything(house, path, limit):
    said = problem(house.request("GET", f"{path}?limit={limit}"), 422)

    assert [(v["field"], v["reason"], v["detail"]) for v in said["violations"]] \
        == [("limit", "out_of_range", "expected 1 to 500")]


def test_a_limit_that_says_nothing_is_none(house):
    assert house.request("GET", "/v1/tickets?limit=").status == 200
    assert house.request("GET", "/v1/events?limit=&wait=&types=&ticket_id=&after=").status == 200


@pytest.mark.parametrize("query", ["tickets?state=closed&state=closed", "tickets?limit=1&limit=2",
                                   "events?types=ticket.*&types=job.*", "events?after=start&after="])
def test_a_parameter_is_given_once(house, query):
    said = problem(house.request("GET", f"/v1/{query}"), 400, "duplicate_field")

    assert said["violations"][0]["detail"] == "a parameter is given once"


@pytest.mark.parametrize("path, reasons", [
    ("tickets?foo=1&bar=2&limit=0&state=closed&state=closed", [
        ("foo", "unknown_field"), ("bar", "unknown_field"), ("limit", "out_of_range"),
        ("state", "duplicate_field")]),
    ("events?wait=31&foo=1&limit=501&ticket_id=J10000012", [
        ("foo", "unknown_field"), ("limit", "out_of_range"), ("ticket_id", "bad_identifier"),
        ("wait", "out_of_range")])])
def test_everything_wrong_with_a_query_is_named(house, path, reasons):
    said = problem(house.request("GET", f"/v1/{path}"), 400)

    assert sorted((v["field"], v["reason"]) for v in said["violations"]) == sorted(reasons)
    assert said["reason"] in ("unknown_field", "bad_identifier")


def test_what_is_wrong_with_body_path_and_query_is_named_together(house, scene):
    path = f"/v1/tickets/{scene.register()['ticket_id']}/notes?foo=1"
    said = problem(house.request("POST", path, {"ticket_id": "T1", "text": "x"}), 400, "unknown_field")
    assert [(v["field"], v["reason"]) for v in said["violations"]] \
        == [("ticket_id", "differs_from_path"), ("foo", "unknown_field")]

    said = problem(house.request("POST", path, {"text": 1}), 400, "unknown_field")
    assert fields(said) == {"text", "foo"}


def test_a_query_of_nothing_but_flaws_is_refused(house):
    said = problem(house.request("GET", "/v1/tickets?" + "&".join(f"x{i}" for i in range(1000))), 400)

    assert len(said["violations"]) == 64  # MESSAGE_FLAWS_MOST


def numbers(items):
    return [item["ticket_id"] for item in items]


def test_a_list_is_walked_page_by_page_newest_first(house, scene):
    made = [register(house, scene).json["ticket_id"] for _ in range(5)]
    seen, path = [], "/v1/tickets?kind=consult&limit=2"
    while len(seen) < 5:
        answer = house.request("GET", path, key=scene.agent)
        page = answer.json
        assert len(page["items"]) <= 2
        assert f'cursor={page["next_cursor"]}' in answer.headers["Link"]
        path = re.fullmatch('<(.*)>; rel="next"', answer.headers["Link"])[1]
        assert "kind=consult" in path and "limit=2" in path, "the link repeats what was asked"
        seen += numbers(page["items"])
        register(house, scene)  # what is new does not shift what is to come

    assert seen[:5] == made[::-1]


def test_the_last_page_has_no_next(house, scene):
    branch = fresh("lonely")
    house.post("/v1/branches", {"branch": branch, "name": "一", "kind": "branch",
                                "time_zone": "Asia/Shanghai"})
    house.post("/v1/tickets", scene.ticket(kind="consult", branch=branch))
    for limit in (1, 2):
        answer = house.request("GET", f"/v1/tickets?branch={branch}&limit={limit}")
        page = answer.json
        if page["next_cursor"]:  # where the page was full it may be unknown
            page = house.get(f"/v1/tickets?branch={branch}&cursor={page['next_cursor']}")
            assert page["items"] == []
        assert not page["next_cursor"]
    assert "Link" not in answer.headers


def test_a_page_is_as_long_as_one_answer_may_be(house, scene):
    branch = fresh("wordy")
    house.post("/v1/branches", {"branch": branch, "name": "长", "kind": "branch",
                                "time_zone": "Asia/Shanghai"})
    made = [house.post("/v1/tickets", scene.ticket(kind="consult", branch=branch, channel_ref=fresh("ref"),
                                                   description="a" * 15_000), status=201)["ticket_id"]
            for _ in range(300)]
    seen, cursor, pages = [], "", 0
    while cursor or not pages:
        page = house.get(f"/v1/tickets?branch={branch}&limit=500&cursor={cursor}")
        seen += numbers(page["items"])
        cursor, pages = page["next_cursor"], pages + 1

    assert seen == made[::-1]
    assert pages == 3, "of 2 MiB each"
    registered = eventually(lambda: (events := house.pages(query=f"&branch={branch}"))[300:] and events)
    assert [event["subject"] for event in registered if event["type"] == "ticket.registered"] == made


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/jobs", "/v1/returns", "/v1/complaints",
                                  "/v1/branches"])
def test_a_limit_is_500_at_most(house, path):
    assert house.request("GET", f"{path}?limit=500").status == 200
    said = problem(house.request("GET", f"{path}?limit=501"), 422)
    assert fields(said) == {"limit"}


@pytest.mark.parametrize("limit", ["-1", "x", "1.5", "99999999999999999999"])
def test_a_limit_that_is_no_number_is_refused(house, limit):
    assert house.request("GET", f"/v1/tickets?limit={limit}").status in (400, 422)


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/jobs", "/v1/returns", "/v1/complaints",
                                  "/v1/branches", "/v1/reports/tickets", "/v1/events"])
def test_a_filter_that_cannot_be_applied_is_refused(house, path):
    answer = house.request("GET", f"{path}?colour=red", headers={"Accept": "application/json"})

    assert answer.status in (400, 422), answer
    assert "colour" in fields(problem(answer, answer.status))


@pytest.mark.parametrize("query", ["state=flying", "kind=dance", "updated_since=soon", "state=planned"])
def test_a_value_no_ticket_ever_has_is_refused(house, query):
    answer = house.request("GET", f"/v1/tickets?{query}")

    assert query.split("=")[0] in fields(problem(answer, answer.status))
    assert answer.status in (400, 422)


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/jobs", "/v1/returns", "/v1/complaints",
                                  "/v1/branches"])
@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "%00", "x" * 3000])
def test_a_cursor_nobody_gave_is_refused(house, path, cursor):
    assert house.request("GET", f"{path}?cursor={cursor}").status == 400


def test_a_cursor_of_another_list_is_refused(house, scene):
    register(house, scene)
    register(house, scene)
    cursor = house.get("/v1/tickets?limit=1")["next_cursor"]

    problem(house.request("GET", f"/v1/jobs?cursor={cursor}"), 400)


@pytest.mark.parametrize("filters", ["state=acknowledged", "kind=consult", "assignee=filtered",
                                     "customer_id={customer_id}", "branch={branch}",
                                     "kind=consult&state=acknowledged&assignee=filtered",
                                     "updated_since=2020-01-01T00:00:00Z"])
def test_a_filter_is_applied(house, scene, mover, filters):
    ticket = mover.ticket_in("acknowledged", assignee="filtered")
    found = house.get("/v1/tickets?limit=500&" + filters.format(**ticket), scene.agent)["items"]

    assert ticket["ticket_id"] in numbers(found)
    for name, value in (part.split("=") for part in filters.format(**ticket).split("&")):
        if name != "updated_since":
            assert {item[name] for item in found} == {value}


def test_updated_since_leaves_out_what_is_older(house, scene, mover):
    old = mover.ticket_in("registered")
    new = eventually(lambda: register(house, scene).json, what="a later ticket")
    found = house.get(f"/v1/tickets?limit=500&updated_since={new['recorded_at']}", scene.agent)

    assert new["ticket_id"] in numbers(found["items"])
    assert old["recorded_at"] == new["recorded_at"] or old["ticket_id"] not in numbers(found["items"])


# ---- what every answer carries ----

@pytest.mark.parametrize("path", ["", "/timeline"])
def test_what_is_not_there_is_called_one_thing(house, path):
    problem(house.request("GET", f"/v1/tickets/{NOBODY}{path}"), 404, "not_found")


@pytest.mark.parametrize("path, body, where, name", [
    ("/v1/tickets", None, "/v1/tickets/", "ticket_id"),
    ("/v1/branches", {"branch": "located", "name": "在", "kind": "branch",
                      "time_zone": "Asia/Shanghai"}, "/v1/branches/", "branch"),
    ("/v1/providers", {"name": "在", "kinds": ["repair"], "branches": ["hangzhou-xihu"]},
     "/v1/providers/", "provider_id"),
    ("/v1/technicians", {"name": "在", "phone": "13900139002", "branch": "hangzhou-xihu",
                         "skills": ["*"]}, "/v1/technicians/", "technician_id"),
    ("/v1/keys", {"name": "在", "roles": ["agent"]}, "/v1/keys/", "key_id")])
def test_what_was_made_has_a_place(house, scene, path, body, where, name):
    answer = house.request("POST", path, body or scene.ticket(kind="consult"))

    assert answer.status == 201, answer
    assert answer.headers["Location"] == where + answer.json[name]
    there = house.request("GET", answer.headers["Location"])
    assert there.status == 200, there
    assert there.headers["ETag"] == answer.headers["ETag"]
    same = {name: value for name, value in answer.json.items() if name in there.json}
    assert same == {name: there.json[name] for name in same}
    assert set(answer.json) - set(same) <= {"key"}


@pytest.mark.parametrize("path", ["branches/nowhere", "keys/abcdefghijkl", "keys/x",
                                  f"providers/{identifier('P', 9999999)}",
                                  f"technicians/{identifier('S', 9999999)}"])
def test_what_was_not_made_is_not_found(house, path):
    problem(house.request("GET", f"/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize("path", ["providers/P10000000", "technicians/S10000000"])
def test_what_was_made_has_a_check_digit(house, path):
    problem(house.request("GET", f"/v1/{path}"), 400, "bad_check_digit")


def test_a_key_is_shown_without_the_key(house, scene):
    made = house.post("/v1/keys", {"name": "柜台", "roles": ["agent", "lead"], "branch": scene.branch})
    path = f"/v1/keys/{made['key_id']}"

    shown = house.request("GET", path)
    assert made["key"].split("_", 2)[2] not in shown.body.decode() and "hash" not in shown.json
    assert shown.json["made_at"] and shown.json["made_by"].startswith("key/")
    assert shown.json["revoked_at"] == ""
    assert house.request("DELETE", path).status == 200
    assert house.get(path)["revoked_at"] >= shown.json["made_at"]


def test_a_trace_is_honoured_and_passed_on(house, scene):
    trace = {"traceparent": TRACEPARENT}
    with house.stream(scene.subscriber) as stream:
        ticket_id = house.post("/v1/tickets", scene.ticket(), scene.agent, 201, headers=trace)["ticket_id"]
        for kind in ("ticket.registered", "job.planned"):
            event = stream.wait_for(lambda e: (e["type"], e["subject"]) == (kind, ticket_id))
            assert event["traceparent"].split("-")[1] == TRACE
    refused = house.request("GET", f"/v1/tickets/{NOBODY}", headers=trace)
    assert refused.json["trace_id"] == TRACE


@pytest.mark.parametrize("nonsense", ["x", "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
                                      f"00-{TRACE}-{'0' * 16}-01", "ff" + TRACEPARENT[2:]])
def test_a_trace_that_is_none_is_replaced(house, nonsense):
    said = problem(house.request("GET", f"/v1/tickets/{NOBODY}", headers={"traceparent": nonsense}), 404)

    assert said["trace_id"] not in (TRACE, "0" * 32)


def test_limits_are_told(house, scene):
    for answer in (register(house, scene), house.request("GET", "/v1/tickets?limit=1")):
        assert re.search(r"q=\d+", answer.headers["RateLimit-Policy"])
        assert re.search(r"r=\d+", answer.headers["RateLimit"])


def test_answers_are_not_kept_by_caches(house, scene):
    answer = register(house, scene)

    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]
    json.loads(answer.body.decode("utf-8", "strict"))

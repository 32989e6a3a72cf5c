"""The border from outside: keys, idempotency, versions, lists, lines of updates, events."""

import base64
import json
import re
import signal
import socket
import threading

import pytest

from house import eventually
from scene import check_order

SOURCES = ("intake", "dispatch", "returns", "complaints", "reporting")
BRANCH = {"name": "一个网点", "kind": "branch", "time_zone": "Asia/Shanghai"}


@pytest.fixture
def ticket(scene):
    return scene.register()


# ---- keys ----

def test_a_key_is_shown_once_and_kept_nowhere(house, scene):
    made = house.post("/v1/keys", {"name": "counter", "roles": ["agent"], "branch": scene.branch})

    assert re.fullmatch(r"al_[a-z2-7]{12}_[A-Za-z0-9_-]{49}", made["key"])
    secret = made["key"][16:59]
    for table in ("api_key", "answer", "event"):
        assert secret not in house.sql(f"select * from gateway.{table}")
    assert house.get("/v1/tickets?limit=1", made["key"])


def test_the_same_request_shows_the_same_key(house):
    headers = {"Idempotency-Key": "one-key"}
    one = house.request("POST", "/v1/keys", {"name": "x", "roles": ["agent"]}, headers=headers)
    two = house.request("POST", "/v1/keys", {"name": "x", "roles": ["agent"]}, headers=headers)

    assert (one.status, one.body) == (two.status, two.body) and one.status == 201
    assert two.headers["Idempotent-Replayed"] == "true" and not one.headers["Idempotent-Replayed"]


def test_a_revoked_key_lets_nobody_in_and_its_streams_end(house):
    made = house.post("/v1/keys", {"name": "x", "roles": ["subscriber"]})
    with house.stream(made["key"]) as stream:
        assert house.request("DELETE", f"/v1/keys/{made['key_id']}").status == 200

        refused = house.request("GET", "/v1/events", key=made["key"])
        assert (refused.status, refused.json["reason"]) == (401, "unknown_key")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        eventually(lambda: not stream._thread.is_alive(), 5, "the end of the stream")


def test_a_wrong_secret_is_no_key(house):
    other = house.make_key("agent")
    forged = other[:20] + ("A" if other[20] != "A" else "B") + other[21:]

    assert house.request("GET", "/v1/tickets", key=forged).json["reason"] == "malformed_key"


def test_roles_are_decided_by_the_service(house, scene):
    assert house.request("POST", "/v1/keys", {"roles": ["agent"]}, key=scene.agent).status == 403
    assert house.request("GET", "/v1/events", key=scene.agent).status == 403


# ---- what every request shares ----

def test_a_key_of_a_request_is_bare_or_quoted_and_the_callers_own(house, scene):
    body = scene.ticket()
    one = house.request("POST", "/v1/tickets", body, headers={"Idempotency-Key": "t-1"})
    two = house.request("POST", "/v1/tickets", body, headers={"Idempotency-Key": '"t-1"'})
    other = house.request("POST", "/v1/tickets", body, key=scene.agent,
                          headers={"Idempotency-Key": "t-1"})
    reused = house.request("POST", "/v1/tickets", {**body, "symptom": "noise"},
                           headers={"Idempotency-Key": "t-1"})

    assert one.body == two.body and two.headers["Idempotent-Replayed"] == "true"
    assert other.json["ticket_id"] != one.json["ticket_id"]
    assert (reused.status, reused.json["reason"]) == (422, "key_reused")


@pytest.mark.parametrize("key, status", [("k" * 255, 201), ("k" * 256, 400), ('""', 400)])
def test_a_key_of_a_request_has_its_length(house, scene, key, status):
    answer = house.request("POST", "/v1/tickets", scene.ticket(), headers={"Idempotency-Key": key})

    assert answer.status == status


def test_a_version_is_expected_or_known_already(house, ticket):
    path = f"/v1/tickets/{ticket['ticket_id']}"
    read = house.request("GET", path)
    tag = read.headers["ETag"]

    assert tag == f'"{read.json["version"]}"'
    known = house.request("GET", path, headers={"If-None-Match": tag})
    assert (known.status, known.body, known.headers["ETag"]) == (304, b"", tag)
    stale = house.request("POST", path + "/notes", {"text": "x"}, headers={"If-Match": '"99"'})
    assert stale.status == 412 and stale.json["state"]
    odd = house.request("POST", path + "/notes", {"text": "x"}, headers={"If-Match": "W/" + tag})
    assert odd.status == 412
    fresh = house.request("GET", path).headers["ETag"]
    assert house.request("POST", path + "/notes", {"text": "x"}, headers={"If-Match": fresh}).status == 200


def test_what_was_made_says_where_it_is(house, scene):
    answer = house.request("POST", "/v1/tickets", scene.ticket())

    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/tickets/{answer.json['ticket_id']}"
    assert house.get(answer.headers["Location"])["ticket_id"] == answer.json["ticket_id"]


def test_a_list_goes_on_where_its_link_says(house, scene):
    for _ in range(3):
        scene.register()
    first = house.request("GET", f"/v1/tickets?limit=2&branch={scene.branch}")
    link = re.fullmatch(r'<(/v1/tickets\?.*)>; rel="next"', first.headers["Link"])

    assert len(first.json["items"]) == 2 and "limit=2" in link[1]
    more = house.get(link[1])
    assert more["items"][0]["ticket_id"] < first.json["items"][1]["ticket_id"]


@pytest.mark.parametrize("path, field", [
    ("/v1/tickets?colour=red", "colour"), ("/v1/tickets?state=a&state=b", "state"),
    ("/v1/tickets?limit=many", "limit"), ("/v1/events?wait=31", "wait"),
    ("/v1/events?limit=501", "limit"), ("/v1/events?limit=0", "limit"),
    ("/v1/events?types=A,,b", "types"), ("/v1/events?colour=red", "colour")])
def test_a_filter_that_cannot_be_applied_is_refused(house, path, field):
    answer = house.request("GET", path)

    assert answer.status in (400, 422)
    assert [v["field"] for v in answer.json["violations"]] == [field]


def test_the_path_and_the_body_agree(house, ticket):
    answer = house.request("POST", f"/v1/tickets/{ticket['ticket_id']}/notes",
                           {"ticket_id": "T1", "text": "x"})

    assert (answer.status, answer.json["reason"]) == (422, "differs_from_path")


def test_a_trace_goes_on(house):
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}

    assert house.request("GET", "/nothing", headers=headers).json["trace_id"] == trace
    assert house.request("GET", "/v1/tickets/T10000000", headers=headers).json["trace_id"] == trace


def test_limits_are_told(house):
    answer = house.request("GET", "/v1/tickets?limit=1")

    assert answer.headers["RateLimit-Policy"] == '"default";q=20000;w=1'
    assert re.fullmatch(r'"default";r=\d+;t=1', answer.headers["RateLimit"])


def test_documents_name_every_route(house):
    openapi = house.get("/openapi.json", key=None)
    asyncapi = house.get("/asyncapi.json", key=None)

    assert openapi["openapi"] == "3.1.0" and asyncapi["asyncapi"] == "3.0.0"
    assert "post" in openapi["paths"]["/v1/tickets"] and len(openapi["paths"]) > 40
    text = json.dumps(openapi) + json.dumps(asyncapi)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in openapi["components"]["schemas"] or name in asyncapi["components"]["schemas"]
    assert "TicketRegistered" in asyncapi["components"]["messages"]


def test_metrics_come_from_every_instance(house):
    page = house.request("GET", "/metrics", key=None).body.decode()

    for instance in house.pids():
        assert instance == "postgres" or f'instance="{instance}"' in page
    titles = re.findall(r"^# TYPE (\w+) ", page, re.MULTILINE)
    assert len(titles) == len(set(titles))


def test_services_are_asked_by_name(house):
    assert house.get("/v1/services/intake/status")["service"] == "intake"
    assert house.request("GET", "/v1/services/kitchen/status").status == 404


# ---- updates by the line ----

def push_lines(house, scene, lines, key="lines", chunked=False):
    body = b"\n".join(lines)
    if chunked:
        pieces = [body[at:at + 1000] for at in range(0, len(body), 1000)]
        body = iter(pieces)
    return house.request("POST", "/v1/job-updates", body=body, key=scene.provider,
                         headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": key})


def update(number, **more):
    return json.dumps({"update_id": f"n-{number}", "job_id": "J10000012", "state": "odd",
                       **more}).encode()


@pytest.mark.parametrize("count, chunked", [(0, False), (1, False), (499, True), (500, False),
                                            (501, True), (1001, True)])
def test_every_line_is_answered_in_its_place(house, scene, count, chunked):
    lines = [update(number) for number in range(count)]

    answer = push_lines(house, scene, lines, f"lines-{count}", chunked)

    assert answer.status == 200, answer
    assert [r["update_id"] for r in answer.json["results"]] == [f"n-{n}" for n in range(count)]
    again = push_lines(house, scene, lines, f"lines-{count}", chunked)
    assert again.body == answer.body


def test_an_unreadable_line_harms_no_other(house, scene):
    lines = [update(1), b"{", b"", b'{"update_id": "x", "colour": 1}', b"  ",
             update(2, note="y" * 70000), b"\xff", update(3)]

    answer = push_lines(house, scene, lines, "odd-lines")

    results = answer.json["results"]
    assert [r["update_id"] for r in results] == ["n-1", "", "x", "", "", "n-3"]
    assert [r["reason"] for r in results[1:5]] == ["not_json", "unknown_field", "line_too_long",
                                                   "bad_utf8"]
    assert all(r["result"] == "rejected" for r in results)


def test_lines_have_their_number(house, scene):
    answer = push_lines(house, scene, [b"{"] * 10000, "many")
    assert answer.status == 200 and len(answer.json["results"]) == 10000
    assert push_lines(house, scene, [b"{"] * 10001, "too-many").json["reason"] == "too_many_updates"


# ---- events ----

def test_a_page_says_where_it_ends(house, ticket):
    first = house.get("/v1/events?after=start&limit=1")
    event = first["items"][0]

    assert event["specversion"] == "1.0" and event["cursor"] == first["next_cursor"]
    assert event["source"] == "/afterline/" + event["id"].split("/")[0]
    second = house.get(f"/v1/events?after={first['next_cursor']}&limit=1")
    assert second["items"][0]["id"] != event["id"]
    check_order(house.pages())


def test_a_page_goes_on_where_its_link_says(house, ticket):
    first = house.request("GET", "/v1/events?after=start&limit=1&types=ticket.*")
    link = re.fullmatch(r'<(/v1/events\?.*)>; rel="next"', first.headers["Link"])

    assert link[1] == f"/v1/events?limit=1&types=ticket.%2A&after={first.json['next_cursor']}"
    assert house.get(link[1])["items"][0]["sequence"] > first.json["items"][0]["sequence"]


def test_a_page_waits_for_its_first_event(house, scene):
    now = house.get("/v1/events")
    assert now["items"] == []
    waited = []
    waiting = threading.Thread(target=lambda: waited.append(
        house.get(f"/v1/events?after={now['next_cursor']}&wait=20&types=ticket.registered")))
    waiting.start()

    ticket_id = scene.register()["ticket_id"]

    waiting.join(10)
    assert waited[0]["items"][0]["subject"] == ticket_id
    assert house.get(f"/v1/events?after={waited[0]['next_cursor']}&wait=1&types=odd.*")["items"] == []


def test_a_foreign_cursor_is_refused(house):
    for cursor in ("x", "A" * 60, house.get("/v1/events")["next_cursor"][:-1] + "!"):
        answer = house.request("GET", f"/v1/events?after={cursor}")
        assert (answer.status, answer.json["reason"]) == (400, "bad_cursor")
        answer = house.request("GET", "/v1/events", headers={"Last-Event-ID": cursor})
        assert (answer.status, answer.json["reason"]) == (400, "bad_cursor")


def moved(cursor, source, at):
    """The cursor as it would be with another position for this source."""
    body = bytearray(base64.urlsafe_b64decode(cursor)[:-4])
    start = 1 + 8 * SOURCES.index(source)
    body[start:start + 8] = at.to_bytes(8, "little")
    checksum = 0xcbf29ce484222325
    for byte in body:
        checksum = (checksum ^ byte) * 0x100000001b3 % 2**64
    return base64.urlsafe_b64encode(body + (checksum >> 32).to_bytes(4, "little")).decode()


def head_of(house, source):
    return int(house.sql(f"select coalesce(max(id), 0) from {source}.event"))


@pytest.mark.parametrize("source", SOURCES[:3])
def test_a_cursor_from_the_future_is_refused(house, ticket, source):
    now = house.get("/v1/events")["next_cursor"]
    ahead = moved(now, source, head_of(house, source) + 100)
    for path, headers in ((f"/v1/events?after={ahead}", {}), ("/v1/events", {"Last-Event-ID": ahead}),
                          (f"/v1/events?after={ahead}", {"Accept": "text/event-stream"})):
        answer = house.request("GET", path, headers=headers)
        assert (answer.status, answer.json["reason"]) == (400, "bad_cursor"), answer
        assert "ahead" in answer.json["detail"]


def test_a_cursor_another_gateway_gave_a_moment_ago_is_fine(house, ticket):
    cursor = house.get("/v1/events")["next_cursor"]
    for number in range(20):
        note(house, ticket["ticket_id"], number)
        cursor = moved(cursor, "intake", head_of(house, "intake"))
        answer = house.request("GET", f"/v1/events?after={cursor}")
        assert answer.status == 200, answer


def test_who_knows_the_place_goes_on_without_a_service_that_is_down(own_house):
    house = own_house
    house.spares = 0
    house.start()
    house.post("/v1/branches", {"branch": "b", **BRANCH})
    ticket = {"branch": "b", "channel": "phone", "description": "x",
              "customer": {"name": "王芳", "phone": "13800138000"}}
    ticket_id = house.post("/v1/tickets", {"kind": "consult", **ticket})["ticket_id"]
    cursor = house.get("/v1/events")["next_cursor"]
    ahead = moved(cursor, "complaints", head_of(house, "complaints") + 100)
    house.signal("complaints.0", signal.SIGSTOP)
    try:
        pid = house.kill("gateway.0")
        house.wait_until_back("gateway.0", pid)
        eventually(lambda: can_follow(house, f"?after={cursor}"), 30, "the events of the others")
        assert not can_follow(house, "") and not can_follow(house, "?after=start")
        stream, doubtful = house.stream(after=cursor), house.stream(after=ahead)
        note(house, ticket_id, 1)
        stream.wait_for(lambda e: e["type"] == "ticket.noted")
    finally:
        house.signal("complaints.0", signal.SIGCONT)

    eventually(lambda: can_follow(house, ""), 30, "all of it")
    house.post("/v1/tickets", {"kind": "complaint", **ticket})
    stream.wait_for(lambda e: e["source"] == "/afterline/complaints")
    eventually(lambda: not doubtful.is_alive(), 10, "the end of what is ahead of complaints")
    assert house.request("GET", f"/v1/events?after={ahead}").json["reason"] == "bad_cursor"
    for each in (stream, doubtful):
        each.close()


def can_follow(house, query):
    try:
        return house.request("GET", "/v1/events" + query).status == 200
    except OSError:
        return False


def test_a_stream_hears_only_what_was_asked_for(house, scene):
    with house.stream(query="types=ticket.noted") as stream:
        ticket_id = scene.register()["ticket_id"]
        house.post(f"/v1/tickets/{ticket_id}/notes", {"text": "x"})
        stream.wait_for(lambda e: e["subject"] == ticket_id)
        assert {e["type"] for e in stream.events} == {"ticket.noted"}
    with house.stream(after="start", query=f"ticket_id={ticket_id}") as stream:
        stream.wait_for(lambda e: e["type"] == "ticket.noted")
        assert {e["subject"] for e in stream.events} == {ticket_id}


def test_scope_holds_for_events(house, scene):
    for branch, parent in (("east", ""), ("east-a", "east"), ("west", "")):
        house.request("POST", "/v1/branches", {"branch": branch, "parent": parent, **BRANCH})
    east = house.make_key("subscriber", branch="east")
    stranger = house.make_key("subscriber", provider_id=house.post("/v1/providers", {
        "name": "somebody", "kinds": ["repair"], "branches": ["west"]})["provider_id"])
    inside = house.post("/v1/tickets", scene.ticket(branch="east-a"))["ticket_id"]
    outside = house.post("/v1/tickets", scene.ticket(branch="west"))["ticket_id"]

    with house.stream(after="start") as everything:
        everything.wait_for(lambda e: e["subject"] == outside and e["type"] == "job.planned")
    subjects = {e["subject"] for e in house.pages(key=east)}
    assert inside in subjects and outside not in subjects
    assert not {inside, outside} & {e["subject"] for e in house.pages(key=stranger)}


def test_a_reader_that_comes_back_misses_and_repeats_nothing(house, scene):
    whole = house.pages()
    with house.stream(last_event_id=whole[0]["cursor"], after="start") as stream:
        stream.wait_for(lambda e: e["id"] == whole[-1]["id"])
        heard = [e["id"] for e in stream.events]
    assert heard[:len(whole) - 1] == [e["id"] for e in whole[1:]]


# ---- histories longer than what is kept in memory, readers slower than what happens ----

def note(house, ticket_id, number, text=""):
    house.post(f"/v1/tickets/{ticket_id}/notes", {"text": f"{number} {text}"})


def test_a_gateway_that_starts_late_knows_the_whole_past(own_house):
    own_house.start()
    own_house.post("/v1/branches", {"branch": "b", **BRANCH})
    ticket_id = own_house.post("/v1/tickets", {
        "branch": "b", "kind": "consult", "channel": "phone", "description": "x",
        "customer": {"name": "王芳", "phone": "13800138000"}})["ticket_id"]
    for number in range(400):
        note(own_house, ticket_id, number)
    whole = own_house.pages()
    key = own_house.make_key("subscriber", branch="b")

    pid = own_house.kill("gateway.0")
    own_house.wait_until_back("gateway.0", pid)
    own_house.wait_until_ready()

    again = own_house.pages()
    assert [e["id"] for e in again][:len(whole)] == [e["id"] for e in whole]
    check_order(again)
    with own_house.stream(key, after="start") as stream:
        stream.wait_for(lambda e: e["type"] == "ticket.noted" and e["data"]["text"] == "399 ")
        assert len(stream.events) == 402  # with a scope the restarted gateway had to learn again


def test_a_slow_reader_costs_no_other_and_misses_nothing(house, scene):
    ticket_id = scene.register()["ticket_id"]
    after = house.get("/v1/events")["next_cursor"]
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", house.port))
    slow.sendall(f"GET /v1/events?after={after}&ticket_id={ticket_id} HTTP/1.1\r\nHost: here\r\n"
                 f"Accept: text/event-stream\r\nAuthorization: Bearer {house.key}\r\n\r\n".encode())

    with house.stream(after=after, query=f"ticket_id={ticket_id}") as quick:
        for number in range(800):
            note(house, ticket_id, number, "y" * 16000)
        quick.wait_for(lambda e: e["data"].get("text", "").startswith("799 "))

    heard = slow.makefile("rb")
    numbers = []
    while len(numbers) < 800:
        line = heard.readline()
        assert line, "the stream ended"
        if line.startswith(b"data:"):
            event = json.loads(line[5:])
            if event["type"] == "ticket.noted":
                numbers.append(int(event["data"]["text"].split()[0]))
    assert numbers == list(range(800))
    slow.close()


# ---- limits, made small ----

@pytest.fixture
def small_house(own_house):
    settings = own_house.state / "settings"
    settings.mkdir(parents=True)
    (settings / "gateway.conf").write_text(
        "requests_per_second = 20\nstreams_per_key = 2\nconnections_most = 10\n")
    return own_house.start()


def test_limits_hold_at_their_edges(small_house):
    house = small_house
    key = house.make_key("subscriber")
    streams = [house.stream(key) for _ in range(2)]

    third = house.request("GET", "/v1/events", key=key, headers={"Accept": "text/event-stream"})
    assert (third.status, third.json["reason"]) == (429, "too_many_streams")
    assert int(third.headers["Retry-After"]) == third.json["retry_after_seconds"] >= 1
    streams.pop().close()
    eventually(lambda: house.request("GET", "/v1/events?after=start", key=key).status == 200, 5,
               "a stream's place is free")
    for stream in streams:
        stream.close()

    spent = house.make_key("agent")
    statuses = [house.request("GET", "/v1/tickets", key=spent).status for _ in range(60)]
    assert statuses[:20] == [200] * 20 and 429 in statuses
    other = house.make_key("agent")
    assert house.request("GET", "/v1/tickets", key=other).status == 200
    eventually(lambda: house.request("GET", "/v1/tickets", key=spent).status == 200, 5,
               "the key has tokens again")


def test_one_connection_too_many_waits_for_its_turn(small_house):
    ask = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
    address = ("127.0.0.1", small_house.port)
    eventually(lambda: b"afterline_http_open" in
               small_house.request("GET", "/metrics", key=None).body, 5, "metrics")
    inside = [socket.create_connection(address, timeout=10) for _ in range(10)]
    for connection in inside:
        connection.sendall(ask)
        assert b"200 OK" in connection.recv(4096)

    waiting = socket.create_connection(address, timeout=1)
    waiting.sendall(ask)
    with pytest.raises(TimeoutError):
        waiting.recv(4096)
    inside.pop().close()
    waiting.settimeout(10)
    assert b"200 OK" in waiting.recv(4096)
    for connection in (waiting, *inside):
        connection.close()


def test_the_same_key_at_the_same_time_is_in_progress(own_house):
    own_house.spares = 0
    own_house.start()
    own_house.post("/v1/branches", {"branch": "b", **BRANCH})
    headers = {"Idempotency-Key": "slow"}
    body = {"branch": "c", **BRANCH}
    answers = []
    own_house.signal("intake.0", signal.SIGSTOP)
    both = [threading.Thread(target=lambda: answers.append(
        own_house.request("POST", "/v1/branches", body, headers=headers))) for _ in range(2)]
    try:
        for asking in both:
            asking.start()
        eventually(lambda: answers, 8, "one of the two is refused")
    finally:
        own_house.signal("intake.0", signal.SIGCONT)
    for asking in both:
        asking.join(30)
    assert (answers[0].status, answers[0].json["reason"]) == (409, "in_progress")
    assert answers[1].status == 201
    again = own_house.request("POST", "/v1/branches", body, headers=headers)
    assert again.status == 201, again

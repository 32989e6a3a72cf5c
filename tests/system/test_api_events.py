"""GET /v1/events: as a stream, as pages, from where one was, and of what one asked for."""

import http.client
import json
import threading
import time

import pytest

from house import eventually
from outside import INSTANT, fields, fresh, planned_job, problem

JSON = {"Accept": "application/json"}


class RawStream:
    """A stream as it is on the wire, line by line."""

    def __init__(self, house, query="", headers=None, key=None):
        self.since = time.monotonic()
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
        self._connection.request("GET", "/v1/events" + query, headers={
            "Authorization": f"Bearer {key or house.key}", "Accept": "text/event-stream", **(headers or {})})
        self.answer = self._connection.getresponse()

    def line(self):
        return self.answer.readline().decode().rstrip("\n").rstrip("\r")

    def block(self):
        """The fields of the next event as (name, value); comments and retry are stepped over."""
        found = []
        while True:
            line = self.line()
            if line.startswith(":") or line.startswith("retry:"):
                continue
            if line:
                found.append(tuple(line.split(":", 1)))
            elif found:
                return [(name, value.removeprefix(" ")) for name, value in found]

    def close(self):
        self._connection.close()


@pytest.fixture(scope="module", autouse=True)
def quiet(house, scene):
    """A stream on which nothing happens, opened before all others here."""
    ticket_id = scene.register(kind="consult")["ticket_id"]
    stream = RawStream(house, f"?ticket_id={ticket_id}&types=ticket.merged")
    yield stream
    stream.close()


def page(house, query="", key="admin", headers=None):
    return house.request("GET", "/v1/events?" + query, key=key, headers={**JSON, **(headers or {})})


def now(house):
    """Where the story stands."""
    cursor, items = "start", True
    while items:
        answer = page(house, f"after={cursor}&limit=500").json
        cursor, items = answer["next_cursor"], answer["items"]
    return cursor


# ---- what an event is ----

def test_an_event_has_every_member(house, scene):
    start = now(house)
    job_id = planned_job(house, scene)
    ticket_id = house.get(f"/v1/jobs/{job_id}")["ticket_id"]
    registered, planned = eventually(lambda: len(
        found := page(house, f"after={start}&ticket_id={ticket_id}").json["items"]) == 2 and found)

    for event, source, kind in ((registered, "intake", "ticket.registered"),
                                (planned, "dispatch", "job.planned")):
        assert event["specversion"] == "1.0"
        assert event["type"] == kind
        assert event["source"] == f"/afterline/{source}"
        name, number = event["id"].split("/")
        assert name == source and event["sequence"] == f"{int(number):020}"
        assert event["datacontenttype"] == "application/json"
        assert INSTANT.fullmatch(event["time"])
        assert len(event["traceparent"].split("-")) == 4
        assert event["branch"] == scene.branch
        assert event["subject"] == event["data"]["ticket_id"] == ticket_id
        assert isinstance(event["cursor"], str) and event["cursor"]
    assert planned["cause"] == registered["id"]
    assert not registered.get("cause")
    assert planned["traceparent"].split("-")[1] == registered["traceparent"].split("-")[1]


def test_every_move_tells_its_event(house, scene, mover):
    start = now(house)
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    for action in ("acknowledge", "start", "wait", "resume", "notes", "resolve", "object", "resolve",
                   "confirm", "close", "reopen", "cancel"):
        assert mover.ask_ticket(ticket_id, action, **({"text": "x"} if action == "notes" else {})
                                ).status in (200, 201), action
    merged = mover.ticket_in("merged")["ticket_id"]
    told = [event["type"] for event in page(house, f"after={start}&ticket_id={ticket_id}").json["items"]]

    assert told == ["ticket." + word for word in (
        "registered", "acknowledged", "started", "waiting", "resumed", "noted", "resolved", "objected",
        "resolved", "confirmed", "closed", "reopened", "cancelled")]
    assert page(house, f"after={start}&ticket_id={merged}").json["items"][-1]["type"] == "ticket.merged"


def test_every_move_of_a_job_tells_its_event(house, scene, mover):
    start = now(house)
    job_id = planned_job(house, scene)
    for action in ("offer", "decline", "offer", "accept", "assign", "schedule", "depart", "arrive",
                   "start", "pause", "resume", "suspend", "clear", "complete", "reject", "give_up",
                   "cancel"):
        mover.move_job(job_id, action)
    told = [event["type"] for event in page(house, f"after={start}&types=job.*&limit=500").json["items"]
            if event["data"]["job_id"] == job_id]

    assert told == ["job." + word for word in (
        "planned", "offered", "declined", "offered", "accepted", "assigned", "scheduled", "departed",
        "arrived", "started", "paused", "resumed", "suspended", "cleared", "completed", "rejected",
        "given_up", "cancelled")]


# ---- the stream ----

# What tests before set going may still be told; nothing but a test registers.
REGISTERED = "types=ticket.registered"


def test_a_stream_is_made_of_lines(house, scene):
    stream = RawStream(house, "?" + REGISTERED)
    assert stream.answer.status == 200
    assert stream.answer.headers["Content-Type"].split(";")[0] == "text/event-stream"
    assert stream.answer.headers["Cache-Control"].split(",")[0] in ("no-store", "no-cache")
    ticket_id = scene.register(kind="consult")["ticket_id"]
    block = stream.block()
    stream.close()

    assert sorted({name for name, _ in block}) == ["data", "event", "id"]
    told = dict(block)
    event = json.loads("\n".join(value for name, value in block if name == "data"))
    assert told["event"] == event["type"] == "ticket.registered"
    assert told["id"] == event["cursor"]
    assert event["data"]["ticket_id"] == ticket_id


def test_a_stream_says_when_to_come_back(house, scene):
    stream = RawStream(house)
    scene.register(kind="consult")
    lines = []
    while not any(line.startswith("data:") for line in lines):
        lines.append(stream.line())
    stream.close()

    retry = [line for line in lines if line.startswith("retry:")]
    assert not retry or retry[0].split(":")[1].strip().isdigit()


def test_without_a_cursor_a_stream_begins_now(house, scene):
    scene.register(kind="consult")
    stream = RawStream(house, "?" + REGISTERED)
    ticket_id = scene.register(kind="consult")["ticket_id"]
    event = json.loads(dict(stream.block())["data"])
    stream.close()

    assert event["subject"] == ticket_id


def test_from_the_start_it_begins_with_the_first(house):
    stream = RawStream(house, "?after=start")
    event = json.loads(dict(stream.block())["data"])
    stream.close()

    assert int(event["sequence"]) == 1


@pytest.mark.parametrize("way", ["after", "header", "both"])
def test_one_goes_on_where_one_was(house, scene, way):
    start = now(house)
    tickets = [scene.register(kind="consult")["ticket_id"] for _ in range(3)]
    events = page(house, f"after={start}&{REGISTERED}").json["items"]
    cursor = events[0]["cursor"]
    query, headers = {"after": (f"after={cursor}&", {}), "header": ("", {"Last-Event-ID": cursor}),
                      "both": ("after=start&", {"Last-Event-ID": cursor})}[way]
    stream = RawStream(house, f"?{query}{REGISTERED}", headers)
    heard = [json.loads(dict(stream.block())["data"]) for _ in range(2)]
    stream.close()

    assert [event["subject"] for event in heard] == tickets[1:]
    assert heard == events[1:3]


def test_a_stream_hears_at_once_what_is_written(house, scene):
    with house.stream(scene.subscriber) as stream:
        began = time.monotonic()
        ticket_id = scene.register(kind="consult")["ticket_id"]
        stream.wait_for(lambda e: e["subject"] == ticket_id, seconds=5)
        assert time.monotonic() - began < 5


# ---- pages ----

def test_pages_tell_what_the_stream_tells(house, scene):
    start = now(house)
    for _ in range(5):
        scene.register(kind="consult")
    whole = page(house, f"after={start}&{REGISTERED}").json
    parts, cursor = [], start
    for _ in range(3):
        part = page(house, f"after={cursor}&limit=2&{REGISTERED}").json
        parts += part["items"]
        cursor = part["next_cursor"]

    assert parts == whole["items"] and len(parts) == 5
    assert page(house, f"after={cursor}&{REGISTERED}").json["items"] == []


def test_a_page_of_nothing_can_be_gone_on_from(house, scene):
    first = page(house, REGISTERED).json
    assert first["items"] == []
    ticket_id = scene.register(kind="consult")["ticket_id"]

    then = page(house, f"after={first['next_cursor']}&{REGISTERED}").json
    assert [event["subject"] for event in then["items"]] == [ticket_id]


def test_a_page_waits_for_something_new(house, scene):
    start = now(house)
    began = time.monotonic()
    assert page(house, f"after={start}&wait=1&{REGISTERED}").json["items"] == []
    assert 0.9 <= time.monotonic() - began < 10

    registered = []
    later = threading.Thread(target=lambda: registered.append(scene.register(kind="consult")))
    later.start()
    found = page(house, f"after={start}&wait=30&{REGISTERED}").json["items"]
    later.join()
    assert [event["subject"] for event in found] == [registered[0]["ticket_id"]]
    assert time.monotonic() - began < 20


def test_a_page_waits_no_longer_than_it_was_asked_to(house, scene):
    overshoots = []
    for _ in range(3):
        cursor = now(house)
        time.sleep(0.2)  # somewhere between two beats of the tail
        began = time.monotonic()
        answer = page(house, f"after={cursor}&wait=1&types=odd.*")
        overshoots.append(time.monotonic() - began - 1)
        assert answer.json["items"] == []

    assert 0 <= min(overshoots) < 0.1, overshoots


def test_a_page_with_something_new_does_not_wait(house, scene):
    start = now(house)
    scene.register(kind="consult")
    began = time.monotonic()

    assert page(house, f"after={start}&wait=30").json["items"]
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("query, status, reason", [
    ("wait=31", 422, "out_of_range"), ("wait=-1", 422, "out_of_range"), ("wait=1.5", 422, "wrong_type"),
    ("wait=x", 422, "wrong_type"), ("limit=501", 422, "out_of_range"), ("limit=x", 422, "wrong_type"),
    ("colour=red", 400, "unknown_field"), ("types=ticket.*,,", 400, "bad_types"),
    ("ticket_id=T10000001", 400, "bad_check_digit"), ("ticket_id=J10000012", 400, "bad_identifier")])
def test_what_cannot_be_followed_is_refused(house, query, status, reason):
    said = problem(page(house, query), status, reason)

    assert fields(said) == {query.split("=")[0]}


@pytest.mark.parametrize("cursor", ["nonsense", "AQEAAAAA", "x" * 3000, "%00", "0", "-1", "Start"])
def test_a_cursor_nobody_gave_is_refused(house, cursor):
    problem(page(house, f"after={cursor}"), 400)
    stream = RawStream(house, f"?after={cursor}")
    assert stream.answer.status == 400
    stream.close()


def test_a_cursor_in_the_header_nobody_gave_is_refused(house):
    problem(page(house, headers={"Last-Event-ID": "nonsense"}), 400)


def test_a_tampered_cursor_is_refused(house):
    cursor = now(house)
    for place in (3, len(cursor) // 2, len(cursor) - 2):
        other = "A" if cursor[place] != "A" else "B"
        answer = page(house, f"after={cursor[:place]}{other}{cursor[place + 1:]}")
        assert answer.status == 400, answer


# ---- what one asked for ----

@pytest.mark.parametrize("types, wanted", [
    ("ticket.*", {"ticket.registered", "ticket.cancelled"}),
    ("job.planned", {"job.planned"}),
    ("ticket.cancelled,job.planned", {"ticket.cancelled", "job.planned"}),
    ("job.*,ticket.registered", {"ticket.registered", "job.planned", "job.cancelled"})])
def test_types_are_chosen(house, scene, mover, types, wanted):
    start = now(house)
    ticket_id = scene.register()["ticket_id"]
    eventually(lambda: house.get(f"/v1/jobs?ticket_id={ticket_id}")["items"])
    mover.move_ticket(ticket_id, "cancel")

    def told():
        items = page(house, f"after={start}&types={types}").json["items"]
        return {event["type"] for event in items if event["subject"] == ticket_id}

    eventually(lambda: told() == wanted, 5, f"{wanted}")


def test_a_chosen_type_is_streamed_and_no_other(house, scene, mover):
    with house.stream(query="types=ticket.cancelled") as stream:
        ticket_id = mover.ticket_in("cancelled")["ticket_id"]
        stream.wait_for(lambda e: e["subject"] == ticket_id)
    assert {event["type"] for event in stream.events} == {"ticket.cancelled"}


@pytest.mark.parametrize("types", ["dance.*", "ticket.danced", "*.*x", ","])
def test_a_type_there_is_not_is_no_server_error(house, types):
    assert page(house, f"types={types}").status in (200, 400, 422)


def test_a_ticket_is_followed(house, scene):
    start = now(house)
    one, other = (scene.register()["ticket_id"] for _ in range(2))

    def told():
        return page(house, f"after={start}&ticket_id={one}").json["items"]

    events = eventually(lambda: len(told()) == 2 and told())
    assert [(event["subject"], event["type"]) for event in events] == [
        (one, "ticket.registered"), (one, "job.planned")]


def test_a_branch_is_followed_with_those_below(house, scene):
    above, below = fresh("above"), fresh("below")
    for code, parent in ((above, ""), (below, above)):
        house.post("/v1/branches", {"branch": code, "name": code, "parent": parent, "kind": "branch",
                                    "time_zone": "Asia/Shanghai"})
    start = now(house)
    wanted = {house.post("/v1/tickets", scene.ticket(kind="consult", branch=code))["ticket_id"]
              for code in (above, below)}
    scene.register(kind="consult")
    told = page(house, f"after={start}&branch={above}").json["items"]

    assert {event["subject"] for event in told} == wanted
    assert {event["branch"] for event in told} == {above, below}


def test_in_the_quiet_a_comment_keeps_the_stream_open(quiet):
    """The last here, for then most of the fifteen seconds have gone by."""
    while True:
        line = quiet.line()
        assert not line.startswith("data:")
        if line.startswith(":"):
            break
    assert time.monotonic() - quiet.since < 20

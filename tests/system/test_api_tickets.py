"""The main job, field by field, and every move of a ticket's life as the outside sees it."""

import datetime

import pytest

from house import eventually
from outside import INSTANT, NOBODY, fields, fresh, fresh_phone, job_of, problem, refuses_field

KINDS = ("consult", "training", "install", "commission", "repair", "maintain", "upgrade", "support",
         "return", "exchange", "complaint", "suggestion", "praise", "other")
CHANNELS = ("phone", "mail", "web", "chat", "counter", "letter", "fax", "provider", "api")
PRODUCT_WORK = ("install", "commission", "repair", "maintain", "upgrade")
WITH_JOB = (*PRODUCT_WORK, "support")

# domain.md, section 2: from a state, by an action, to a state.
MOVES = {
    "registered": {"acknowledge": "acknowledged", "wait": "waiting", "resolve": "resolved",
                   "cancel": "cancelled", "merge": "merged"},
    "acknowledged": {"start": "in_progress", "wait": "waiting", "resolve": "resolved",
                     "cancel": "cancelled", "merge": "merged"},
    "in_progress": {"wait": "waiting", "resolve": "resolved", "cancel": "cancelled",
                    "merge": "merged"},
    "waiting": {"resume": "in_progress", "resolve": "resolved", "cancel": "cancelled",
                "merge": "merged"},
    "resolved": {"confirm": "confirmed", "object": "in_progress", "merge": "merged"},
    "confirmed": {"close": "closed", "object": "in_progress", "merge": "merged"},
    "closed": {"reopen": "in_progress"},
    "cancelled": {},
    "merged": {},
}
ACTIONS = ("acknowledge", "start", "wait", "resume", "resolve", "object", "confirm", "close",
           "reopen", "cancel", "merge")


def ask(mover, ticket_id, action, **more):
    if action == "merge":
        more.setdefault("into", mover.ticket_in("registered")["ticket_id"])
    return mover.ask_ticket(ticket_id, action, **more)


# ---- registering ----

def test_a_ticket_is_answered_field_by_field(house, scene):
    asked = scene.ticket(channel_ref=fresh("call"), purchased_on="2026-08-01",
                         serial_number=fresh("BX200"), received_at="2026-11-23T01:02:03Z",
                         customer={"name": "王芳", "phone": fresh_phone(), "email": "",
                                   "address": "杭州市西湖区文三路 1 号"})
    answer = house.request("POST", "/v1/tickets", asked, scene.agent)
    ticket = answer.json

    assert answer.status == 201
    for name, value in asked.items():
        assert ticket[name] == value, name
    assert ticket["ticket_id"][0] == "T" and ticket["customer_id"][0] == "K"
    assert ticket["unit_id"][0] == "U"
    assert (ticket["version"], ticket["state"]) == (1, "registered")
    assert ticket["priority"] and ticket["priority"] == ticket["priority"].lower()
    assert INSTANT.fullmatch(ticket["recorded_at"])
    for name in ("possible_duplicates", "jobs", "returns", "complaints"):
        assert ticket[name] == []


def test_what_is_read_is_what_was_answered(house, scene):
    made = scene.register(kind="consult")
    read = house.get(f"/v1/tickets/{made['ticket_id']}", scene.agent)

    assert read == made


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_registered(house, scene, kind):
    assert scene.register(kind=kind)["kind"] == kind


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_is_registered(house, scene, channel):
    ticket = scene.register(kind="consult", channel=channel, purchased_on="2026-08-01")

    assert ticket["channel"] == channel


@pytest.mark.parametrize("field, value", [
    ("kind", "dance"), ("channel", "telepathy"), ("impact", "enormous"), ("urgency", "soon"),
    ("service_mode", "teleport"), ("kind", "REPAIR"), ("branch", "nowhere")])
def test_a_word_nobody_knows_is_refused(house, scene, field, value):
    refuses_field(house.request("POST", "/v1/tickets", scene.ticket(**{field: value}), scene.agent)
                  if field != "branch" else
                  house.request("POST", "/v1/tickets", scene.ticket(branch=value)), field)


def missing(house, scene, **more):
    said = problem(house.request("POST", "/v1/tickets", scene.ticket(**more), scene.agent), 422)
    return {v["field"] for v in said["violations"] if v["reason"] == "missing"}


def test_a_nameless_customer_is_refused(house, scene):
    assert missing(house, scene, customer={"name": "", "phone": "13800138000"}) == {"customer.name"}


@pytest.mark.parametrize("way", [{"phone": "13800138000"}, {"email": "wang@example.com"},
                                 {"address": "杭州市西湖区文三路 1 号"}])
def test_one_way_to_reach_the_customer_is_enough(scene, way):
    assert scene.register(kind="consult", customer={"name": "王芳", **way})


def test_no_way_to_reach_the_customer_is_refused(house, scene):
    named = missing(house, scene, customer={"name": "王芳"})

    assert len(named) >= 1 and all(name.startswith("customer.") for name in named)


@pytest.mark.parametrize("kind", PRODUCT_WORK)
def test_product_work_needs_a_product(house, scene, kind):
    bare = {"kind": kind, "product_model": "", "serial_number": ""}

    assert missing(house, scene, **bare) & {"product_model", "serial_number"}
    scene.register(**{**bare, "product_model": "BX-200"})
    scene.register(**{**bare, "serial_number": "BX200-000452"})


def test_a_repair_needs_a_symptom(house, scene):
    assert missing(house, scene, symptom="") == {"symptom"}


def test_the_counter_needs_the_purchase_date(house, scene):
    unknown = {"channel": "counter", "serial_number": fresh("BX200")}

    assert missing(house, scene, **unknown) == {"purchased_on"}
    scene.register(**unknown, purchased_on="2026-08-01")


def test_what_it_is_about_is_needed(house, scene):
    assert "description" in missing(house, scene, kind="consult", description="", symptom="")


def test_everything_missing_is_named_at_once(house, scene):
    named = missing(house, scene, channel="counter", customer={}, product_model="",
                    serial_number="", symptom="", description="", purchased_on="")

    assert {"customer.name", "symptom", "purchased_on"} <= named
    assert len(named) >= 5


def test_when_the_customer_spoke_is_kept_apart(scene):
    ticket = scene.register(kind="consult", received_at="2026-11-20T08:00:00Z")

    assert ticket["received_at"] == "2026-11-20T08:00:00Z" != ticket["recorded_at"]


def test_a_customer_is_found_by_the_phone_however_it_is_written(scene):
    phones = ("13700137000", "+86 137 0013 7000", "137-0013-7000", "008613700137000")
    found = {scene.register(kind="consult", customer={"name": "陈明", "phone": phone})["customer_id"]
             for phone in phones}

    assert len(found) == 1


def test_a_unit_is_found_by_its_serial_number(scene):
    serial = fresh("BX200")
    units = {scene.register(kind="consult", serial_number=serial)["unit_id"] for _ in range(2)}

    assert len(units) == 1
    assert scene.register(kind="consult", serial_number=fresh("BX200"))["unit_id"] not in units


def test_the_channels_reference_detects_duplicates(scene):
    ref = fresh("call")
    first = scene.register(kind="consult", channel_ref=ref)
    second = scene.register(kind="consult", channel_ref=ref)

    assert second["ticket_id"] != first["ticket_id"]
    assert first["ticket_id"] in second["possible_duplicates"]


def test_priority_follows_impact_and_urgency(scene):
    priority = {(i, u): scene.register(kind="consult", impact=i, urgency=u)["priority"]
                for i in ("low", "high") for u in ("low", "high")}

    assert priority["low", "low"] != priority["high", "high"]


# ---- the life ----

@pytest.mark.parametrize("state, action", [(s, a) for s, moves in MOVES.items() for a in moves])
def test_an_allowed_move_is_made(house, scene, mover, state, action):
    before = mover.ticket_in(state)
    if (state, action) == ("waiting", "resume"):
        wanted = "registered"  # the state before
    else:
        wanted = MOVES[state][action]
    answer = ask(mover, before["ticket_id"], action)

    assert answer.status == 200, answer
    assert answer.json["state"] == wanted
    assert answer.json["version"] > before["version"]
    assert answer.json == house.get(f"/v1/tickets/{before['ticket_id']}", scene.agent)


@pytest.mark.parametrize("state", MOVES)
def test_every_other_move_is_refused(house, scene, mover, state):
    before = mover.ticket_in(state)
    for action in ACTIONS:
        if action in MOVES[state]:
            continue
        said = problem(ask(mover, before["ticket_id"], action, key=mover.lead), 409)
        assert said["state"] == state, action
        assert set(said["allowed"]) == set(MOVES[state]), (action, said["allowed"])
    assert house.get(f"/v1/tickets/{before['ticket_id']}", scene.agent) == before


@pytest.mark.parametrize("state", ["registered", "acknowledged", "in_progress"])
def test_resuming_leads_back_to_the_state_before(mover, state):
    ticket_id = mover.ticket_in(state)["ticket_id"]
    waiting = mover.move_ticket(ticket_id, "wait", waiting_for="parts")
    assert waiting["waiting_for"] == "parts"

    resumed = mover.move_ticket(ticket_id, "resume")
    assert (resumed["state"], resumed["waiting_for"]) == (state, "")


@pytest.mark.parametrize("whom", ["customer", "provider", "parts", "department", "evidence", "safety"])
def test_one_may_wait_for(mover, whom):
    ticket_id = mover.ticket_in("registered")["ticket_id"]

    assert mover.move_ticket(ticket_id, "wait", waiting_for=whom)["waiting_for"] == whom


@pytest.mark.parametrize("state, action, body, field", [
    ("registered", "wait", {"waiting_for": ""}, "waiting_for"),
    ("registered", "wait", {"waiting_for": "godot"}, "waiting_for"),
    ("registered", "resolve", {"cause": ""}, "cause"),
    ("registered", "resolve", {"solution": ""}, "solution"),
    ("resolved", "object", {"reason": ""}, "reason"),
    ("confirmed", "close", {"summary": ""}, "summary"),
    ("closed", "reopen", {"reason": ""}, "reason"),
    ("registered", "cancel", {"reason": ""}, "reason"),
    ("registered", "merge", {"into": ""}, "into"),
    ("registered", "notes", {"text": ""}, "text"),
])
def test_a_move_without_its_words_is_refused(mover, state, action, body, field):
    ticket_id = mover.ticket_in(state)["ticket_id"]

    refuses_field(mover.ask_ticket(ticket_id, action, **body), field)


def test_who_resolves_says_both_what_and_why(mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    said = problem(mover.ask_ticket(ticket_id, "resolve", cause="", solution=""), 422)

    assert fields(said) == {"cause", "solution"}


def test_a_confirmation_is_signed_or_says_why_not(house, scene, mover):
    ticket_id = mover.ticket_in("resolved")["ticket_id"]
    nothing = house.request("POST", f"/v1/tickets/{ticket_id}/confirm", {}, scene.agent)

    assert fields(problem(nothing, 422))
    house.post(f"/v1/tickets/{ticket_id}/confirm", {"refused_reason": "客户拒签"}, scene.agent)


def test_an_action_is_answered_with_what_was_said(mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    ticket = mover.move_ticket(ticket_id, "acknowledge")
    assert INSTANT.fullmatch(ticket["acknowledged_at"])
    ticket = mover.move_ticket(ticket_id, "resolve", cause="线路", solution="重新接线")
    assert (ticket["cause"], ticket["solution"]) == ("线路", "重新接线")
    assert INSTANT.fullmatch(ticket["resolved_at"])
    mover.move_ticket(ticket_id, "confirm")
    ticket = mover.move_ticket(ticket_id, "close", summary="已办结")
    assert ticket["summary"] == "已办结"
    assert INSTANT.fullmatch(ticket["closed_at"])


def test_an_objection_raises_the_priority_and_is_counted(house, scene, mover):
    ticket = mover.ticket_in("resolved", impact="low", urgency="low")
    with house.stream(scene.subscriber) as stream:
        objected = mover.move_ticket(ticket["ticket_id"], "object")
        event = stream.wait_for(lambda e: e["type"] == "ticket.objected")

    assert objected["priority"] != ticket["priority"]
    assert event["data"]["reopen_count"] == objected["reopen_count"] == 1


def test_a_note_changes_no_state(house, scene, mover):
    ticket = mover.ticket_in("acknowledged")
    for visible in (True, False):
        noted = mover.ask_ticket(ticket["ticket_id"], "notes", text="已回电", visible_to_customer=visible)
        assert noted.status in (200, 201), noted
        assert noted.json["state"] == "acknowledged"


# ---- reopening ----

def closed_days_ago(house, scene, mover, days):
    """A ticket whose whole life an importer tells."""
    importer = house.make_key("importer", branch=scene.branch)
    now = datetime.datetime.now(datetime.timezone.utc)

    def ago(more):
        return (now - datetime.timedelta(days=days) + datetime.timedelta(minutes=more - 60)
                ).strftime("%Y-%m-%dT%H:%M:%SZ")

    ticket_id = house.post("/v1/tickets", scene.ticket(
        kind="consult", received_at=ago(0), occurred_at=ago(0)), importer, 201)["ticket_id"]
    for minute, action in enumerate(("acknowledge", "resolve", "confirm", "close"), 1):
        ticket = mover.move_ticket(ticket_id, action, importer, occurred_at=ago(minute))
    assert ticket["closed_at"].rstrip("Z").split(".")[0] + "Z" == ago(4)
    assert ticket["resolved_at"] < ticket["closed_at"]
    return ticket_id


def test_within_seven_days_anybody_reopens(house, scene, mover):
    ticket = mover.move_ticket(closed_days_ago(house, scene, mover, 6), "reopen")

    assert (ticket["state"], ticket["reopen_count"], ticket["closed_at"]) == ("in_progress", 1, "")


def test_later_a_lead_reopens(house, scene, mover):
    ticket_id = closed_days_ago(house, scene, mover, 8)
    late = mover.ask_ticket(ticket_id, "reopen")

    assert late.status in (403, 409), late
    assert mover.move_ticket(ticket_id, "reopen", mover.lead)["state"] == "in_progress"


def test_reopened_it_lives_on(mover):
    ticket_id = mover.ticket_in("closed")["ticket_id"]
    for count in (1, 2):
        for action in ("reopen", "resolve", "confirm", "close"):
            ticket = mover.move_ticket(ticket_id, action, mover.lead)
        assert (ticket["state"], ticket["reopen_count"]) == ("closed", count)


def test_only_importers_say_when(house, scene, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    answer = mover.ask_ticket(ticket_id, "acknowledge", occurred_at="2026-01-02T03:04:05Z")

    if answer.status == 200:  # not honoured
        assert not answer.json["acknowledged_at"].startswith("2026-01-02")
    else:
        problem(answer, answer.status)
        assert answer.status in (403, 422)


# ---- merging ----

def test_both_numbers_answer(house, scene, mover):
    gone, survivor = (mover.ticket_in("acknowledged")["ticket_id"] for _ in range(2))
    merged = mover.move_ticket(gone, "merge", into=survivor)

    assert (merged["state"], merged["merged_into"]) == ("merged", survivor)
    assert house.get(f"/v1/tickets/{gone}", scene.agent)["merged_into"] == survivor
    assert house.get(f"/v1/tickets/{survivor}", scene.agent)["state"] == "acknowledged"


def test_a_ticket_is_not_merged_into_itself_or_nothing(house, scene, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    for into in (ticket_id, NOBODY, mover.ticket_in("merged")["ticket_id"],
                 mover.ticket_in("cancelled")["ticket_id"]):
        answer = mover.ask_ticket(ticket_id, "merge", into=into)
        assert answer.status in (404, 409, 422), answer
        problem(answer, answer.status)
    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["state"] == "registered"


def test_tickets_are_not_merged_in_a_ring(mover):
    one, other = (mover.ticket_in("registered")["ticket_id"] for _ in range(2))
    mover.move_ticket(one, "merge", into=other)

    assert mover.ask_ticket(other, "merge", into=one).status in (409, 422)


# ---- amending ----

def amend(house, scene, ticket_id, **body):
    return house.request("PATCH", f"/v1/tickets/{ticket_id}", body, scene.agent)


def test_what_is_absent_stays_and_what_is_empty_goes(house, scene, mover):
    ticket_id = mover.ticket_in("registered", assignee="li", team="east")["ticket_id"]
    changed = amend(house, scene, ticket_id, assignee="wang")
    assert changed.status == 200, changed
    assert (changed.json["assignee"], changed.json["team"]) == ("wang", "east")

    emptied = amend(house, scene, ticket_id, team="").json
    assert (emptied["assignee"], emptied["team"]) == ("wang", "")
    assert emptied["version"] == 3


def test_null_takes_away_what_a_ticket_can_do_without(house, scene, mover):
    ticket_id = mover.ticket_in("registered", assignee="li", team="east")["ticket_id"]

    patched = house.request("PATCH", f"/v1/tickets/{ticket_id}", key=scene.agent,
                            headers={"Content-Type": "application/merge-patch+json"},
                            body=b'{"assignee": null}')
    assert patched.status == 200, patched
    assert (patched.json["assignee"], patched.json["team"]) == ("", "east")


@pytest.mark.parametrize("nothing", ["", None])
@pytest.mark.parametrize("field", ["impact", "urgency", "priority"])
def test_what_a_ticket_needs_is_not_taken_away(house, scene, mover, field, nothing):
    ticket_id = mover.ticket_in("registered")["ticket_id"]

    refuses_field(amend(house, scene, ticket_id, **{field: nothing, "assignee": "x"}), field,
                  "missing")
    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["version"] == 1


def test_impact_and_urgency_lead_to_another_priority(house, scene, mover):
    ticket = mover.ticket_in("registered", impact="low", urgency="low")
    changed = amend(house, scene, ticket["ticket_id"], impact="high", urgency="high").json

    assert (changed["impact"], changed["urgency"]) == ("high", "high")
    assert changed["priority"] != ticket["priority"]


def test_an_overridden_priority_wants_a_reason(house, scene, mover):
    ticket = mover.ticket_in("registered", impact="low", urgency="low")
    high = mover.ticket_in("registered", impact="high", urgency="high")["priority"]

    refuses_field(amend(house, scene, ticket["ticket_id"], priority=high), "reason")
    changed = amend(house, scene, ticket["ticket_id"], priority=high, reason="老人独居")
    assert changed.json["priority"] == high


def test_an_amendment_of_what_is_stale_or_senseless_is_refused(house, scene, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]

    refuses_field(amend(house, scene, ticket_id, impact="enormous"), "impact")
    assert "state" in fields(problem(amend(house, scene, ticket_id, state="closed"), 422))
    problem(house.request("PATCH", f"/v1/tickets/{ticket_id}", {"team": "x"}, scene.agent,
                          {"If-Match": '"7"'}), 412)
    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["version"] == 1


# ---- what belongs to a ticket ----

@pytest.mark.parametrize("kind", WITH_JOB)
def test_work_plans_its_job_by_itself(house, scene, kind):
    ticket_id = scene.register(kind=kind)["ticket_id"]
    job_id = job_of(house, scene, ticket_id)

    job = house.get(f"/v1/jobs/{job_id}", scene.dispatcher)
    assert (job["kind"], job["state"], job["ticket_id"]) == (kind, "planned", ticket_id)
    eventually(lambda: house.get(f"/v1/tickets/{ticket_id}", scene.agent)["jobs"] == [job_id])


@pytest.mark.parametrize("kind, things, letter", [
    ("return", "returns", "R"), ("exchange", "returns", "R"), ("complaint", "complaints", "C"),
    ("suggestion", "complaints", "C"), ("praise", "complaints", "C")])
def test_a_ticket_opens_a_return_or_a_complaint(house, scene, kind, things, letter):
    ticket_id = scene.register(kind=kind)["ticket_id"]
    found = eventually(lambda: house.get(f"/v1/{things}?ticket_id={ticket_id}")["items"])
    one = found[0]
    number = one[f"{things[:-1]}_id"]

    assert len(found) == 1 and number[0] == letter
    assert (one["ticket_id"], one["kind"], one["branch"]) == (ticket_id, kind, scene.branch)
    assert one["state"] == {"returns": "requested", "complaints": "received"}[things]
    answer = house.request("GET", f"/v1/{things}/{number}")
    assert answer.json == one and answer.headers["ETag"] == '"1"'
    listed = house.get(f"/v1/{things}?branch={scene.branch}&state={one['state']}")["items"]
    assert listed[0] == one, "newest first"
    eventually(lambda: house.get(f"/v1/tickets/{ticket_id}", scene.agent)[things] == [number])

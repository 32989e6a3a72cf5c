"""POST /v1/job-updates: a provider pushes, one or thousands, and each is answered on its own."""

import json

import pytest

from house import eventually
from outside import fresh, identifier, planned_job, problem, update, words
from scene import REPORT

LINES = {"Content-Type": "application/x-ndjson"}


def offered(house, scene, mover, **more):
    return mover.job_in("offered", **more)["job_id"]


def state_of(house, scene, job_id):
    return house.get(f"/v1/jobs/{job_id}", scene.dispatcher)["state"]


def raw_lines(house, scene, body):
    return house.request("POST", "/v1/job-updates", key=scene.provider, headers=LINES, body=body)


@pytest.fixture(params=["json", "lines"])
def push(request, mover):
    return mover.push if request.param == "json" else mover.push_lines


def test_each_step_is_applied(house, scene, mover, push):
    job_id = offered(house, scene, mover)
    for state in ("accepted", "scheduled", "en_route", "on_site", "working", "paused", "working",
                  "completed"):
        more = {"completed": {"report": REPORT}, "paused": {"reason": "parts"}}.get(state, {})
        result = push(update(job_id, state, **more))[0]
        assert (result["result"], result["state"]) == ("applied", state), result
    assert state_of(house, scene, job_id) == "completed"


@pytest.mark.parametrize("road, state, reached", [
    ("offered", "declined", "planned"), ("working", "given_up", "planned")])
def test_a_job_goes_back(house, scene, mover, push, road, state, reached):
    job_id = mover.job_in(road)["job_id"]
    assert words(push(update(job_id, state, reason="无配件"))) == ["applied"]

    assert state_of(house, scene, job_id) == reached


def test_steps_between_are_recorded_as_implied(house, scene, mover, push):
    job_id = offered(house, scene, mover)
    with house.stream(scene.subscriber) as stream:
        assert push(update(job_id, "working"))[0]["state"] == "working"
        stream.wait_for(lambda e: e["type"] == "job.started")
        steps = {e["type"]: e["data"]["implied"] for e in stream.events
                 if e["type"].startswith("job.") and e["data"]["job_id"] == job_id}

    assert steps == {"job.accepted": True, "job.scheduled": True, "job.departed": True,
                     "job.arrived": True, "job.started": False}


def test_all_the_way_at_once(house, scene, mover, push):
    job_id = offered(house, scene, mover)

    assert push(update(job_id, "completed", report=REPORT))[0]["state"] == "completed"
    job = house.get(f"/v1/jobs/{job_id}", scene.dispatcher)
    assert job["report"]["work_done"] == REPORT["work_done"]


def test_results_are_in_the_order_sent(house, scene, mover, push):
    one, other = (offered(house, scene, mover) for _ in range(2))
    results = push(update(one, "working"), update(other, "en_route"),
                   update(one, "completed", report=REPORT), update(other, "on_site"))

    assert words(results) == ["applied"] * 4
    assert [result["state"] for result in results] == ["working", "en_route", "completed", "on_site"]


def test_the_same_update_is_a_duplicate(house, scene, mover, push):
    job_id = offered(house, scene, mover)
    first = update(job_id, "en_route")
    assert words(push(first, first)) == ["applied", "duplicate"]
    version = house.get(f"/v1/jobs/{job_id}", scene.dispatcher)["version"]

    again = push(first, {**first, "state": "working"})  # the latter may as well be called wrong
    assert again[0]["result"] == "duplicate" and again[1]["result"] in ("duplicate", "rejected")
    assert {result["state"] for result in again} == {"en_route"}
    assert house.get(f"/v1/jobs/{job_id}", scene.dispatcher)["version"] == version


def test_an_id_belongs_to_its_provider(house, scene, mover):
    mine = update(offered(house, scene, mover), "en_route")
    assert words(mover.push(mine)) == ["applied"]
    other, key = another_provider(house, scene)
    job_id = planned_job(house, scene)
    house.post(f"/v1/jobs/{job_id}/offer", {"provider_id": other}, scene.dispatcher)

    assert words(mover.push({**mine, "job_id": job_id}, key=key)) == ["applied"]


def another_provider(house, scene):
    number = house.post("/v1/providers", {"name": fresh("维修"), "kinds": ["repair"],
                                          "branches": [scene.branch]})["provider_id"]
    return number, house.make_key("provider", provider_id=number)


def test_what_is_older_than_what_is_known_is_stale(house, scene, mover, push):
    job_id = offered(house, scene, mover)
    results = push(update(job_id, "on_site", occurred_at="2026-11-23T10:00:00Z"),
                   update(job_id, "working", occurred_at="2026-11-23T09:00:00Z"))

    assert words(results) == ["applied", "stale"]
    assert results[1]["state"] == "on_site" == state_of(house, scene, job_id)


def test_a_rejection_says_why_and_what_was_expected(house, scene, mover, push):
    job_id = mover.job_in("working")["job_id"]
    rejected = [
        update(job_id, "flying"), update(job_id, "verified"), update(job_id, "planned"),
        update(job_id, ""), update(job_id, "completed"),
        update(job_id, "completed", report={**REPORT, "findings": ""}),
        update(job_id, "paused", occurred_at="yesterday"), update("", "working"),
        update(identifier("J", 9999999), "working"), update("J10000001", "working"),
        update(job_id, "scheduled"), {"job_id": job_id, "state": "paused", "reason": "x"},
    ]
    results = push(*rejected, update(job_id, "paused", reason="parts"))

    assert words(results) == ["rejected"] * len(rejected) + ["applied"]
    for sent, result in zip(rejected, results):
        assert result["reason"], sent
        assert result["detail"], sent
    assert results[0]["state"] == "working"


def test_a_bad_one_never_harms_its_neighbours(house, scene, mover):
    jobs = [offered(house, scene, mover) for _ in range(3)]
    sent = []
    for job_id in jobs:
        sent += [update(job_id, "flying"), update(job_id, "working"), update(job_id, "on_site")]
    assert words(mover.push(*sent)) == ["rejected", "applied", "rejected"] * 3


def test_what_another_holds_is_unknown(house, scene, mover, push):
    number, key = another_provider(house, scene)
    theirs = planned_job(house, scene)
    house.post(f"/v1/jobs/{theirs}/assign", {"provider_id": number, "reason": "x"}, scene.dispatcher)
    held, unknown = push(update(theirs, "working"), update(identifier("J", 9999999), "working"))

    assert held["result"] == "rejected" and held["state"] == ""
    assert held["reason"] == unknown["reason"]


def test_a_position_and_a_note_move_nothing(house, scene, mover, push):
    job_id = mover.job_in("en_route")["job_id"]
    result = push(update(job_id, "en_route", note="路上", latitude=30.25, longitude=120.15))[0]
    assert (result["result"], result["state"]) == ("applied", "en_route")

    job = house.get(f"/v1/jobs/{job_id}", scene.dispatcher)
    assert (job["latitude"], job["longitude"]) == (30.25, 120.15)


def test_pushed_twice_under_one_key_it_is_answered_once(house, scene, mover):
    sent = {"updates": [update(offered(house, scene, mover), "working")]}
    key = {"Idempotency-Key": fresh("push")}
    first, second = (house.request("POST", "/v1/job-updates", sent, scene.provider, key)
                     for _ in range(2))

    assert (first.status, first.body) == (second.status, second.body)
    assert second.headers["Idempotent-Replayed"] == "true"


# ---- what is no update ----

NO_UPDATES = [
    ({"occurred_at": 12}, "wrong_type", "occurred_at"), ({"latitude": "30.1"}, "wrong_type", "latitude"),
    ({"report": {"parts": [{"quantity": -1}]}}, "out_of_range", "report.parts[0].quantity"),
    ({"colour": "red"}, "unknown_field", "colour"), ({"photos": "P1"}, "wrong_type", "photos"),
]


@pytest.mark.parametrize("more, reason, field", NO_UPDATES)
def test_what_is_no_update_harms_no_neighbour(house, scene, mover, push, more, reason, field):
    job_id = offered(house, scene, mover)
    results = push(update(job_id, "en_route"), update(job_id, "on_site", **more),
                   update(job_id, "working"))  # with their update_ids, each of them

    assert words(results) == ["applied", "rejected", "applied"]
    assert results[1]["reason"] == reason and results[1]["detail"].startswith(field + ": ")
    assert state_of(house, scene, job_id) == "working"


@pytest.mark.parametrize("bad", [None, "x", 7, [], True, {"update_id": 7}])
def test_an_item_that_is_nothing_harms_no_neighbour(house, scene, mover, bad):
    job_id = offered(house, scene, mover)
    sent = {"updates": [bad, update(job_id, "en_route"), bad]}
    results = house.post("/v1/job-updates", sent, scene.provider)["results"]

    assert words(results) == ["rejected", "applied", "rejected"]
    assert (results[0]["reason"], results[0]["update_id"]) == ("wrong_type", "")


@pytest.mark.parametrize("bad, reason", [
    (b'{"note": "a", "note": "b"}', "duplicate_field"), (b'{"note": "\\u0000"}', "nul_character"),
    (b'{"note": "\\ud800"}', "bad_utf8"), (b'{"note": "\xff"}', "bad_utf8"),
    (b'{"latitude": 1e999}', "out_of_range"), (b'{"latitude": 12345678901234567890123}', "out_of_range"),
    (b"[" * 40 + b"]" * 40, "too_deep")])
def test_what_no_reader_takes_harms_no_neighbour(house, scene, mover, bad, reason):
    job_id = offered(house, scene, mover)
    good = [json.dumps(update(job_id, state)).encode() for state in ("en_route", "on_site")]
    answer = house.request("POST", "/v1/job-updates", key=scene.provider,
                           headers={"Content-Type": "application/json"},
                           body=b'{"updates": [' + b", ".join([good[0], bad, good[1]]) + b"]}")

    results = answer.json["results"]
    assert words(results) == ["applied", "rejected", "applied"]
    assert results[1]["reason"] == reason
    assert state_of(house, scene, job_id) == "on_site"


@pytest.mark.parametrize("sent, status", [
    (b'{"updates": [', 400), (b'{"updates": [{"update_id": x}]}', 400),
    (b'{"updates": [{"note": "\xff"}], "updates": []}', 400),
    (b'{"updates": {}}', 422), (b'{"updates": [], "more": 1}', 422), (b"[]", 422), (b"null", 422)])
def test_what_is_wrong_around_the_updates_refuses_them_all(house, scene, sent, status):
    problem(house.request("POST", "/v1/job-updates", key=scene.provider, body=sent,
                          headers={"Content-Type": "application/json"}), status)


def test_updates_take_nothing_from_the_query(house, scene):
    answer = house.request("POST", "/v1/job-updates?x=1", {"updates": []}, scene.provider)

    problem(answer, 400, "unknown_field")


def test_only_providers_are_told_what_is_no_update(house, scene):
    problem(house.request("POST", "/v1/job-updates", {"updates": [None]}, scene.subscriber), 403)


# ---- under one key ----

def pushed(house, scene, key, *updates):
    return house.request("POST", "/v1/job-updates", {"updates": list(updates)}, scene.provider,
                         {"Idempotency-Key": key})


def test_what_is_no_update_is_answered_again(house, scene, mover):
    key = fresh("push")
    sent = [None, update(offered(house, scene, mover), "working")]
    first, second = (pushed(house, scene, key, *sent) for _ in range(2))

    assert words(first.json["results"]) == ["rejected", "applied"]
    assert (first.status, first.body) == (second.status, second.body)
    assert second.headers["Idempotent-Replayed"] == "true" and not first.headers["Idempotent-Replayed"]


@pytest.mark.parametrize("other", [[], [7], ["x"], [None, None]])
def test_other_things_that_are_no_updates_are_another_request(house, scene, mover, other):
    key = fresh("push")
    good = update(offered(house, scene, mover), "working")
    assert pushed(house, scene, key, None, good).status == 200

    problem(pushed(house, scene, key, *other, good), 422, "key_reused")


def streamed(house, scene, key, *lines):
    body = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    return house.request("POST", "/v1/job-updates", key=scene.provider, body=body.encode(),
                         headers={**LINES, "Idempotency-Key": key})


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1000])
def test_the_same_lines_are_answered_again(house, scene, mover, count):
    key, job_id = fresh("push"), offered(house, scene, mover)
    sent = [update(job_id, "flying") for _ in range(count - 1)] + ["{\n"] * (count > 0)
    first, second = (streamed(house, scene, key, *sent) for _ in range(2))

    assert len(first.json["results"]) == count
    assert (first.status, first.body) == (second.status, second.body)
    assert second.headers["Idempotent-Replayed"] == "true" and not first.headers["Idempotent-Replayed"]


@pytest.mark.parametrize("one, other", [
    ([], ["{\n"]), (["{\n"], ["[\n"]), (["{\n"], []), (["{\n"], ["{\n", "{\n"]),
    (["x" * 65537 + "\n"], ["y" * 65537 + "\n"]), (["7\n"] * 500, ["7\n"] * 501),
    (["7\n"] * 501, ["7\n"] * 500)])
def test_other_lines_are_another_request(house, scene, one, other):
    key = fresh("push")
    assert streamed(house, scene, key, *one).status == 200

    problem(streamed(house, scene, key, *other), 422, "key_reused")


def test_more_lines_than_before_are_another_request(house, scene, mover):
    key, job_id = fresh("push"), offered(house, scene, mover)
    first = update(job_id, "en_route")
    assert streamed(house, scene, key, first).status == 200

    problem(streamed(house, scene, key, first, update(job_id, "working")), 422, "key_reused")
    assert state_of(house, scene, job_id) == "en_route"


def test_a_key_of_lines_is_none_of_an_object(house, scene, mover):
    key, good = fresh("push"), update(offered(house, scene, mover), "working")
    assert streamed(house, scene, key, good).status == 200
    for sent in ([], [good], [None]):
        problem(pushed(house, scene, key, *sent), 422, "key_reused")

    key = fresh("push")
    assert pushed(house, scene, key, good).status == 200
    for sent in ([], [good], ["{\n"]):
        problem(streamed(house, scene, key, *sent), 422, "key_reused")


def test_the_keys_of_chunks_are_nobody_elses(house, scene):
    key = fresh("push")
    assert streamed(house, scene, key, *["7\n"] * 1001).status == 200
    for other in (f"{key}/1", f"{key}/2", f"{key} 1", f"{key} 2"):
        assert pushed(house, scene, other).status == 200, other


def test_lines_take_nothing_from_the_query(house, scene):
    answer = house.request("POST", "/v1/job-updates?x=1", key=scene.provider, headers=LINES, body=b"")

    problem(answer, 400, "unknown_field")


@pytest.mark.parametrize("lines", [[], ["{\n"], ["{\n"] * 501])
def test_only_providers_are_told_what_is_no_line(house, scene, lines):
    answer = house.request("POST", "/v1/job-updates", key=scene.subscriber, headers=LINES,
                           body="".join(lines).encode())

    problem(answer, 403)


# ---- limits ----

def test_a_thousand_updates_but_no_more(house, scene, mover):
    job_id = offered(house, scene, mover)
    sent = [update(job_id, "flying") for _ in range(1000)]
    sent[500] = update(job_id, "working")
    results = mover.push(*sent)
    assert words(results) == ["rejected"] * 500 + ["applied"] + ["rejected"] * 499

    answer = house.request("POST", "/v1/job-updates",
                           {"updates": [update(job_id, "paused", reason="x")] * 1001}, scene.provider)
    problem(answer, answer.status)
    assert answer.status in (413, 422)
    assert state_of(house, scene, job_id) == "working"


def test_lines_are_named_where_they_are_the_way(house, scene):
    """Who sends another type, or too much at once, is told what may be sent."""
    for kind, body, status in (("text/csv", b"a,b", 415), ("application/json", b" " * 1048577, 413)):
        said = problem(house.request("POST", "/v1/job-updates", key=scene.provider, body=body,
                                     headers={"Content-Type": kind}), status)
        assert "application/x-ndjson" in said["detail"], said


def test_no_updates_are_no_trouble(house, scene, mover):
    answer = house.request("POST", "/v1/job-updates", {"updates": []}, scene.provider)

    assert answer.status in (200, 422)
    assert raw_lines(house, scene, b"\n\n").status in (200, 422)


def test_ten_thousand_lines_are_read_as_a_stream(house, scene, mover):
    job_id = offered(house, scene, mover)
    sent = [update(job_id, "flying", note="路上" * 12) for _ in range(10000)]
    sent[9999] = update(job_id, "working")
    assert len(json.dumps(sent)) > 1024 * 1024, "more than a body may have"
    results = mover.push_lines(*sent)

    assert words(results) == ["rejected"] * 9999 + ["applied"]


def test_ten_thousand_and_one_lines_are_too_many(house, scene, mover):
    job_id = offered(house, scene, mover)
    line = json.dumps(update(job_id, "flying"))
    answer = raw_lines(house, scene, "\n".join([line] * 10001).encode())

    assert answer.status in (413, 422), answer
    problem(answer, answer.status)


def test_a_line_may_have_64_kib(house, scene, mover):
    job_id = mover.job_in("en_route")["job_id"]

    def line(size):
        return json.dumps(update(job_id, "en_route"))[:-1].ljust(size - 1) + "}"

    longest = line(64 * 1024)
    assert len(longest) == 64 * 1024
    fits = raw_lines(house, scene, longest.encode() + b"\n")
    assert fits.status == 200 and words(fits.json["results"]) == ["applied"], fits
    good = json.dumps(update(job_id, "on_site"))
    over = raw_lines(house, scene, (line(64 * 1024 + 1) + "\n" + good + "\n").encode())
    if over.status == 200:
        assert words(over.json["results"]) == ["rejected", "applied"]
    else:
        problem(over, over.status)
        assert over.status in (413, 422)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_as_lines_do(house, scene, mover, ends, last):
    job_id = offered(house, scene, mover)
    lines = [json.dumps(update(job_id, state)) for state in ("en_route", "on_site")]
    answer = raw_lines(house, scene, (ends.join(lines) + (ends if last else "")).encode())

    assert words(answer.json["results"]) == ["applied"] * 2


@pytest.mark.parametrize("bad", ["{", "[]", "null", "7", '"x"', '{"update_id": 7}', "\x00"])
def test_an_unreadable_line_never_harms_its_neighbours(house, scene, mover, bad):
    job_id = offered(house, scene, mover)
    lines = [json.dumps(update(job_id, "en_route")), bad, json.dumps(update(job_id, "on_site"))]
    results = raw_lines(house, scene, "\n".join(lines).encode()).json["results"]

    assert words(results) == ["applied", "rejected", "applied"]
    assert results[1]["reason"] and results[1]["detail"]


def test_a_lines_unknown_field_is_named(house, scene, mover):
    job_id = offered(house, scene, mover)
    sent = update(job_id, "en_route", colour="red")
    result = raw_lines(house, scene, json.dumps(sent).encode()).json["results"][0]

    assert (result["result"], result["reason"]) == ("rejected", "unknown_field")
    assert "colour" in result["detail"]


def test_the_story_tells_what_the_provider_said(house, scene, mover):
    job_id = mover.job_in("en_route")["job_id"]
    ticket_id = house.get(f"/v1/jobs/{job_id}", scene.dispatcher)["ticket_id"]
    mover.push(update(job_id, "en_route", note="堵车, 晚到十分钟"))

    eventually(lambda: "堵车, 晚到十分钟" in [
        entry["text"] for entry in house.get(f"/v1/tickets/{ticket_id}/timeline", scene.agent)["items"]],
        what="the note in the timeline", seconds=5)

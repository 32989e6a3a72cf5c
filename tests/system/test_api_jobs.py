"""Every move of a job's life, who may carry it out, and who else might."""

import pytest

from house import eventually
from outside import INSTANT, fields, fresh, planned_job, problem, refuses_field

OPEN = ("planned", "offered", "accepted", "scheduled", "en_route", "on_site", "working", "paused",
        "suspended", "completed")

# domain.md, section 3: from a state, by an action, to a state.
MOVES = {
    "planned": {"offer": "offered", "assign": "accepted"},
    "offered": {"accept": "accepted", "decline": "planned", "assign": "accepted"},
    "accepted": {"schedule": "scheduled", "assign": "accepted"},
    "scheduled": {"depart": "en_route", "assign": "accepted"},
    "en_route": {"arrive": "on_site"},
    "on_site": {"start": "working", "suspend": "suspended", "give_up": "planned"},
    "working": {"complete": "completed", "pause": "paused", "suspend": "suspended",
                "give_up": "planned"},
    "paused": {"resume": "working"},
    "suspended": {"clear": "working"},
    "completed": {"verify": "verified", "reject": "working"},
    "verified": {"close": "closed"},
    "closed": {},
    "cancelled": {},
}
for open_state in OPEN:
    MOVES[open_state]["cancel"] = "cancelled"
ACTIONS = ("offer", "assign", "accept", "decline", "schedule", "depart", "arrive", "start", "pause",
           "resume", "suspend", "clear", "complete", "verify", "reject", "give_up", "cancel")


@pytest.mark.parametrize("state, action", [(s, a) for s, moves in MOVES.items() for a in moves])
def test_an_allowed_move_is_made(house, scene, mover, state, action):
    before = mover.job_in(state)
    after = mover.move_job(before["job_id"], action)

    assert after["state"] == MOVES[state][action]
    assert after["version"] > before["version"]
    read = house.get(f"/v1/jobs/{before['job_id']}", scene.dispatcher)
    assert (read["state"], read["version"]) == (after["state"], after["version"])


@pytest.mark.parametrize("state", MOVES)
def test_every_other_move_is_refused(house, scene, mover, state):
    before = mover.job_in(state)
    for action in ACTIONS:
        allowed = action in MOVES[state] or (state == "verified" and action == "cancel")
        if allowed:
            continue
        answer = mover.ask_job(before["job_id"], action, key=house.key)
        said = problem(answer, 409)
        assert said["state"] == state, action
        assert set(said["allowed"]) - {"cancel", "start"} == set(MOVES[state]) - {"cancel", "start"}, action
    assert house.get(f"/v1/jobs/{before['job_id']}", scene.dispatcher) == before


def test_a_remote_job_needs_no_journey(house, scene, mover):
    job = mover.job_in("accepted", service_mode="remote")

    assert mover.move_job(job["job_id"], "start")["state"] == "working"


def test_a_journey_is_not_left_out_on_site(mover):
    job = mover.job_in("accepted")

    problem(mover.ask_job(job["job_id"], "start"), 409)


@pytest.mark.parametrize("state, action", [
    ("planned", "assign"), ("offered", "decline"), ("working", "pause"), ("working", "suspend"),
    ("completed", "reject"), ("working", "give_up"), ("planned", "cancel")])
def test_what_wants_a_reason_is_refused_without(mover, state, action):
    job_id = mover.job_in(state)["job_id"]
    body = {**mover.job_words(action), "reason": ""}

    refuses_field(mover.ask_job(job_id, action, body=body), "reason", "missing")


def test_an_offer_is_made_to_somebody(house, scene, mover):
    job_id = mover.job_in("planned")["job_id"]
    for nobody in ({}, {"technician_id": "", "provider_id": ""}):
        answer = mover.ask_job(job_id, "offer", body=nobody)
        assert fields(problem(answer, 422)) & {"technician_id", "provider_id"}
    answer = mover.ask_job(job_id, "offer", body={"provider_id": "P99999999"})
    assert answer.status in (400, 404, 422), answer


def test_an_appointment_has_a_beginning_and_an_end(mover):
    job_id = mover.job_in("accepted")["job_id"]
    assert fields(problem(mover.ask_job(job_id, "schedule", body={}), 422)) == {"from", "until"}
    backwards = {"from": "2026-12-01T03:00:00Z", "until": "2026-12-01T01:00:00Z"}
    assert fields(problem(mover.ask_job(job_id, "schedule", body=backwards), 422)) & {"from", "until"}
    for nonsense in ("tomorrow", "2026-12-01"):
        body = {"from": nonsense, "until": "2026-12-01T03:00:00Z"}
        refuses_field(mover.ask_job(job_id, "schedule", body=body), "from")

    job = mover.move_job(job_id, "schedule")
    assert (job["scheduled_from"], job["scheduled_until"]) == ("2026-12-01T01:00:00Z",
                                                               "2026-12-01T03:00:00Z")


def test_who_completes_reports(mover):
    job_id = mover.job_in("working")["job_id"]
    said = problem(mover.ask_job(job_id, "complete", body={}), 422)
    assert {"report.findings", "report.cause", "report.work_done", "report.test_result"} <= fields(said)
    report = mover.job_words("complete")["report"]
    refuses_field(mover.ask_job(job_id, "complete", body={"report": {**report, "cause": ""}}),
                  "report.cause", "missing")

    job = mover.move_job(job_id, "complete")
    for name, value in report.items():
        assert job["report"][name] == value


def test_rework_is_counted(mover):
    job_id = mover.job_in("completed")["job_id"]
    for count in (1, 2):
        assert mover.move_job(job_id, "reject")["rework_count"] == count
        mover.move_job(job_id, "complete")


def test_the_repairer_does_not_verify(house, scene, mover):
    job_id = mover.job_in("completed")["job_id"]
    answer = mover.ask_job(job_id, "verify", key=scene.provider)

    assert answer.status in (403, 404), answer


def test_there_is_one_holder_at_any_time(house, scene, mover):
    job_id = mover.job_in("accepted")["job_id"]
    job = house.post(f"/v1/jobs/{job_id}/assign",
                     {"technician_id": scene.technician_id, "reason": "顺路"}, scene.dispatcher)
    assert (job["state"], job["technician_id"]) == ("accepted", scene.technician_id)

    other = other_provider(house, scene)
    job = house.post(f"/v1/jobs/{job_id}/assign", {"provider_id": other, "reason": "更近"},
                     scene.dispatcher)
    assert (job["technician_id"], job["provider_id"]) == ("", other)
    problem(house.request("GET", f"/v1/jobs/{job_id}", key=scene.provider), 404)
    problem(mover.ask_job(job_id, "schedule", key=scene.provider), 404)


def other_provider(house, scene):
    return house.post("/v1/providers", {"name": fresh("维修"), "kinds": ["repair"],
                                        "branches": [scene.branch]})["provider_id"]


def test_given_up_a_job_goes_back_to_the_pool(house, scene, mover):
    job = mover.job_in("working")
    given_up = mover.move_job(job["job_id"], "give_up")

    assert (given_up["state"], given_up["provider_id"], given_up["technician_id"]) == ("planned", "", "")


def test_an_offer_says_until_when(mover):
    assert INSTANT.fullmatch(mover.job_in("offered")["offered_until"])


# ---- the ticket follows ----

def test_the_ticket_follows_its_job(house, scene, mover):
    job_id = planned_job(house, scene)
    ticket_id = house.get(f"/v1/jobs/{job_id}", scene.dispatcher)["ticket_id"]

    def state():
        return house.get(f"/v1/tickets/{ticket_id}", scene.agent)["state"]

    for action in mover.JOB_ROAD["working"]:
        mover.move_job(job_id, action)
    eventually(lambda: state() == "in_progress", what="the ticket in progress")
    for action in ("complete", "verify"):
        mover.move_job(job_id, action)
    eventually(lambda: state() == "resolved", what="the ticket resolved")


def test_a_cancelled_ticket_leaves_nobody_travelling(house, scene, mover):
    job = mover.job_in("offered")
    mover.move_ticket(job["ticket_id"], "cancel")

    eventually(lambda: house.get(f"/v1/jobs/{job['job_id']}", scene.dispatcher)["state"] == "cancelled",
               what="the job cancelled")


# ---- lists and candidates ----

def test_jobs_are_listed_by_what_one_asks_for(house, scene, mover):
    job = mover.job_in("offered")
    by_technician = mover.job_in("planned")
    mover.ask_job(by_technician["job_id"], "assign",
                  body={"technician_id": scene.technician_id, "reason": "x"})
    asked = {f"ticket_id={job['ticket_id']}": job, f"state=offered&branch={scene.branch}": job,
             f"provider={scene.provider_id}&state=offered": job,
             f"technician={scene.technician_id}": by_technician}
    for query, wanted in asked.items():
        found = house.get(f"/v1/jobs?{query}", scene.dispatcher)["items"]
        assert found[0]["job_id"] == wanted["job_id"], query
    for query in ("state=flying", "branch="):
        assert house.request("GET", f"/v1/jobs?{query}").status in (200, 400, 422)
    problem(house.request("GET", "/v1/jobs?state=flying"), 422)


def test_candidates_are_ranked_and_exclusions_explained(house, scene, mover):
    model = fresh("ZX")
    able = house.post("/v1/technicians", {"name": "能手", "phone": "13900139003", "skills": [model],
                                          "branch": scene.branch})["technician_id"]
    versatile = house.post("/v1/technicians", {"name": "全能", "phone": "13900139004", "skills": ["*"],
                                               "branch": scene.branch})["technician_id"]
    branch = fresh("far")
    house.post("/v1/branches", {"branch": branch, "name": "远", "kind": "branch",
                                "time_zone": "Asia/Shanghai"})
    far = house.post("/v1/technicians", {"name": "远人", "phone": "13900139005", "skills": [model],
                                         "branch": branch})["technician_id"]
    installer = house.post("/v1/providers", {"name": fresh("安装"), "kinds": ["install"],
                                             "branches": [scene.branch]})["provider_id"]
    job_id = planned_job(house, scene, product_model=model, serial_number="")

    items = house.get(f"/v1/jobs/{job_id}/candidates", scene.dispatcher)["items"]
    who = {item["technician_id"] or item["provider_id"]: item for item in items}
    for one in (able, versatile):
        assert who[one]["eligible"] and who[one]["excluded_because"] == []
    for one in (scene.technician_id, far, installer):
        if one in who:  # who may not even be seen from here need not be named
            assert not who[one]["eligible"]
            assert who[one]["excluded_because"] and all(who[one]["excluded_because"])
    assert scene.technician_id in who
    ranks = [item["rank"] for item in items if item["eligible"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert all(item["rank"] == 0 for item in items if not item["eligible"])


def test_who_may_not_is_not_offered_the_job(house, scene, mover):
    job_id = planned_job(house, scene, product_model=fresh("QX"), serial_number="")
    answer = mover.ask_job(job_id, "offer", body={"technician_id": scene.technician_id})

    assert answer.status in (409, 422), answer
    problem(answer, answer.status)

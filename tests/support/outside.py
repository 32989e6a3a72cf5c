"""What a client developer knows: the conventions of the HTTP side, and ways to bring things about."""

import itertools
import json
import re

from house import eventually
from scene import REPORT

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
          405: "Method Not Allowed", 409: "Conflict", 412: "Precondition Failed",
          422: "Unprocessable Content"}

_numbers = itertools.count(1)


def fresh(word):
    """A word nobody has used yet."""
    return f"{word}-{next(_numbers)}"


def fresh_phone():
    """A mobile number nobody has had yet."""
    return f"137{next(_numbers):08}"


def identifier(letter, number):
    """As people say it: a letter, digits, and Damm's check digit."""
    rows = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
            "3674209581", "5869720134", "8945362017", "9438617205", "2581436790")
    check = 0
    for digit in str(number):
        check = int(rows[check][int(digit)])
    return f"{letter}{number}{check}"


NOBODY = identifier("T", 9999999)


def problem(answer, status, reason=None):
    """The problem document of a refusal, with every member that each must have."""
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json
    assert said["status"] == status
    assert said["title"] == TITLES.get(status, said["title"])
    for member in ("type", "detail", "reason"):
        assert isinstance(said[member], str) and said[member], member
    assert re.fullmatch("[0-9a-f]{32}", said["trace_id"])
    assert re.fullmatch("[a-z][a-z0-9_]*", said["reason"])
    for violation in said.get("violations", []):
        assert {"field", "reason", "detail"} <= set(violation), violation
    if reason:
        assert said["reason"] == reason, said
    return said


def fields(said):
    return {violation["field"] for violation in said.get("violations", [])}


def refuses_field(answer, field, reason=None):
    """422, naming the field."""
    said = problem(answer, 422)
    assert field in fields(said), said
    reasons = [violation["reason"] for violation in said["violations"]
               if violation["field"] == field]
    assert reason is None or reasons == [reason], said
    return said


def planned_job(house, scene, **more):
    """A repair's job, planned."""
    return job_of(house, scene, scene.register(**more)["ticket_id"])


def job_of(house, scene, ticket_id):
    listed = eventually(
        lambda: house.get(f"/v1/jobs?ticket_id={ticket_id}", scene.dispatcher)["items"],
        what=f"the job of {ticket_id}")
    return listed[0]["job_id"]


class Mover:
    """Moves things as the one whose part it is."""

    def __init__(self, house, scene):
        self.house = house
        self.scene = scene
        self.lead = house.make_key("lead", branch=scene.branch)

    # ---- tickets ----

    WORDS = {
        "acknowledge": {"answer": "请断电, 我们会上门"}, "start": {}, "resume": {},
        "wait": {"waiting_for": "customer", "note": "等客户回电"},
        "resolve": {"cause": "加热管老化", "solution": "更换"}, "object": {"reason": "仍不加热"},
        "confirm": {"signed_by": "王芳"}, "close": {"summary": "已办结"},
        "reopen": {"reason": "又坏了"}, "cancel": {"reason": "客户不需要了"},
    }
    ROAD = {
        "registered": [], "acknowledged": ["acknowledge"],
        "in_progress": ["acknowledge", "start"], "waiting": ["wait"], "resolved": ["resolve"],
        "confirmed": ["resolve", "confirm"], "closed": ["resolve", "confirm", "close"],
        "cancelled": ["cancel"],
    }

    def ask_ticket(self, ticket_id, action, key=None, headers=None, **more):
        body = dict(self.WORDS.get(action, {}), **more)
        return self.house.request("POST", f"/v1/tickets/{ticket_id}/{action}", body,
                                  key or self.scene.agent, headers)

    def move_ticket(self, ticket_id, action, key=None, **more):
        answer = self.ask_ticket(ticket_id, action, key, **more)
        assert answer.status == 200, f"{action}: {answer}"
        return answer.json

    def ticket_in(self, state, **more):
        """A ticket without jobs, in this state."""
        ticket = self.scene.register(**{"kind": "consult", **more})
        if state == "merged":
            into = self.scene.register(kind="consult")["ticket_id"]
            return self.move_ticket(ticket["ticket_id"], "merge", into=into)
        for action in self.ROAD[state]:
            ticket = self.move_ticket(ticket["ticket_id"], action)
        assert ticket["state"] == state
        return ticket

    # ---- jobs ----

    JOB_ROAD = {
        "planned": [], "offered": ["offer"], "accepted": ["offer", "accept"],
        "scheduled": ["assign", "schedule"], "en_route": ["assign", "schedule", "depart"],
        "on_site": ["assign", "schedule", "depart", "arrive"],
        "working": ["assign", "schedule", "depart", "arrive", "start"],
        "paused": ["assign", "schedule", "depart", "arrive", "start", "pause"],
        "suspended": ["assign", "schedule", "depart", "arrive", "start", "suspend"],
        "completed": ["assign", "schedule", "depart", "arrive", "start", "complete"],
        "verified": ["assign", "schedule", "depart", "arrive", "start", "complete", "verify"],
        "closed": ["assign", "schedule", "depart", "arrive", "start", "complete", "verify", "close"],
        "cancelled": ["cancel"],
    }

    def job_words(self, action):
        if action in ("offer", "assign"):
            return {"provider_id": self.scene.provider_id, "reason": "就近"}
        if action == "schedule":
            return {"from": "2026-12-01T01:00:00Z", "until": "2026-12-01T03:00:00Z"}
        if action == "complete":
            return {"report": REPORT}
        if action in ("decline", "pause", "suspend", "reject", "give_up", "cancel"):
            return {"reason": "等配件"}
        return {"note": "好"}

    def job_key(self, action):
        if action in ("offer", "assign", "cancel", "close", "clear"):
            return self.scene.dispatcher
        return self.scene.inspector if action in ("verify", "reject") else self.scene.provider

    def ask_job(self, job_id, action, key=None, headers=None, body=None):
        return self.house.request("POST", f"/v1/jobs/{job_id}/{action}",
                                  self.job_words(action) if body is None else body,
                                  key or self.job_key(action), headers)

    def move_job(self, job_id, action, key=None):
        answer = self.ask_job(job_id, action, key)
        assert answer.status == 200, f"{action}: {answer}"
        return answer.json

    def job_in(self, state, **more):
        job_id = planned_job(self.house, self.scene, **more)
        for action in self.JOB_ROAD[state]:
            job = self.move_job(job_id, action)
        job = self.house.get(f"/v1/jobs/{job_id}", self.scene.dispatcher)
        assert job["state"] == state
        return job

    # ---- updates ----

    def push(self, *updates, key=None, headers=None):
        """The results of a batch, in its order."""
        answer = self.house.request("POST", "/v1/job-updates", {"updates": list(updates)},
                                    key or self.scene.provider, headers)
        return self.results(answer, updates)

    def push_lines(self, *updates, key=None):
        lines = "\n".join(json.dumps(update) for update in updates) + "\n"
        answer = self.house.request("POST", "/v1/job-updates", key=key or self.scene.provider,
                                    headers={"Content-Type": "application/x-ndjson"},
                                    body=lines.encode())
        return self.results(answer, updates)

    @staticmethod
    def results(answer, updates):
        assert answer.status == 200, answer
        results = answer.json["results"]
        assert [r["update_id"] for r in results] == [u.get("update_id", "") for u in updates]
        return results


def update(job_id, state, **more):
    return {"update_id": fresh("p"), "job_id": job_id, "state": state, **more}


def words(results):
    return [result["result"] for result in results]

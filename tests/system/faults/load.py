"""Clients that ask until they know, and write down every answer they were or were not given.

Each command has a key of its own.  Without an answer, at 503, at 504 and while the same key is in
progress it is asked again with the same key, so that each ends as ok or refused; some are asked
once more much later, a few with another body under the key.
"""

import collections
import datetime
import hashlib
import http.client
import json
import threading
import time

from scene import REPORT

ANSWER_SECONDS = 4
LIVE_TICKETS = 150
RATHER_ASK_AGAIN = {429, 500, 502, 503, 504}

BODIES = {
    "acknowledge": {"answer": "请先断电, 我们安排上门"},
    "start": {}, "resume": {},
    "wait": {"waiting_for": "parts", "note": "等配件"},
    "resolve": {"cause": "加热管老化", "solution": "更换加热管"},
    "object": {"reason": "还是不热"},
    "confirm": {"signed_by": "王芳"},
    "close": {"summary": "已修复"},
}

# What usually comes next; any other word is tried now and then and mostly refused.
NEXT = {
    "registered": ("acknowledge", "acknowledge", "wait", "resolve"),
    "acknowledged": ("start", "start", "wait"),
    "in_progress": ("resolve", "resolve", "wait"),
    "waiting": ("resume", "resume", "resolve"),
    "resolved": ("confirm", "confirm", "object"),
    "confirmed": ("close", "close", "object"),
}

# What a provider reports of a job, in order; now and then one is left out and so implied.
REPORTED = ("accepted", "scheduled", "en_route", "on_site", "working", "paused", "working",
            "completed")


def digest(data):
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def instant(seconds_ago=0):
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class World:
    """What the clients know together."""

    def __init__(self, house, scene, plan):
        self.house = house
        self.scene = scene
        self.plan = plan
        self.lines = []
        self.tickets = {}
        self.jobs = {}  # held by the provider: how far it has reported
        self.completed = collections.deque()
        self.asked = []  # what may be asked again
        self.reported = []  # updates that were sent
        self.leaving = threading.Event()
        self.lock = threading.Lock()

    def note(self, line):
        with self.lock:
            self.lines.append(line)

    def learn(self, ticket):
        with self.lock:
            known = self.tickets.get(ticket["ticket_id"])
            if known is None or known["version"] < ticket["version"]:
                self.tickets[ticket["ticket_id"]] = {
                    name: ticket[name] for name in ("ticket_id", "version", "state")}

    def any_ticket(self, chance):
        """One of the last: so that the same ticket is hit by several at once."""
        with self.lock:
            live = list(self.tickets.values())[-LIVE_TICKETS:]
        return dict(chance.choice(live)) if live else None

    def keep(self, file):
        with open(file, "w") as to:
            for line in self.lines:
                to.write(json.dumps(line, ensure_ascii=False) + "\n")


class Client:
    """One connection that is made again when it breaks, and the habit of asking until one knows."""

    def __init__(self, world, name, chance):
        self.world = world
        self.name = name
        self.chance = chance
        self.connection = None
        self.asked = 0
        self.keys = {"admin": world.house.key, "agent": world.scene.agent,
                     "dispatcher": world.scene.dispatcher, "inspector": world.scene.inspector,
                     "provider": world.scene.provider}

    def new_key(self):
        self.asked += 1
        return f"{self.world.plan.seed}-{self.name}-{self.asked}"

    def send(self, method, path, payload, headers):
        """(status, headers, body), or None where there was no answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.world.house.port,
                                                             timeout=ANSWER_SECONDS)
            self.connection.request(method, path, payload, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return None

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def attempt(self, question):
        headers = {"Authorization": f"Bearer {self.keys[question['who']]}"}
        payload = None
        if question["method"] == "POST":
            payload = json.dumps(question["body"], ensure_ascii=False).encode()
            headers["Idempotency-Key"] = question["key"]
            headers["Content-Type"] = "application/json"
        if question["expected"]:
            headers["If-Match"] = f'"{question["expected"]}"'
        begun = time.time()
        answer = self.send(question["method"], question["path"], payload, headers)
        return self.judge(question, payload, begun, answer), answer

    def judge(self, question, payload, begun, answer):
        line = {
            "t": begun, "worker": self.name, "op": question["op"], "service": question["service"],
            "key": question["key"], "digest": digest(question["path"].encode() + (payload or b"")),
            "outcome": "unknown", "status": 0, "ids": question["ids"], "version": 0,
            "expected": question["expected"], "answer": "", "took": round(time.time() - begun, 4),
        }
        for name in ("again", "other_body"):
            if question.get(name):
                line[name] = True
        if answer is None:
            return line
        status, headers, body = answer
        line["status"] = status
        line["answer"] = digest(body)
        line["replayed"] = headers.get("Idempotent-Replayed") == "true"
        if status in (200, 201):
            line["outcome"] = "ok"
            said = json.loads(body)
            line["version"] = said.get("version", 0)
            made = said.get("job_id") or said.get("ticket_id") or said.get("key_id")
            line["ids"] = [made] if made else question["ids"]
            if "results" in said:
                line["results"] = [[one["update_id"], one["result"]] for one in said["results"]]
        elif status not in RATHER_ASK_AGAIN and b'"reason":"in_progress"' not in body:
            line["outcome"] = "refused"
        return line

    def ask(self, op, method, path, body=None, who="agent", service="intake", expected=None, ids=(),
            key=None, **more):
        """Asks until it is known; the JSON of a success, else None."""
        question = {"op": op, "method": method, "path": path, "body": body, "who": who,
                    "service": service, "expected": expected, "ids": list(ids), **more,
                    "key": key or (self.new_key() if method == "POST" else "")}
        return self.ask_until_known(question)

    def ask_until_known(self, question):
        patience = time.monotonic() + self.world.plan.patience
        while True:
            line, answer = self.attempt(question)
            self.world.note(line)
            if line["outcome"] == "ok":
                said = json.loads(answer[2])
                if question["key"] and not question.get("again"):
                    self.world.asked.append(question)
                return said
            if line["outcome"] == "refused" or not question["key"]:
                return None
            if time.monotonic() > patience:
                return None
            time.sleep(self.chance.uniform(0.02, 0.2))


class Worker(threading.Thread):
    def __init__(self, world, number):
        super().__init__(name=f"w{number}", daemon=True)
        self.world = world
        self.chance = world.plan.worker_chance(number)
        self.client = Client(world, self.name, self.chance)
        self.updates = 0
        self.trouble = None

    def run(self):
        acts, weights = zip(*self.world.plan.mix.items())
        try:
            while not self.world.leaving.is_set():
                getattr(self, self.chance.choices(acts, weights)[0])()
                self.world.leaving.wait(self.chance.uniform(0, 0.03))
        except Exception as trouble:  # kept for whoever started this thread
            self.trouble = trouble
        self.client.hang_up()

    def create(self):
        kinds, weights = zip(*self.world.plan.kinds.items())
        kind = self.chance.choices(kinds, weights)[0]
        phone = f"138{self.chance.randrange(10 ** 8):08}"
        ticket = self.client.ask("create", "POST", "/v1/tickets", self.world.scene.ticket(
            kind=kind, customer={"name": "王芳", "phone": phone}, serial_number=""))
        if ticket:
            self.world.learn(ticket)

    def move(self):
        ticket = self.world.any_ticket(self.chance)
        if not ticket:
            return
        usual = NEXT.get(ticket["state"], ())
        verb = self.chance.choice(usual if usual and self.chance.random() < 0.85
                                  else tuple(BODIES))
        expected = ticket["version"] if self.chance.random() < 0.4 else None
        moved = self.client.ask("move", "POST", f"/v1/tickets/{ticket['ticket_id']}/{verb}",
                                BODIES[verb], expected=expected, ids=[ticket["ticket_id"]])
        if moved:
            self.world.learn(moved)
        else:
            self.look(ticket["ticket_id"])

    def read(self):
        ticket = self.world.any_ticket(self.chance)
        if ticket:
            self.look(ticket["ticket_id"])

    def look(self, ticket_id):
        ticket = self.client.ask("read", "GET", f"/v1/tickets/{ticket_id}", ids=[ticket_id])
        if ticket:
            self.world.learn(ticket)

    def offer(self):
        """A dispatcher looks what is planned and offers it; some offers nobody answers."""
        planned = self.client.ask("list", "GET", "/v1/jobs?state=planned&limit=20",
                                  who="dispatcher", service="dispatch")
        for job in self.chance.sample(planned["items"], min(3, len(planned["items"]))) \
                if planned else ():
            offered = self.client.ask("offer", "POST", f"/v1/jobs/{job['job_id']}/offer",
                                      {"provider_id": self.world.scene.provider_id},
                                      who="dispatcher", service="dispatch", ids=[job["job_id"]])
            if offered and self.chance.random() < 0.8:
                self.world.jobs.setdefault(job["job_id"], 0)

    def batch(self):
        """A provider pushes what its people report: new, the same once more, and late news."""
        with self.world.lock:
            ours = self.chance.sample(sorted(self.world.jobs), min(6, len(self.world.jobs)))
            at = {job_id: self.world.jobs.pop(job_id) for job_id in ours}
        updates = []
        for job_id in ours:
            if at[job_id] and self.chance.random() < 0.1:
                at[job_id] = min(at[job_id] + 1, len(REPORTED) - 1)
            updates.append(self.update(job_id, REPORTED[at[job_id]]))
            if self.chance.random() < 0.05:
                updates.append(self.update(job_id, "working", seconds_ago=3600))
        if self.world.reported and self.chance.random() < 0.6:
            updates.append(self.chance.choice(self.world.reported[-200:]))
        if not updates:
            return
        answer = self.client.ask("batch", "POST", "/v1/job-updates", {"updates": updates},
                                 who="provider", service="dispatch")
        self.world.reported += updates
        self.go_on(at, updates, answer)

    def update(self, job_id, state, seconds_ago=0):
        self.updates += 1
        update = {"update_id": f"{self.world.plan.seed}-{self.name}-u{self.updates}",
                  "job_id": job_id, "state": state, "occurred_at": instant(seconds_ago),
                  "note": "等配件" if state == "paused" else ""}
        if state == "completed":
            update["report"] = REPORT
        return update

    def go_on(self, at, updates, answer):
        results = {one["update_id"]: one for one in answer["results"]} if answer else {}
        with self.world.lock:
            for update in updates:
                job_id = update["job_id"]
                said = results.get(update["update_id"], {})
                if job_id not in at or said.get("result") != "applied":
                    continue
                if said["state"] == "completed":
                    self.world.completed.append(job_id)
                    at.pop(job_id)
                elif update["state"] == REPORTED[at[job_id]]:
                    at[job_id] += 1
            for job_id, place in at.items():
                # What was refused is dropped: another dispatcher or the clock took the job away.
                if any(results.get(update["update_id"], {}).get("result") == "applied"
                       for update in updates if update["job_id"] == job_id):
                    self.world.jobs[job_id] = min(place, len(REPORTED) - 1)

    def verify(self):
        with self.world.lock:
            job_id = self.world.completed.popleft() if self.world.completed else None
        if job_id:
            self.client.ask("verify", "POST", f"/v1/jobs/{job_id}/verify", {"note": "复检合格"},
                            who="inspector", service="dispatch", ids=[job_id])

    def key(self):
        self.client.ask("key", "POST", "/v1/keys", {"name": "load", "roles": ["auditor"]},
                        who="admin", service="gateway")

    def again(self):
        """What was done long ago is asked once more."""
        if self.world.asked:
            self.client.ask_until_known({**self.chance.choice(self.world.asked), "again": True})

    def misuse(self):
        """Another body under a used key."""
        notes = [question for question in self.world.asked[-500:] if question["op"] == "create"]
        if notes:
            question = self.chance.choice(notes)
            self.client.ask_until_known({**question, "again": True, "other_body": True,
                                         "body": {**question["body"], "description": "另一件事"}})


class Load:
    """All workers, from start to the last answer."""

    def __init__(self, house, scene, plan):
        self.world = World(house, scene, plan)
        self.workers = [Worker(self.world, number) for number in range(plan.workers)]

    def start(self):
        for worker in self.workers:
            worker.start()

    def stop(self):
        self.world.leaving.set()
        for worker in self.workers:
            worker.join(self.world.plan.patience + 3 * ANSWER_SECONDS)
            assert not worker.is_alive(), f"{worker.name} still waits for an answer"
            if worker.trouble:
                raise worker.trouble
        return self.world.lines

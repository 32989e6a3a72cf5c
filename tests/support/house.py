"""A whole house for tests: a fresh state folder, a free port, every daemon, one PostgreSQL.

It is started as a user starts it, by `afterline run`, from the build that AFTERLINE_BUILD names.
Only processes it started itself are ever signalled, by number.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AFTERLINE_BUILD", CHECKOUT / "build"))
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
COMPLAINT = re.compile(r"Sanitizer: |runtime error: |said=defect")
CRASH = re.compile(r"said=ended .*signal=(4|6|7|8|11)$")  # which no test sends
SERVICES = ("intake", "dispatch", "returns", "complaints", "reporting", "gateway")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def eventually(look, seconds=30, what="it", every=0.02):
    """Asks until the answer is true, and returns it; the deadline is the only thing timed."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(every)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Stream:
    """A subscriber: what GET /v1/events told so far, in the order it was told."""

    def __init__(self, house, key, after=None, last_event_id=None, most=None, query=""):
        self.events = []
        self.trouble = None
        self._most = most
        self._heard = threading.Condition()
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        path = "/v1/events?" + "&".join(part for part in (f"after={after}" if after else "", query)
                                        if part)
        self._connection.request("GET", path.rstrip("?"), headers=headers)
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self.headers = self._answer.headers
        if self.status != 200:
            self.body = self._answer.read()
            self._connection.close()
            raise AssertionError(f"no stream: {self.status} {self.body!r}")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        data, cursor, kind = [], None, None
        try:
            for raw in self._answer:
                line = raw.decode().rstrip("\r\n")
                if line.startswith("data:"):
                    data.append(line[5:].lstrip(" "))
                elif line.startswith("id:"):
                    cursor = line[3:].strip()
                elif line.startswith("event:"):
                    kind = line[6:].strip()
                elif not line and data:
                    event = json.loads("\n".join(data))
                    assert event["cursor"] == cursor and event["type"] == kind, (event, cursor, kind)
                    data, cursor, kind = [], None, None
                    if not self._add(event):
                        break
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as trouble:
            self.trouble = trouble
        with self._heard:
            self._heard.notify_all()

    def _add(self, event):
        with self._heard:
            self.events.append(event)
            self._heard.notify_all()
            return self._most is None or len(self.events) < self._most

    def wait_for(self, fits, seconds=30, what="the event"):
        """The first event that fits, heard already or yet to come."""
        deadline = time.monotonic() + seconds
        looked = 0
        with self._heard:
            while True:
                for event in self.events[looked:]:
                    if fits(event):
                        return event
                looked = len(self.events)
                left = deadline - time.monotonic()
                if left <= 0 or not (self._thread.is_alive() or looked < len(self.events)):
                    raise AssertionError(f"{what} was not heard; heard: "
                                         f"{[e['type'] for e in self.events]}, {self.trouble}")
                self._heard.wait(min(left, 0.5))

    def is_alive(self):
        return self._thread.is_alive()

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._connection.close()
        self._thread.join(10)
        assert not self._thread.is_alive(), "the stream does not end"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# Started in a daemon's place: takes the stumble laid out for this instance, once, and becomes it.
STUMBLER = """#!/bin/sh
instance=$(basename "$2" .conf)
if [ -z "${{3:-}}" ] && mv {stumbles}/$instance {stumbles}/.$instance 2>/dev/null; then
    AFTERLINE_FAIL=$(cat {stumbles}/.$instance)
    export AFTERLINE_FAIL
fi
exec {binary} "$@"
"""


class House:
    def __init__(self, spares=1, environment=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="afterline-test-"))
        self.folder.chmod(0o711)  # the user postgres passes through
        self.state = self.folder / "state"
        self.port = free_port()
        self.spares = spares
        self.environment = environment or {}
        self._keeper = None
        self._watch = None

    # ---- life ----

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self):
        return (self.state / "admin.key").read_text().strip()

    def binary(self, name):
        return BUILD / "bin" / name

    def stumble(self, instance, what):
        """At its next start the instance stumbles: AFTERLINE_FAIL is `what`, once."""
        (self.folder / "stumbles" / instance).write_text(what)

    def _lay_out_programs(self):
        for folder in ("programs", "stumbles"):
            (self.folder / folder).mkdir(exist_ok=True)
        for service in SERVICES:
            program = self.folder / "programs" / service
            program.write_text(STUMBLER.format(stumbles=self.folder / "stumbles",
                                               binary=self.binary(service)))
            program.chmod(0o755)

    def start(self, ready=True):
        self.state.mkdir(exist_ok=True)
        self._lay_out_programs()
        with open(self.folder / "keeper.log", "ab") as log:
            self._keeper = subprocess.Popen(
                [self.binary("afterline"), "run", "--state", self.state, "--port", str(self.port),
                 "--spares", str(self.spares), "--programs", self.folder / "programs",
                 "--deploy", CHECKOUT / "deploy"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment})
        if ready:
            self.wait_until_ready()
        return self

    def is_ready(self):
        assert self._keeper.poll() is None, self.log_of_keeper()
        try:
            return self.request("GET", "/readyz", key=None).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_until_ready(self, seconds=120):
        try:
            eventually(self.is_ready, seconds, "readiness")
        except AssertionError as trouble:
            raise AssertionError(f"{trouble}\n{self.log_of_keeper()}\n{self.last_words()}") from None

    def stop(self):
        """Ends the house as `deploy/down` does; by force what does not listen."""
        if not self._keeper:
            return
        left = self.pids()
        self._keeper.send_signal(signal.SIGTERM)
        try:
            self._keeper.wait(60)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
            for pid in left.values():
                self._signal(pid, signal.SIGKILL)
            raise AssertionError("the house did not leave within 60 s\n" + self.log_of_keeper()) from None
        finally:
            self._keeper = None
        for name, pid in left.items():
            if self._is_still(name, pid):
                self._signal(pid, signal.SIGKILL)

    def _is_still(self, name, pid):
        """Left by a keeper that was killed, and ended by none after it."""
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        except FileNotFoundError:
            return False
        return str(self.state) in command or (name == "postgres" and str(self.folder) in command)

    def hang_up(self):
        """Has the keeper read what people write, and the daemons who is let in."""
        self._keeper.send_signal(signal.SIGHUP)

    def kill_keeper(self):
        self._keeper.kill()
        self._keeper.wait()
        self._keeper = None

    def restart(self):
        self.stop()
        return self.start()

    def complaints(self):
        """What a sanitizer or a CHECK said, and who crashed without a word: whoever dies is started
        again, unseen."""
        return [f"{log.name}: {line}" for log in (self.state / "log").glob("*.log")
                for line in log.read_text(errors="replace").splitlines() if COMPLAINT.search(line)
                ] + [line for line in self.log_of_keeper().splitlines() if CRASH.search(line)]

    def remove(self, ill=False):
        """Fails where a log names a defect; but of a house that is `ill`, for it was made so."""
        try:
            self.stop()
            assert ill or not self.complaints(), self.complaints()
        finally:
            sockets = os.path.realpath(self.state / "run")
            if re.search(r"/afterline-[0-9a-f-]+$", sockets):
                shutil.rmtree(sockets, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- its processes ----

    def pids(self):
        """The processes that run now by name: intake.0, …, postgres."""
        try:
            lines = (self.state / "processes").read_text().splitlines()
        except FileNotFoundError:
            return {}
        return {name: int(pid) for name, pid, _ in (line.split() for line in lines)}

    def _signal(self, pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def signal(self, name, number):
        pid = self.pids()[name]
        self._signal(pid, number)
        return pid

    def kill(self, name):
        """Kills a process and waits until the keeper has noticed."""
        pid = self.signal(name, signal.SIGKILL)
        eventually(lambda: self.pids().get(name) != pid, 10, f"the end of {name}")
        return pid

    def wait_until_back(self, name, pid, seconds=30):
        return eventually(lambda: self.pids().get(name) not in (None, pid), seconds, f"{name} again")

    def log(self, name):
        return (self.state / "log" / f"{name}.log").read_text(errors="replace")

    def log_of_keeper(self):
        log = self.folder / "keeper.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def last_words(self):
        words = []
        for log in sorted((self.state / "log").glob("*.log")):
            words.append(f"== {log.name}\n" + "\n".join(
                log.read_text(errors="replace").splitlines()[-5:]))
        return "\n".join(words)

    # ---- its database ----

    @property
    def database_host(self):
        return os.path.realpath(self.state / "run") + "/pg"

    def sql(self, statement, role="postgres", check=True):
        done = subprocess.run(
            [POSTGRES / "psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.database_host,
             "-U", role, "-d", "afterline", "-c", statement],
            capture_output=True, text=True, timeout=60)
        if check and done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout.strip() if check else done

    # ---- asking ----

    def request(self, method, path, json_body=None, key="admin", headers=None, body=None, timeout=30):
        """One request on a connection of its own."""
        sent = dict(headers or {})
        if key == "admin":
            key = self.key
        if key:
            sent["Authorization"] = f"Bearer {key}"
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, key="admin", **more):
        answer = self.request("GET", path, key=key, **more)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path, json_body=None, key="admin", status=None, **more):
        """Posts, wants success (or the status named), returns the answer's JSON."""
        answer = self.request("POST", path, json_body if json_body is not None else {}, key, **more)
        wanted = (200, 201) if status is None else (status,)
        assert answer.status in wanted, f"POST {path}: {answer}"
        return answer.json

    def make_key(self, *roles, branch="", provider_id=""):
        """A key that holds the roles."""
        asked = {"name": "/".join(roles), "roles": list(roles)}
        if branch:
            asked["branch"] = branch
        if provider_id:
            asked["provider_id"] = provider_id
        return self.post("/v1/keys", asked)["key"]

    def stream(self, key="admin", **more):
        return Stream(self, self.key if key == "admin" else key, **more)

    def pages(self, after="start", key="admin", query=""):
        """Every event there is now, page by page."""
        events = []
        while True:
            page = self.get(f"/v1/events?after={after}&limit=500{query}", key,
                            headers={"Accept": "application/json"})
            if not page["items"]:
                return events
            events += page["items"]
            after = page["next_cursor"]

"""A daemon that is told to end (SIGTERM) finishes what is in hand; with a spare nobody notices."""

import http.client
import json
import select
import signal
import socket
import threading
import time

import pytest

from faults.nemesis import Nemesis, is_stopped, send
from house import House, Stream, eventually
from scene import Scene

CLIENTS = 6
PERSISTENT_SECONDS = 30
LEAVE_MOST_SECONDS = 8  # LEAVE_MOST_MS in common/daemon/service.c

READ_OF_EVERYBODY = ("/v1/jobs?limit=1", "/v1/returns?limit=1", "/v1/complaints?limit=1",
                     "/v1/reports/tickets?by=state")


class Client(threading.Thread):
    """Registers tickets and reads of every service over one connection, and never asks twice."""

    def __init__(self, house, scene, name):
        super().__init__(daemon=True)
        self.house, self.scene, self.name = house, scene, name
        self.leaving = threading.Event()
        self.answered, self.troubles = 0, []

    def run(self):
        try:
            self.ask_on()
        except (OSError, http.client.HTTPException) as trouble:
            self.troubles.append((None, None, None, None, trouble))

    def ask_on(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=60)
        while not self.leaving.is_set():
            ticket = self.ask(connection, "POST", "/v1/tickets", self.scene.ticket(kind="consult"),
                              f"{self.name}-{self.answered}")
            if ticket:
                self.ask(connection, "GET", f"/v1/tickets/{ticket['ticket_id']}")
            for path in READ_OF_EVERYBODY:
                self.ask(connection, "GET", path)
        connection.close()

    def ask(self, connection, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {self.house.key}"}
        if body:
            headers.update({"Content-Type": "application/json", "Idempotency-Key": key})
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        said = answer.read()
        self.answered += 1
        if answer.status < 300:
            return json.loads(said)
        self.troubles.append((method, path, answer.status, answer.headers["Retry-After"], said))
        return None


class Load:
    def __init__(self, house, scene):
        self.clients = [Client(house, scene, f"restart-{time.monotonic_ns()}-{n}")
                        for n in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.leaving.set()
        for client in self.clients:
            client.join(PERSISTENT_SECONDS)

    def goes_on(self):
        """Every client was answered three times more."""
        before = [client.answered for client in self.clients]
        eventually(lambda: all(client.answered >= was + 3
                               for client, was in zip(self.clients, before)), 30, "answers")

    @property
    def troubles(self):
        assert not any(client.is_alive() for client in self.clients)
        return [trouble for client in self.clients for trouble in client.troubles]


@pytest.fixture(scope="module")
def house():
    house = House(spares=1)
    try:
        house.start()
        yield house
    finally:
        house.remove()


@pytest.fixture(scope="module")
def scene(house):
    return Scene(house)


def restart(house, name):
    """Ends one as an operator does; the one who keeps the house starts it again."""
    before = house.pids()[name]
    send([before], signal.SIGTERM)
    house.wait_until_back(name, before)


def test_with_a_spare_nobody_notices(house, scene):
    nemesis = Nemesis(house)
    with Load(house, scene) as load:
        for service in ("intake", "dispatch", "returns", "complaints", "reporting"):
            load.goes_on()
            writer, _ = nemesis.spare(service)
            restart(house, writer)
            nemesis.writer(service)
            load.goes_on()
    assert load.troubles == []


def connect(house):
    """A connection that the gateway has accepted."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PERSISTENT_SECONDS)
    is_up(connection)
    return connection


def is_up(connection):
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200


def refuses_connections(house):
    try:
        socket.create_connection(("127.0.0.1", house.port), 1).close()
    except OSError:
        return True
    return False


def is_back(house, gateway):
    house.wait_until_back("gateway.0", gateway)
    house.wait_until_ready()


def test_what_the_gateway_has_in_hand_is_answered_before_it_ends(house, scene):
    """Though intake, all of it, is frozen for longer than answers take to leave."""
    gateway = house.pids()["gateway.0"]
    asking, watching = connect(house), connect(house)
    frozen = [pid for name, pid in house.pids().items() if name.startswith("intake.")]
    send(frozen, signal.SIGSTOP)
    try:
        eventually(lambda: all(map(is_stopped, frozen)), 10, "the freeze")
        asking.request("POST", "/v1/tickets", json.dumps(scene.ticket(kind="consult")), {
            "Authorization": f"Bearer {scene.agent}", "Content-Type": "application/json"})
        is_up(watching)  # and has read what was sent before
        send([gateway], signal.SIGTERM)
        eventually(lambda: refuses_connections(house), 10, "the listener's end")
        assert not select.select([asking.sock], [], [], 0.5)[0]
    finally:
        send(frozen, signal.SIGCONT)
    answer = asking.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (201, "close")
    answer.read()
    is_back(house, gateway)


def test_who_follows_events_comes_back(house, scene):
    """At the gateway's end a stream ends, and a page that waits is answered with what there is."""
    gateway = house.pids()["gateway.0"]
    waiting = connect(house)
    waiting.request("GET", "/v1/events?wait=30", headers={
        "Authorization": f"Bearer {scene.subscriber}", "Accept": "application/json"})
    with Stream(house, scene.subscriber) as stream:
        begun = time.monotonic()
        send([gateway], signal.SIGTERM)
        page = waiting.getresponse()
        said = json.loads(page.read())
        assert (page.status, said["items"]) == (200, []) and said["next_cursor"]
        eventually(lambda: not stream.is_alive(), 10, "the stream's end")
        assert time.monotonic() - begun < LEAVE_MOST_SECONDS
    is_back(house, gateway)
    made = scene.register(kind="consult")["ticket_id"]
    waiting.request("GET", f"/v1/events?wait=30&after={said['next_cursor']}", headers={
        "Authorization": f"Bearer {scene.subscriber}", "Accept": "application/json"})
    assert [event["subject"] for event in json.loads(waiting.getresponse().read())["items"]] == [made]


def test_who_never_ends_is_not_waited_for_for_ever(house, scene):
    """A body that does not come: 8 seconds, where whoever keeps the house would wait for 10."""
    gateway = house.pids()["gateway.0"]
    never = connect(house)
    never.putrequest("POST", "/v1/tickets")
    for name, value in (("Authorization", f"Bearer {scene.agent}"),
                        ("Content-Type", "application/json"), ("Content-Length", "100")):
        never.putheader(name, value)
    never.endheaders()
    is_up(connect(house))  # and has read what was sent before
    begun = time.monotonic()
    send([gateway], signal.SIGTERM)
    is_back(house, gateway)
    assert LEAVE_MOST_SECONDS <= time.monotonic() - begun < 2 * LEAVE_MOST_SECONDS
    assert never.sock.recv(1) == b""


def test_without_a_spare_whoever_asks_is_told_when_to_ask_again():
    house = House(spares=0)
    try:
        house.start()
        with Load(house, Scene(house)) as load:
            for service in ("intake", "dispatch", "reporting"):
                load.goes_on()
                restart(house, f"{service}.0")
                load.goes_on()
        for method, path, status, again, said in load.troubles:
            assert status == 503 and int(again) > 0, (method, path, status, said)
    finally:
        house.remove()

"""Subscribers that go away and come back: three by stream, one page by page.

Each remembers the cursor of the last event it took in, and nothing else.
"""

import http.client
import json
import socket
import threading
import time


class Follower(threading.Thread):
    """Writes down the ids of the events it heard, in order."""

    def __init__(self, house, key, name, chance, lasting=(0.3, 6.0)):
        super().__init__(name=name, daemon=True)
        self.house = house
        self.key = key
        self.chance = chance
        self.lasting = lasting
        self.cursor = "start"
        self.heard = []
        self.visits = 0
        self.trouble = None
        self.leaving = threading.Event()

    def run(self):
        while not self.leaving.is_set():
            self.visits += 1
            try:
                self.visit(time.monotonic() + self.chance.uniform(*self.lasting))
            except (OSError, http.client.HTTPException):
                self.leaving.wait(0.05)  # the gateway is being started again
            except Exception as trouble:  # kept for whoever started this thread
                self.trouble = trouble
                return

    def take_in(self, event):
        self.heard.append(event["id"])
        self.cursor = event["cursor"]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=1)

    def leave(self):
        self.leaving.set()
        self.join(20)
        assert not self.is_alive()
        if self.trouble:
            raise self.trouble
        return self.heard


class StreamFollower(Follower):
    def visit(self, until):
        connection = self.connect()
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "text/event-stream"}
        path = "/v1/events"
        if self.cursor == "start":
            path += "?after=start"
        else:
            headers["Last-Event-ID"] = self.cursor
        try:
            connection.request("GET", path, headers=headers)
            connected = connection.sock  # the answer takes it away where it lasts to the end
            answer = connection.getresponse()
            if answer.status == 200:
                self.listen(connected, answer, until)
            else:
                answer.read()
                self.leaving.wait(0.05)
        finally:
            connection.close()

    def listen(self, connected, answer, until):
        """Cuts the connection off where time finds it, in the middle of an event or between."""
        waiter = threading.Timer(max(0.0, until - time.monotonic()), cut, (connected,))
        waiter.start()
        try:
            data = None
            connected.settimeout(60)
            for raw in answer:
                line = raw.rstrip(b"\r\n")
                if line.startswith(b"data:"):
                    data = line[5:]
                elif not line and data and raw.endswith(b"\n"):
                    self.take_in(json.loads(data))
                    data = None
                if self.leaving.is_set():
                    return
        finally:
            waiter.cancel()


def cut(connected):
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


class PageFollower(Follower):
    def visit(self, until):
        connection = self.connect()
        connection.timeout = 10
        try:
            while time.monotonic() < until and not self.leaving.is_set():
                connection.request("GET", f"/v1/events?after={self.cursor}&limit=200&wait=1", headers={
                    "Authorization": f"Bearer {self.key}", "Accept": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    return
                page = json.loads(body)
                for event in page["items"]:
                    self.take_in(event)
                self.cursor = page["next_cursor"] or self.cursor
        finally:
            connection.close()


def all_kinds(house, key, plan):
    followers = [StreamFollower(house, key, f"stream {number}", plan.follower_chance(number))
                 for number in range(3)]
    return followers + [PageFollower(house, key, "pager", plan.follower_chance(3))]

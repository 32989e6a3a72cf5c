"""What is watched while load runs: how far listeners are behind, and when events are heard."""

import datetime
import re
import socket
import threading
import time

import psycopg

TIME = re.compile(rb'"time":"([^"]+)"')
TYPE = re.compile(rb'"type":"([^"]+)"')

# How old the oldest event is that the listener has not applied; null where there is none.
BEHIND = """
select extract(epoch from clock_timestamp() - event.recorded_at)
  from {listener}.position
  join {source}.event on event.id = position.at + 1
 where position.source = '{source}'"""


class Lag:
    """How many seconds a listener is behind a source."""

    def __init__(self, house, pairs):
        self._connection = psycopg.connect(host=house.database_host, user="postgres",
                                           dbname="afterline", autocommit=True)
        self._asked = [BEHIND.format(listener=listener, source=source) for listener, source in pairs]

    def now(self):
        behind = 0.0
        for asked in self._asked:
            found = self._connection.execute(asked).fetchone()
            behind = max(behind, float(found[0]) if found else 0.0)
        return behind

    def wait_until_none(self, seconds):
        """The seconds it took; None where it took longer."""
        began = time.monotonic()
        while self.now():
            if time.monotonic() > began + seconds:
                return None
            time.sleep(0.05)
        return time.monotonic() - began

    def close(self):
        self._connection.close()


class LagDuring:
    """The lag while the block ran, five times a second."""

    def __init__(self, lag):
        self._lag = lag
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.seen = []

    def _look(self):
        while not self._over.wait(0.2):
            self.seen.append(self._lag.now())

    @property
    def most(self):
        return max(self.seen, default=0.0)

    @property
    def share_behind(self):
        """How much of the time somebody was a second or more behind, of 1."""
        return sum(lag >= 1 for lag in self.seen) / max(len(self.seen), 1)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def open_stream(house, key):
    """A subscriber from now on; what follows the answer's head is still to be read."""
    stream = socket.create_connection(("127.0.0.1", house.port))
    stream.sendall(f"GET /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
                   "Accept: text/event-stream\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        more = stream.recv(65536)
        if not more:
            raise AssertionError(f"no stream: {head!r}")
        head += more
    if not head.startswith(b"HTTP/1.1 200"):
        raise AssertionError(f"no stream: {head!r}")
    return stream


class Ear:
    """Milliseconds from the time an event bears to its arrival at a subscriber, one by one.

    The time of a ticket.registered is when its batch began, so the commit itself is in it.
    """

    def __init__(self, house, key):
        self.delays = []
        self._stream = open_stream(house, key)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        rest = b""
        while True:
            more = self._stream.recv(1 << 20)
            now = time.time()
            if not more:
                return
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                kind = TYPE.search(line)
                if line.startswith(b"data:") and kind and kind[1] == b"ticket.registered":
                    self._note(line, now)

    def _note(self, line, now):
        said = datetime.datetime.fromisoformat(TIME.search(line)[1].decode().replace("Z", "+00:00"))
        self.delays.append((now - said.timestamp()) * 1e3)

    def close(self):
        self._stream.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._stream.close()

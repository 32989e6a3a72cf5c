"""A client that takes its answer slowly gets it whole; one that takes nothing is not kept for ever."""

import contextlib
import http.client
import re
import socket
import threading
import time

import pytest

from house import House, eventually

IDLE_MS = 1000
PATIENCE_MS = 5000  # STREAM_PATIENCE_MS in common/edge/loop.h
FAREWELL_MS = 12000
CONNECTIONS = 5
NOTES, NOTE_BYTES = 490, 16000  # twice of what the system holds for a connection
BRANCH = {"branch": "b", "name": "一个网点", "kind": "branch", "time_zone": "Asia/Shanghai"}
TICKET = {"branch": "b", "kind": "consult", "channel": "phone", "description": "x",
          "customer": {"name": "王芳", "phone": "13800138000"}}


@pytest.fixture(scope="module")
def house():
    house = House(spares=0)
    settings = house.state / "settings"
    settings.mkdir(parents=True)
    (settings / "gateway.conf").write_text(
        f"idle_ms = {IDLE_MS}\nconnections_most = {CONNECTIONS}\nfarewell_ms = {FAREWELL_MS}\n")
    try:
        house.start()
        house.post("/v1/branches", BRANCH)
        ticket_id = house.post("/v1/tickets", TICKET)["ticket_id"]
        for _ in range(NOTES):
            house.post(f"/v1/tickets/{ticket_id}/notes", {"text": "y" * NOTE_BYTES})
        yield house
    finally:
        house.remove()


def ask_for_much(house, connection_field="keep-alive"):
    """A connection whose answer is larger than all buffers on its way."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    connection.connect(("127.0.0.1", house.port))
    connection.settimeout(10)
    connection.sendall(
        "GET /v1/events?after=start&limit=500&types=ticket.noted HTTP/1.1\r\nHost: here\r\n"
        f"Connection: {connection_field}\r\nAccept: application/json\r\nAuthorization: Bearer {house.key}\r\n\r\n".encode())
    return connection


def open_connections(house):
    """Besides the one that asks."""
    page = house.request("GET", "/metrics", key=None).body.decode()
    return int(re.search(r'^afterline_http_open{instance="gateway.0"} (\d+)', page, re.MULTILINE)[1]) - 1


@pytest.mark.parametrize("end", ["keep-alive", "close"])
def test_a_slow_reader_gets_its_answer_whole(house, end):
    connection, begun = ask_for_much(house, end), time.monotonic()
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    length, taken = int(answer.headers["Content-Length"]), 0

    while taken < length:
        part = answer.read(min(32768, length - taken))
        assert part, f"cut off after {taken} bytes of {length}"
        taken += len(part)
        time.sleep(0.04)

    assert length > (NOTES - 10) * NOTE_BYTES, "the last may still be on their way to the gateway"
    assert time.monotonic() - begun > max(3 * IDLE_MS, PATIENCE_MS) / 1000
    eventually(lambda: open_connections(house) == 0, 10, "the end of what is idle at last")
    assert connection.recv(1) == b""


def test_who_takes_nothing_is_not_kept(house):
    connection = ask_for_much(house)
    eventually(lambda: open_connections(house) == 1, 10, "the connection")

    eventually(lambda: open_connections(house) == 0, 10, "its end")

    connection.close()


def test_a_slow_goodbye_keeps_its_place_but_not_for_ever(house):
    """Who takes its last answer by and by is a connection like any other."""
    eventually(lambda: open_connections(house) == 0, 10, "room")
    slow = [ask_for_much(house, "close") for _ in range(CONNECTIONS)]
    for connection in slow:
        assert connection.recv(1) == b"H"
    ended = threading.Event()

    def trickle():
        with contextlib.suppress(ConnectionResetError):
            while not ended.wait(0.5):
                for connection in slow:
                    connection.recv(16384)

    reading = threading.Thread(target=trickle)
    reading.start()
    with socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE_MS / 1000 + 3) as waiting:
        waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        try:
            with pytest.raises(TimeoutError):
                waiting.recv(4096)
            waiting.settimeout(FAREWELL_MS / 1000 + 5)
            assert b"200 OK" in waiting.recv(4096)
        finally:
            ended.set()
            reading.join()
    for connection in slow:
        connection.close()

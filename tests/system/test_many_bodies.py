"""Bodies that arrive have a limit together: what is sent without a key is not held at all."""

import pathlib
import re
import socket

import pytest

from house import House, eventually

MIB = 1024 * 1024  # body_most
BODIES_MOST = 64 * MIB  # SERVER_BODIES_MOST in services/gateway/http/server.h
BRANCH = {"branch": "b", "name": "一个网点", "kind": "branch", "time_zone": "Asia/Shanghai"}


@pytest.fixture(scope="module")
def house():
    house = House(spares=0)
    try:
        yield house.start()
    finally:
        house.remove()


def resident_bytes(house):
    status = pathlib.Path(f"/proc/{house.pids()['gateway.0']}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def send_all_but_the_end(house, key, chunked):
    """A connection on which a body of 1 MiB is on its way."""
    connection = socket.create_connection(("127.0.0.1", house.port), timeout=10)
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {MIB}"
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    head = (f"POST /v1/branches HTTP/1.1\r\nHost: here\r\n{framing}\r\n{authorization}"
            "Content-Type: application/json\r\n\r\n") + (f"{MIB:x}\r\n" if chunked else "")
    try:
        connection.sendall(head.encode() + b" " * (MIB - 1))
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused before all was sent
    return connection


def refusal(connection):
    """What was answered before the end of the body was sent; "" where it is still awaited."""
    connection.settimeout(0.2)
    try:
        return connection.recv(65536).decode()
    except TimeoutError:
        return ""


@pytest.mark.parametrize("chunked", [False, True])
def test_without_a_key_no_body_is_held(house, chunked):
    before = resident_bytes(house)
    connections = [send_all_but_the_end(house, None, chunked) for _ in range(100)]

    assert house.request("POST", "/v1/branches", {**BRANCH, "branch": f"b{chunked:d}"}).status < 500
    assert resident_bytes(house) - before < 32 * MIB
    last = connections[-1]
    last.sendall(b" \r\n0\r\n\r\n" if chunked else b" ")
    assert last.recv(65536).startswith(b"HTTP/1.1 401 ")
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_what_is_held_together_is_refused(house, chunked):
    connections = [send_all_but_the_end(house, house.key, chunked)
                   for _ in range(BODIES_MOST // MIB + 6)]

    refused = [text for text in map(refusal, connections) if text]
    assert len(refused) >= 6
    for text in refused:
        assert text.startswith("HTTP/1.1 503 ") and '"reason":"busy"' in text
        assert "\r\nRetry-After: 1\r\n" in text and "\r\nConnection: close\r\n" in text
    assert house.request("GET", "/v1/branches").status == 200

    for connection in connections:
        connection.close()
    body = b" " * (MIB - 2) + b"{}"
    eventually(lambda: house.request("POST", "/v1/branches", body=body, headers={
        "Content-Type": "application/json"}).status == 422, 10, "room for the next")

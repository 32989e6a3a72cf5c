"""Malformed requests, one by one: each gets its answer, and costs no neighbour anything."""

import json
import os
import socket
import time

import pytest

HOST = b"Host: here\r\n"
WAIT_SECONDS = 10


class Door:
    """Where HTTP is spoken, and the key to come in with."""

    def __init__(self, url, key):
        host, port = url.split("//")[1].rstrip("/").split(":")
        self.address = (host, int(port))
        self.authorization = b"Authorization: Bearer " + key.encode() + b"\r\n"

    def connect(self):
        connection = socket.create_connection(self.address, timeout=WAIT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


@pytest.fixture(scope="module")
def door(request):
    if "AFTERLINE_URL" in os.environ:
        return Door(os.environ["AFTERLINE_URL"], os.environ["AFTERLINE_KEY"])
    house = request.getfixturevalue("house")
    return Door(house.url, house.key)


class Reader:
    """Answers, one after another, from a connection."""

    def __init__(self, connection):
        self.connection = connection
        self.held = b""

    def more(self):
        try:
            part = self.connection.recv(65536)
        except ConnectionResetError:
            part = b""
        self.held += part
        return part

    def answer(self, body=True):
        while b"\r\n\r\n" not in self.held:
            assert self.more(), f"no answer but {self.held!r}"
        head, self.held = self.held.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        fields = {name.lower(): value.strip()
                  for name, value in (line.split(":", 1) for line in lines[1:])}
        status = int(lines[0].split(" ")[1])
        size = int(fields.get("content-length", 0)) if body and status >= 200 else 0
        while len(self.held) < size:
            assert self.more(), "the answer is cut off"
        content, self.held = self.held[:size], self.held[size:]
        return status, fields, content

    def is_at_end(self):
        while self.more():
            pass
        return self.held == b""


def ask(door, sent, cuts=()):
    """The one answer to what is sent in parts, cut at these places; the connection must then end."""
    with door.connect() as connection:
        parts = [sent[a:b] for a, b in zip((0, *cuts), (*cuts, len(sent)))]
        for part in parts:
            try:
                connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break
        reader = Reader(connection)
        status, fields, content = reader.answer()
        if fields.get("connection") == "close":
            assert reader.is_at_end(), f"something follows a refusal: {reader.held!r}"
        return status, fields, content


def post(*lines, body=b"", target=b"/v1/tickets", version=b"HTTP/1.1", host=HOST):
    return (b"POST " + target + b" " + version + b"\r\n" + host
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body)


def get(*lines, target=b"/healthz", version=b"HTTP/1.1", host=HOST):
    return (b"GET " + target + b" " + version + b"\r\n" + host
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


JSON = b"Content-Type: application/json"
CHUNKED = b"Transfer-Encoding: chunked"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"

# What is sent, and the status it gets; the connection ends with each of these.
MALFORMED = {
    "two equal lengths": (post(b"Content-Length: 2", b"Content-Length: 2", JSON, body=b"{}"), 400),
    "two lengths": (post(b"Content-Length: 2", b"Content-Length: 40", JSON, body=SMUGGLED), 400),
    "a list of lengths": (post(b"Content-Length: 2, 2", JSON, body=b"{}"), 400),
    "a length with a sign": (post(b"Content-Length: +2", JSON, body=b"{}"), 400),
    "a negative length": (post(b"Content-Length: -2", JSON, body=b"{}"), 400),
    "a length in hexadecimal": (post(b"Content-Length: 0x2", JSON, body=b"{}"), 400),
    "an empty length": (post(b"Content-Length:", JSON), 400),
    "a length beyond numbers": (post(b"Content-Length: " + b"9" * 30, JSON), 413),
    "a length and chunks": (post(b"Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED), 400),
    "chunks and a length": (post(CHUNKED, b"Content-Length: 5", body=b"0\r\n\r\n" + SMUGGLED), 400),
    "xchunked": (post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), 501),
    "gzip, chunked": (post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501),
    "chunked, chunked": (post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), 501),
    "identity": (post(b"Transfer-Encoding: identity", body=b""), 501),
    "two encodings": (post(CHUNKED, b"Transfer-Encoding: x", body=b"0\r\n\r\n"), 400),
    "a space before the colon of a length": (post(b"Content-Length : 2", JSON, body=b"{}"), 400),
    "a space before the colon of an encoding": (post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"), 400),
    "a space before the colon of Host": (get(host=b"Host : here\r\n"), 400),
    "a space before another colon": (get(b"X-Foo : bar"), 400),
    "a tab before a colon": (get(b"X-Foo\t: bar"), 400),
    "a space inside a name": (get(b"X Foo: bar"), 400),
    "a line beginning with a space": (post(b" Content-Length: 40", JSON, body=SMUGGLED), 400),
    "a line beginning with a space behind Host": (get(host=b"Host: here\r\n Content-Length: 9\r\n"), 400),
    "a folded encoding": (post(b"X: a", b"\tTransfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "a first header that is folded": (b"GET /healthz HTTP/1.1\r\n X: y\r\n" + HOST + b"\r\n", 400),
    "a return inside a header": (post(b"X:\rxTransfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "a return at the end of a line": (get(b"X: a\r"), 400),
    "a head that ends in CR LF CR X": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\rX" + SMUGGLED, 400),
    "bare line feeds": (b"GET /healthz HTTP/1.1\nHost: here\n\n", 400),
    "one bare line feed": (b"GET /healthz HTTP/1.1\r\nHost: here\n\r\n", 400),
    "bare returns": (b"GET /healthz HTTP/1.1\rHost: here\r\r", 400),
    "a NUL in a value": (get(b"X: a\0b"), 400),
    "a NUL in a name": (get(b"X\0: b"), 400),
    "a NUL in the target": (get(target=b"/heal\0thz"), 400),
    "a control character in a value": (get(b"X: a\x01b"), 400),
    "a DEL in a value": (get(b"X: a\x7fb"), 400),
    "no Host": (get(host=b""), 400),
    "two Hosts": (get(host=HOST + HOST), 400),
    "two other Hosts": (get(host=HOST + b"Host: there\r\n"), 400),
    "a Host with a space": (get(host=b"Host: he re\r\n"), 400),
    "a Host with a slash": (get(host=b"Host: here/there\r\n"), 400),
    "a header without a colon": (get(b"X-Foo"), 400),
    "a header without a name": (get(b": bar"), 400),
    "a name with a bracket": (get(b"X(Foo): bar"), 400),
    "a name with other letters": (get(b"X-F\xc3\xb6o: bar"), 400),
    "an empty line first": (b"\r\n" + get(), 400),
    "the absolute form": (get(target=b"http://here/healthz"), 400),
    "an asterisk": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "CONNECT": (b"CONNECT here:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a body on GET": (get(b"Content-Length: 5") + b"hello", 400),
    "chunks on GET": (get(CHUNKED) + b"0\r\n\r\n", 400),
    "two spaces before the target": (b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "two spaces before the version": (b"GET /healthz  HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a space behind the version": (b"GET /healthz HTTP/1.1 \r\n" + HOST + b"\r\n", 400),
    "a tab in the request line": (b"GET\t/healthz\tHTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a request line of two words": (b"GET /healthz\r\n" + HOST + b"\r\n", 400),
    "a request line of one word": (b"GET\r\n" + HOST + b"\r\n", 400),
    "a method that is no token": (b"G@T /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "lower-case http": (get(version=b"http/1.1"), 400),
    "a version without a dot": (get(version=b"HTTP/1"), 400),
    "a letter as version": (get(version=b"HTTP/1.x"), 505),
    "HTTP/0.9": (get(version=b"HTTP/0.9"), 505),
    "HTTP/1.2": (get(version=b"HTTP/1.2"), 505),
    "HTTP/2.0": (get(version=b"HTTP/2.0"), 505),
    "HTTP/2 by prior knowledge": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(16), 400),
    "chunks on HTTP/1.0": (post(CHUNKED, version=b"HTTP/1.0", body=b"0\r\n\r\n"), 400),
    "another expectation": (post(b"Expect: tea", JSON, b"Content-Length: 2", body=b"{}"), 417),
    "a fragment": (get(target=b"/healthz#x"), 400),
    "a target that is no ASCII": (get(target=b"/h\xc3\xa4"), 400),
    "a target that is too long": (get(target=b"/" + b"a" * 8000), 414),
    "a target without end": (b"GET /" + b"a" * 20000, 414),
    "a head that is too large": (get(*[b"X-%d: " % i + b"y" * 200 for i in range(90)]), 431),
    "a header without end": (b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 20000, 431),
    "too many headers": (get(*[b"X-%d: y" % i for i in range(120)]), 431),
    "two keys": (get(b"Authorization: Bearer a", b"Authorization: Bearer b"), 400),
    "two idempotency keys": (post(b"Idempotency-Key: a", b"Idempotency-Key: b"), 400),
    "chunk data without its end": (post(CHUNKED, JSON, body=b"3\r\nabcxx0\r\n\r\n"), 400),
    "a chunk extension with a line feed": (post(CHUNKED, JSON, body=b"3;a\nabc\r\n0\r\n\r\n"), 400),
    "a chunk size with a prefix": (post(CHUNKED, JSON, body=b"0x3\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk size beyond numbers": (post(CHUNKED, JSON, body=b"f" * 20 + b"\r\nabc"), 400),
    "a negative chunk size": (post(CHUNKED, JSON, body=b"-3\r\nabc\r\n0\r\n\r\n"), 400),
    "chunks with bare line feeds": (post(CHUNKED, JSON, body=b"3\nabc\n0\n\n"), 400),
    "an empty chunk size": (post(CHUNKED, JSON, body=b"\r\nabc\r\n0\r\n\r\n"), 400),
    "a space behind a chunk size": (post(CHUNKED, JSON, body=b"3 \r\nabc\r\n0\r\n\r\n"), 400),
    "a length in a trailer": (post(CHUNKED, JSON, body=b"2\r\n{}\r\n0\r\nContent-Length: 40\r\n\r\n" + SMUGGLED), 400),
    "a trailer": (post(CHUNKED, JSON, body=b"2\r\n{}\r\n0\r\nX: y\r\n\r\n"), 400),
    "a chunk extension without end": (post(CHUNKED, JSON, body=b"3;" + b"x" * 40000), 400),
    "a body that is too large": (post(b"Content-Length: 1048577", JSON), 413),
    "chunks that are too large": (post(CHUNKED, JSON, body=b"100001\r\n" + b" " * 0x100001), 413),
}

# What is well-formed and yet refused; the connection goes on.
REFUSED = {
    "no such path": (get(target=b"/nothing"), 404),
    "a path with a dot segment": (get(target=b"/v1/../healthz"), 404),
    "a doubled slash": (get(target=b"//healthz"), 404),
    "a broken escape": (get(target=b"/v1/tickets/%zz"), 404),
    "an escaped NUL": (get(target=b"/v1/tickets/%00"), 404),
    "another method": (b"PUT /v1/tickets HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n{}", 405),
    "TRACE": (b"TRACE /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "another type": (post(b"Content-Type: text/plain", b"Content-Length: 2", body=b"{}"), 415),
    "another charset": (post(JSON + b"; charset=gbk", b"Content-Length: 2", body=b"{}"), 415),
    "no type": (post(b"Content-Length: 2", body=b"{}"), 415),
    "nothing acceptable": (get(b"Accept: text/html", target=b"/v1/tickets"), 406),
    "no key": (get(target=b"/v1/tickets"), 401),
    "another scheme": (get(b"Authorization: Basic eA==", target=b"/v1/tickets"), 401),
    "a mistyped key": (get(b"Authorization: Bearer al_x", target=b"/v1/tickets"), 401),
}


def test_the_table_is_large_enough():
    assert len(MALFORMED) >= 60


def problem_of(fields, content):
    assert fields["content-type"] == "application/problem+json"
    return json.loads(content)


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_malformed_is_refused_and_ends_the_connection(door, case):
    sent, expected = MALFORMED[case]

    status, fields, content = ask(door, sent)

    assert status == expected
    assert fields["connection"] == "close"
    problem = problem_of(fields, content)
    assert problem["status"] == expected and problem["reason"] and len(problem["trace_id"]) == 32


# A few of each kind, cut everywhere: the answer must not depend on how the bytes arrive.
CUT = ["two lengths", "a length and chunks", "a line beginning with a space",
       "a return inside a header", "a head that ends in CR LF CR X", "chunk data without its end",
       "a length in a trailer", "gzip, chunked", "two Hosts", "an empty line first",
       "bare line feeds", "HTTP/2.0"]


@pytest.mark.parametrize("case", CUT)
def test_cut_at_every_byte_it_is_refused_alike(door, case):
    sent, expected = MALFORMED[case]

    for cut in range(1, len(sent)):
        status, fields, _ = ask(door, sent, cuts=(cut,))
        assert (status, fields["connection"]) == (expected, "close"), f"cut at {cut}"


@pytest.mark.parametrize("case", CUT)
def test_byte_by_byte_it_is_refused_alike(door, case):
    sent, expected = MALFORMED[case]

    status, fields, _ = ask(door, sent, cuts=tuple(range(1, len(sent))))

    assert (status, fields["connection"]) == (expected, "close")


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_only_refused_goes_on(door, case):
    sent, expected = REFUSED[case]

    with door.connect() as connection:
        reader = Reader(connection)
        connection.sendall(sent + get())
        status, fields, content = reader.answer()
        assert status == expected
        assert problem_of(fields, content)["status"] == expected
        assert expected != 405 or "allow" in fields
        assert expected != 401 or fields["www-authenticate"].startswith("Bearer")
        assert reader.answer()[0] == 200


def test_an_unknown_method_is_refused_by_name(door):
    status, fields, _ = ask(door, b"BREW /healthz HTTP/1.1\r\n" + HOST + b"\r\n")

    assert status == 405 and fields["allow"] == "GET, HEAD"


def pipelined(door):
    """Requests of all kinds, one behind the other, and the statuses they get."""
    body = b'{"branch": "nowhere"}'
    length = b"Content-Length: %d" % len(body)
    return [
        (get(), 200),
        (post(length, JSON, body=body), 401),
        (get(target=b"/nothing"), 404),
        (get(door.authorization.strip(), target=b"/v1/tickets?limit=1"), 200),
        (post(door.authorization.strip(), CHUNKED, JSON, body=b"2\r\n{}\r\n0\r\n\r\n"), 422),
        (b"HEAD /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 200),
        (post(door.authorization.strip(), length, JSON, body=body.replace(b":", b"?")), 400),
        (get(b"Connection: close"), 200),
    ]


def answers_to(door, requests, cuts):
    sent = b"".join(request for request, _ in requests)
    places = (0, *cuts, len(sent))
    with door.connect() as connection:
        for a, b in zip(places, places[1:]):
            connection.sendall(sent[a:b])
        reader = Reader(connection)
        statuses = [reader.answer(body=not request.startswith(b"HEAD"))[0]
                    for request, _ in requests]
        assert reader.is_at_end()
        return statuses


def test_pipelined_requests_are_answered_in_order_wherever_they_are_cut(door):
    requests = pipelined(door)
    expected = [status for _, status in requests]
    size = sum(len(request) for request, _ in requests)

    assert answers_to(door, requests, ()) == expected
    assert answers_to(door, requests, tuple(range(1, size))) == expected
    for cut in range(1, size):
        assert answers_to(door, requests, (cut,)) == expected, f"cut at {cut}"


def test_what_follows_a_malformed_request_is_not_looked_at(door):
    with door.connect() as connection:
        reader = Reader(connection)
        connection.sendall(get() + MALFORMED["two Hosts"][0] + get())
        assert reader.answer()[0] == 200
        assert reader.answer()[0] == 400
        assert reader.is_at_end()


def test_a_body_may_be_as_large_as_is_said(door):
    body = b'{"description": "' + b"x" * (1048576 - 19) + b'"}'

    assert len(body) == 1048576
    status, _, _ = ask(door, post(door.authorization.strip(), JSON, b"Connection: close",
                                  b"Content-Length: %d" % len(body), body=body))

    assert status == 422


def test_a_client_may_ask_before_it_sends(door):
    body = b"{}"
    with door.connect() as connection:
        reader = Reader(connection)
        connection.sendall(post(door.authorization.strip(), JSON, b"Expect: 100-continue",
                                b"Content-Length: 2"))
        assert reader.answer()[0] == 100
        connection.sendall(body)
        assert reader.answer()[0] == 422
        connection.sendall(post(b"Content-Type: text/plain", b"Expect: 100-continue",
                                b"Content-Length: 2"))
        status, fields, _ = reader.answer()
        assert (status, fields["connection"]) == (415, "close")


def test_head_is_get_without_its_body(door):
    with door.connect() as connection:
        reader = Reader(connection)
        connection.sendall(b"HEAD /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + get())
        status, fields, _ = reader.answer(body=False)
        assert status == 200 and int(fields["content-length"]) > 0
        assert reader.answer()[2] == b'{"alive":true}'


def test_a_client_that_has_said_all_is_still_answered(door):
    with door.connect() as connection:
        connection.sendall(get(door.authorization.strip(), target=b"/v1/tickets?limit=1"))
        connection.shutdown(socket.SHUT_WR)
        reader = Reader(connection)
        assert reader.answer()[0] == 200
        assert reader.is_at_end()


def test_an_old_client_is_answered_and_left(door):
    status, fields, _ = ask(door, get(version=b"HTTP/1.0", host=b""))

    assert (status, fields["connection"]) == (200, "close")


def test_neighbours_notice_nothing(door):
    """While every malformed request is sent, trickled ones too, somebody else is served as ever."""
    slow = [door.connect() for _ in range(50)]
    with door.connect() as connection:
        reader = Reader(connection)
        for turn, (sent, expected) in enumerate(MALFORMED.values()):
            trickle = slow[turn % len(slow)]
            trickle.sendall(b"GET /healthz HTTP/1.1\r\nHost: here"[turn // 50:][:1])
            assert ask(door, sent)[0] == expected
            began = time.monotonic()
            connection.sendall(get(door.authorization.strip(), target=b"/v1/tickets?limit=1"))
            assert reader.answer()[0] == 200
            assert time.monotonic() - began < 1
    for trickle in slow:
        trickle.close()


def test_what_trickles_in_for_ever_is_ended(door):
    """A request has a total deadline (request_ms, 20 s), however lively it looks."""
    with door.connect() as connection:
        connection.settimeout(0.5)
        reader = Reader(connection)
        began = time.monotonic()
        sent = get(b"X-Slow: " + b"y" * 4000)
        for at in range(len(sent)):
            connection.sendall(sent[at:at + 1])
            try:
                if not reader.more() or b"\r\n\r\n" in reader.held:
                    break
            except TimeoutError:
                pass
            assert time.monotonic() - began < 30, "it may go on for ever"
        status, fields, _ = reader.answer()
        assert (status, fields["connection"]) == (408, "close")
        assert time.monotonic() - began > 15

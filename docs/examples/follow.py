#!/usr/bin/python3
"""follow.py STATE SECRET_FILE PUBLIC_FILE SERVICE [AFTER]: follows a service's events over ZeroMQ.

The key pair is the credential: its public half has to stand in STATE/peers.  The operator's does,
so STATE/keys/operator and STATE/keys/operator.pub work at once.  `afterline key my-system` makes
another pair and says its line for STATE/peers.own, which is added to peers at each start of the
house.  Needs the packages python3-zmq, python3-protobuf and protobuf-compiler.

What is told (PUB: [topic][house.EventPage]) may be dropped; what is asked for (house.ReadEvents,
answered with the same page) is the whole history without a gap.  So: take what is told where it
continues what was read, and ask for what is next where it does not.  On the topic "gathered" all is
told that happened within 20 ms, and once a second an empty page; who is in a hurry subscribes to
"at_once" too, and hears of each batch by itself before.
"""

import pathlib
import subprocess
import sys
import tempfile

import zmq
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
PAGE = 500
DEADLINE_MS = 5000
QUIET_MS = 1000


def load_messages():
    """The messages of the house by name, from the .proto files themselves."""
    with tempfile.NamedTemporaryFile() as described:
        subprocess.run(["protoc", f"-I{PROTO}", "-I/usr/include", "--include_imports",
                        f"--descriptor_set_out={described.name}", *map(str, PROTO.glob("*.proto"))],
                       check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(described.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return lambda name: message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName(name))


def read_peers(state, service):
    """(public key, ask, tell) of each instance of the service."""
    for line in (state / "peers").read_text().splitlines():
        words = line.split()
        if words and words[0].split(".")[0] == service and words[0] != service:
            yield words[1:4]


def connect(context, kind, endpoint, server_key, public_key, secret_key):
    connected = context.socket(kind)
    connected.linger = 0
    connected.curve_serverkey = server_key.encode()
    connected.curve_publickey = public_key
    connected.curve_secretkey = secret_key
    if kind == zmq.SUB:
        connected.subscribe(b"gathered")
    connected.connect(endpoint)
    return connected


class Follower:
    def __init__(self, state, secret_key, public_key, service):
        self.message = load_messages()
        self.number = 0
        context = zmq.Context.instance()
        peers = list(read_peers(state, service))
        if not peers:
            sys.exit(f"follow: there is no {service} in {state}/peers")
        keys = (public_key, secret_key)
        self.asks = [connect(context, zmq.DEALER, ask, key, *keys) for key, ask, _ in peers]
        self.poller = zmq.Poller()
        for key, _, tell in peers:
            self.poller.register(connect(context, zmq.SUB, tell, key, *keys), zmq.POLLIN)

    def read(self, after):
        """A page of events behind `after`, from whichever instance answers; none where none does."""
        Header = self.message("house.AnswerHeader")
        body = self.message("house.ReadEvents")(after=after, limit=PAGE).SerializeToString()
        for ask in self.asks:
            self.number += 1
            header = self.message("house.AskHeader")(
                number=self.number, message="house.ReadEvents", deadline_ms=DEADLINE_MS)
            ask.send_multipart([header.SerializeToString(), body])
            while ask.poll(DEADLINE_MS):
                answered, page = ask.recv_multipart()
                answer = Header.FromString(answered)
                if answer.number == self.number and answer.message == "house.EventPage":
                    return [self.message("house.EventPage").FromString(page)]
                if answer.number == self.number:
                    print(f"follow: {answer.reason}: {answer.sentence}", file=sys.stderr)
                    break
        return []

    def hear(self, at):
        """The pages told by now, or within a second; what is behind `at` where nothing was."""
        pages = []
        for told, _ in self.poller.poll(QUIET_MS):
            while told.poll(0):
                pages.append(self.message("house.EventPage").FromString(told.recv_multipart()[1]))
        return pages or self.read(at)

    def follow(self, at):
        read_event = self.message("house.Event").FromString
        pages = self.read(at)
        while True:
            for page in pages:
                new = page.upto - at
                if 0 < new <= len(page.events):
                    yield from map(read_event, page.events[-new:])
                    at = page.upto
            behind = any(page.head > at for page in pages)
            pages = (self.read(at) if behind else []) or self.hear(at)


def main():
    if not 5 <= len(sys.argv) <= 6:
        sys.exit("usage: " + __doc__)
    state, secret, public, service, *after = sys.argv[1:]
    follower = Follower(pathlib.Path(state), pathlib.Path(secret).read_text().strip().encode(),
                        pathlib.Path(public).read_text().strip().encode(), service)
    for event in follower.follow(int(after[0]) if after else 0):
        body = follower.message(event.type).FromString(event.body)
        print(event.source, event.id, event.type, event.subject, str(body).split("\n")[0],
              flush=True)


if __name__ == "__main__":
    main()

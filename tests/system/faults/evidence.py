"""What a house holds when all is quiet, read as it lies there: chains, rows, positions, pictures."""

import collections
import pathlib
import re
import subprocess
import tempfile
import time

import psycopg
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from faults.checker import Told, read_lives
from house import CHECKOUT, SERVICES, eventually
from outside import identifier

# What subscribers follow; keys are the gateway's own business.
FOLLOWED = tuple(service for service in SERVICES if service != "gateway")


def load_messages():
    """The messages of the house by name, from the .proto files themselves."""
    proto = CHECKOUT / "proto"
    with tempfile.NamedTemporaryFile() as described:
        subprocess.run(["protoc", f"-I{proto}", "-I/usr/include", "--include_imports",
                        f"--descriptor_set_out={described.name}", *map(str, proto.glob("*.proto"))],
                       check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(described.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return lambda name: factory.GetPrototype(pool.FindMessageTypeByName(name))


def words(name):
    """ticket.registered of intake.TicketRegistered."""
    noun, *rest = re.findall("[A-Z][a-z]*", name.split(".")[1])
    return f"{noun.lower()}.{'_'.join(word.lower() for word in rest)}"


class Evidence:
    def __init__(self, house, patience):
        self.house = house
        self.patience = patience
        self.messages = load_messages()

    def connect(self):
        return psycopg.connect(host=self.house.database_host, user="postgres", dbname="afterline",
                               autocommit=True)

    def rows(self, statement):
        with self.connect() as connection:
            return connection.execute(statement).fetchall()

    # ---- the chains ----

    def events(self, source):
        return [self.told(source, *row) for row in self.rows(
            f"select id, type, subject, record, hash from {source}.event order by id, recorded_at")]

    def told(self, source, number, kind, subject, record, stored_hash):
        event = self.messages("house.Event").FromString(record)
        body = self.messages(kind).FromString(event.body)
        cause = f"{event.cause_source}/{event.cause_id}" if event.cause_source else ""
        return Told(source, number, words(kind), subject, event.aggregate, event.version, cause,
                    event.key.rpartition(" ")[2], getattr(body, "state", ""),
                    getattr(body, "update_id", ""), getattr(body, "implied", False),
                    record, stored_hash)

    def all_events(self):
        return {source: self.events(source) for source in SERVICES}

    def recorded_keys(self):
        return [(service, key) for service in SERVICES
                for key, in self.rows(f"select key from {service}.answer")]

    def lives(self):
        """The published lives by the letter of what lives them; a desk job's contains a visit's."""
        def contract(service):
            return read_lives(subprocess.run([self.house.binary(service), "--contract"], check=True,
                                             capture_output=True, text=True).stdout)
        return {"T": contract("intake")["ticket"], "J": contract("dispatch")["desk job"]}

    def aggregates(self):
        """Tickets and jobs as they lie in their tables, by the identifier that is shown outside."""
        found = {}
        for letter, table, column in (("T", "intake.ticket", "ticket_id"),
                                      ("J", "dispatch.job", "job_id")):
            for number, version, state in self.rows(
                    f"select {column}, version, state from {table}"):
                found[identifier(letter, number)] = (version, state)
        return found

    # ---- listeners ----

    def heads(self):
        return {source: self.rows(f"select coalesce(max(id), 0) from {source}.event")[0][0]
                for source in SERVICES}

    def positions(self):
        return {service: dict(self.rows(f"select source, at from {service}.position"))
                for service in SERVICES}

    def parked(self):
        return {service: self.rows("select source, id, subject from"
                                   f" {service}.parked where settled = '' order by place")
                for service in SERVICES}

    def epochs(self):
        return {service: self.rows(f"select epoch from {service}.writer")[0][0]
                for service in SERVICES}

    def is_quiet(self):
        heads = self.heads()
        return all(at == heads[source] for positions in self.positions().values()
                   for source, at in positions.items())

    def wait_until_quiet(self):
        """The seconds it took; what is still pending at the end of the patience is for I15."""
        begun = time.monotonic()
        try:
            eventually(self.is_quiet, self.patience, "quiet", every=0.1)
        except AssertionError:
            pass
        return time.monotonic() - begun

    # ---- the picture ----

    def picture(self):
        return {table: [tuple(map(str, row)) for row in self.rows(f"table {table}")]
                for table in ("reporting.entry", "reporting.ticket")}

    def rebuild(self):
        self.house.post("/v1/services/reporting/rebuild", {})
        self.wait_until_quiet()


class Counters:
    """The house's counters, summed over the lives of processes that are killed in between."""

    def __init__(self, house):
        self.house = house
        self.last = {}
        self.total = collections.Counter()

    def look(self):
        try:
            page = self.house.request("GET", "/metrics", key=None, timeout=2).body.decode()
        except OSError:
            return
        for name, instance, value in re.findall(
                r'^afterline_(\w+_total)\{instance="([^"]+)"\} (\d+)$', page, re.M):
            before = self.last.get((name, instance), 0)
            now = int(value)
            self.total[name] += now - before if now >= before else now
            self.last[name, instance] = now

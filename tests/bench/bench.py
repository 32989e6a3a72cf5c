"""The rows of the table.  Every ratio is the median of slices in which house and pgbench took turns."""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from house import House, eventually  # noqa: E402
from load import Postgres, wrk  # noqa: E402
from meter import Meter, memory  # noqa: E402
from outside import identifier  # noqa: E402
from scene import Scene  # noqa: E402
from watch import Ear, Lag, LagDuring, open_stream  # noqa: E402

LISTENERS = [("dispatch", "intake"), ("returns", "intake"), ("complaints", "intake"),
             ("reporting", "intake"), ("reporting", "dispatch"), ("intake", "dispatch")]
GOALS = {1: 0.5, 16: 1.3, 64: 2.0}
FILLED_FROM = 500_000_000  # far from the numbers the house gives


def share(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)] if values else 0.0


def ratio_of(rates, tps):
    return statistics.median(rate.rate / other for rate, other in zip(rates, tps))


class Table:
    def __init__(self):
        self._head("", "afterline", "pgbench", "ratio", "p50 ms", "p99 ms", "goal")

    def _head(self, *words):
        print("{:<46}{:>12}{:>10}{:>7}{:>9}{:>9}  {}".format(*words), flush=True)

    def row(self, what, ours="", theirs="", ratio="", p50="", p99="", goal=""):
        def text(value):
            if not isinstance(value, float):
                return str(value)
            return f"{value:.2f}" if value < 20 else f"{value:,.0f}"

        self._head(what, *map(text, (ours, theirs, ratio, p50, p99)), goal)


class Bench:
    def __init__(self, house, quick):
        self.house = house
        self.scene = Scene(house)
        self.auditor = house.make_key("auditor")
        self.postgres = Postgres(house)
        self.table = Table()
        self.lag = Lag(house, LISTENERS)
        self.slices, self.seconds = (2, 1) if quick else (3, 4)
        self.tickets = (10_000, 50_000) if quick else (10_000, 1_000_000)
        self.slice = 0

    # ---- load ----

    def register(self, kind, connections, seconds, rest_ms=0):
        self.slice += 1
        rate = wrk(self.house.url, "register.lua", connections, seconds, kind, self.scene.branch,
                   self.scene.agent, self.slice, rest_ms)
        assert rate.refused == 0, f"{rate.refused} requests were refused"
        return rate

    def read(self, paths, key, connections, seconds):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("\n".join(paths) + "\n")
            file.flush()
            rate = wrk(self.house.url, "read.lua", connections, seconds, key, file.name)
        assert rate.refused == 0, f"{rate.refused} requests were refused"
        return rate

    def take_turns(self, what, ours, theirs, goal="", also=None, also_what=""):
        """One row: slices of ours and theirs in turn, the median of each figure; another row for
        another yardstick."""
        turns = []
        for _ in range(self.slices):
            rate = ours()
            self.lag.wait_until_none(20)
            turns.append((rate, theirs(), also() if also else None))
        rates, tps, also_tps = zip(*turns)
        self.table.row(what, statistics.median(rate.rate for rate in rates), statistics.median(tps),
                       ratio_of(rates, tps), statistics.median(rate.p50 for rate in rates),
                       statistics.median(rate.p99 for rate in rates), goal)
        if also:
            self.table.row(also_what, theirs=statistics.median(also_tps),
                           ratio=ratio_of(rates, also_tps))
        return statistics.median(rate.rate for rate in rates)

    # ---- rows ----

    def memory_when_idle(self):
        time.sleep(1)
        for name, pid in sorted(self.house.pids().items()):
            if name != "postgres":
                size = memory(pid)
                self.table.row(f"memory, idle: {name.split('.')[0]}",
                               f"{size['pss'] / 1024:.1f} MiB", goal="< 10 MiB (proportional; resident"
                               f" {size['rss'] / 1024:.1f}, private {size['private'] / 1024:.1f})")

    def memory_per_stream(self, count=200):
        pid = self.house.pids()["gateway.0"]
        before = memory(pid)["private"]
        streams = [open_stream(self.house, self.scene.subscriber) for _ in range(count)]
        after = memory(pid)["private"]
        for stream in streams:
            stream.close()
        self.table.row("memory, each idle SSE connection", f"{(after - before) / count:.1f} KiB")

    def durable_posts(self):
        for connections, goal in GOALS.items():
            rate = self.take_turns(
                f"POST /v1/tickets consult, {connections} connections /s",
                lambda: self.register("consult", connections, self.seconds),
                lambda: self.postgres.rate("transaction.sql", connections, self.seconds),
                f">= {goal}",
                lambda: self.postgres.rate("own_transaction.sql", connections, self.seconds,
                                           "afterline"),
                "    pgbench with the house's own tables")
        return rate

    def cpu_per_ticket(self, connections):
        meter = Meter(self.house)
        count = self.register("consult", connections, self.seconds).count
        self.lag.wait_until_none(20)
        spent = {}
        for (process, thread), seconds in meter.spent().items():
            if process == "postgres for postgres":
                continue  # that is who watches the lag
            name = process + (", ZeroMQ" if thread.startswith("ZMQ") else "")
            spent[name] = spent.get(name, 0) + seconds * 1e6 / count
        self.table.row(f"CPU of a ticket at {connections} connections, us", sum(spent.values()))
        for name, us in sorted(spent.items(), key=lambda item: -item[1]):
            if us >= 1:
                self.table.row(f"    {name}", us)

    def repairs_sustained(self, fastest):
        """The fastest rate that leaves nobody a second behind: tried from the top."""
        for part in (1.0, 0.7, 0.5, 0.35, 0.2):
            rest = 0 if part == 1.0 else 16e3 / (fastest * part)
            with LagDuring(self.lag) as during:
                rate = self.register("repair", 16, self.seconds + 1, rest)
            self.lag.wait_until_none(30)
            fastest = rate.rate if part == 1.0 else fastest
            if during.most < 1:
                break
        self.table.row("POST /v1/tickets repair, jobs planned, reported /s", rate.rate, p50=rate.p50,
                       p99=rate.p99, goal=f"lag < 1 s (was {during.most:.2f} s)")

    def latency_of_events(self, fastest):
        ear = Ear(self.house, self.scene.subscriber)
        rate = self.register("consult", 16, self.seconds + 1, 16e3 / (fastest / 2))
        eventually(lambda: len(ear.delays) >= rate.count, 20, "every event")
        ear.close()
        self.table.row(f"event to SSE at {rate.rate:.0f} tickets/s", p50=share(ear.delays, 50),
                       p99=share(ear.delays, 99), goal="3 / 10 ms")

    def updates(self, jobs=500):
        """A provider pushes by the thousand: two states for each of its jobs."""
        self.assign_jobs(jobs)
        rates, took = [], []
        connection = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=60)
        over = time.monotonic() + 2 * self.seconds
        number = 0
        while number < 4 or time.monotonic() < over:
            states = (("en_route", "on_site") if number == 0 else ("working", "paused"))
            body = json.dumps({"updates": [
                {"update_id": f"{number}-{state}-{job}", "job_id": job, "state": state, "note": "待料"}
                for state in states for job in self.jobs]})
            began = time.monotonic()
            connection.request("POST", "/v1/job-updates", body, {
                "Authorization": f"Bearer {self.scene.provider}", "Content-Type": "application/json",
                "Idempotency-Key": f"push-{number}"})
            answer = json.loads(connection.getresponse().read())
            spent = time.monotonic() - began
            applied = sum(result["result"] == "applied" for result in answer["results"])
            assert applied == len(states) * len(self.jobs), answer["results"][:3]
            rates.append(applied / spent)
            took.append(spent * 1e3)
            number += 1
        connection.close()
        behind = self.lag.wait_until_none(60)
        self.table.row("provider updates in batches of 1,000 /s", statistics.median(rates),
                       p50=share(took, 50), p99=share(took, 99),
                       goal=f">= 5,000 (everybody up to date {behind or 60:.1f} s later)")

    def assign_jobs(self, count):
        while self.house.sql("select count(*) >= %d from dispatch.job where state = 'planned'"
                             % count) != "t":
            self.register("repair", 16, 2)
            self.lag.wait_until_none(30)
        self.jobs = [job["job_id"] for job in self.house.get(
            f"/v1/jobs?state=planned&limit={count}", self.scene.dispatcher)["items"]]
        assigned = {"provider_id": self.scene.provider_id, "reason": "bench"}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda job: self.house.post(f"/v1/jobs/{job}/assign", assigned,
                                                      self.scene.dispatcher), self.jobs))

    def catching_up(self, fastest):
        """Reporting draws its picture anew while commands come at half load."""
        rest = 16e3 / (fastest / 2)
        calm = self.register("consult", 16, self.seconds, rest)
        self.lag.wait_until_none(20)
        self.house.post("/v1/services/reporting/rebuild", {})
        with LagDuring(self.lag) as during:
            busy = self.register("consult", 16, self.seconds, rest)
        self.lag.wait_until_none(60)
        self.table.row("POST, half load, nobody behind /s", calm.rate, p50=calm.p50, p99=calm.p99)
        self.table.row("POST, half load, reporting catches up /s", busy.rate, p50=busy.p50,
                       p99=busy.p99, goal=f"as the row above (behind {during.share_behind:.0%} of the time)")

    def fill(self, tickets):
        first = FILLED_FROM + getattr(self, "filled", 0)
        last = FILLED_FROM + tickets - 1
        statement = (HERE / "fill.sql").read_text() % {"first": first, "last": last}
        connection = self.lag._connection
        connection.execute("set session_replication_role = replica")
        connection.execute("set synchronous_commit = off")
        connection.execute(statement)
        connection.execute("analyze intake.ticket")
        self.filled = tickets
        self.postgres.fill(tickets)

    def reads(self):
        seconds = max(1, self.seconds // 2)
        for tickets in self.tickets:
            self.fill(tickets)
            numbers = (FILLED_FROM + n * 7919 % tickets for n in range(5000))
            paths = ["/v1/tickets/" + identifier("T", number) for number in numbers]
            for who, key in (("auditor, masked", self.auditor), ("agent", self.scene.agent)):
                self.take_turns(f"GET of a ticket among {tickets:,} ({who}) /s",
                                lambda: self.read(paths, key, 16, seconds),
                                lambda: self.postgres.rate("select.sql", 16, seconds))
            lists = [f"/v1/tickets?limit=50{more}" for more in
                     ("", "&state=registered", "&kind=repair", f"&branch={self.scene.branch}")]
            rate = self.read(lists, self.scene.agent, 4, seconds)
            self.table.row(f"GET of a list of 50 among {tickets:,} /s", rate.rate, p50=rate.p50,
                           p99=rate.p99)

    def run(self):
        self.memory_when_idle()
        self.memory_per_stream()
        fastest = self.durable_posts()
        for connections in GOALS:
            self.cpu_per_ticket(connections)
        self.latency_of_events(fastest)
        self.repairs_sustained(fastest)
        self.updates()
        self.catching_up(fastest)
        self.reads()
        self.lag.close()


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--quick", action="store_true", help="ninety seconds instead of six minutes")
    quick = parser.parse_args().quick
    house = House(spares=0)
    began = time.monotonic()
    try:
        Bench(house.start(), quick).run()
    finally:
        house.remove()
    print(f"took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()

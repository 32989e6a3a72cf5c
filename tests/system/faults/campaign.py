"""One run: a house, its people, load, followers, faults, quiet, and what the checker says."""

import subprocess
import threading

from faults import checker
from faults.evidence import FOLLOWED, Counters, Evidence
from faults.followers import all_kinds
from faults.load import Load
from faults.nemesis import Nemesis, SmallSpace
from house import CHECKOUT, SERVICES, eventually
from scene import Scene

POISON = "this one cannot be planned"


def fail_points(house):
    return subprocess.run([house.binary("intake"), "--fail-points"], check=True,
                          capture_output=True, text=True).stdout.split()


def let_offers_run_out(house):
    """An offer waits for a minute, so that its timer is due while the run lasts."""
    house.state.mkdir(exist_ok=True)
    (house.state / "settings").mkdir(exist_ok=True)
    usual = (CHECKOUT / "deploy" / "settings" / "dispatch.conf").read_text()
    (house.state / "settings" / "dispatch.conf").write_text(usual + "offer_minutes = 1\n")


class Poison:
    """A ticket that dispatch cannot plan a job for, until somebody takes the reason away."""

    def __init__(self, house, scene):
        self.house = house
        self.scene = scene
        self.ticket_id = None
        self.parked = 0

    def give(self):
        self.house.sql("alter table dispatch.job add constraint poison"
                       f" check (description <> '{POISON}')")
        self.ticket_id = self.scene.register(description=POISON)["ticket_id"]
        self.house.post(f"/v1/tickets/{self.ticket_id}/cancel", {"reason": "等不及了"},
                        self.scene.agent)

    def wait_until_parked(self, evidence, count=2):
        """The ticket's own event, and the cancellation that has to wait behind it.

        Seen in the table: who parked them may be dead, and its counters with it."""
        def are_parked():
            self.parked = len(evidence.parked()["dispatch"])
            return self.parked >= count
        eventually(are_parked, 30, "a parked event")

    def take_away(self):
        """What the operator does: remove the reason, then try the subject again."""
        self.house.sql("alter table dispatch.job drop constraint poison")
        done = subprocess.run([self.house.binary("afterline"), "parked", "retry", self.ticket_id,
                               "--state", self.house.state], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


class Campaign:
    def __init__(self, house, plan):
        self.house = house
        self.plan = plan
        self.scene = Scene(house)
        self.evidence = Evidence(house, plan.patience)
        self.counters = Counters(house)
        self.load = Load(house, self.scene, plan)
        self.followers = all_kinds(house, self.scene.subscriber, plan)
        self.disk = SmallSpace(house, "intake", plan.kills)
        self.poison = Poison(house, self.scene)
        self.findings = []
        self.leaving = threading.Event()

    def run(self, faults=None):
        """`faults` breaks something while the load runs; by default, what the plan says."""
        count = threading.Thread(target=self.count, daemon=True)
        laid = self.disk.lay() if faults is None else False
        self.nemesis = Nemesis(self.house, self.disk if laid else None)
        try:
            count.start()
            for follower in self.followers:
                follower.start()
            self.load.start()
            (faults or self.usual_faults)()
            self.lines = self.load.stop()
        finally:
            self.load.world.leaving.set()
            self.leaving.set()
            count.join(10)
            self.load.world.keep(self.house.folder / "history.jsonl")

    def usual_faults(self):
        self.poison.give()
        self.nemesis.carry_out(self.plan)

    def count(self):
        while not self.leaving.is_set():
            self.counters.look()
            self.leaving.wait(0.5)
        self.counters.look()

    # ---- afterwards ----

    def withdraw_offers(self):
        """So that the clock brings no more news: an offer that nobody answers runs out later."""
        def none_left():
            offered = self.house.get("/v1/jobs?state=offered&limit=500", self.scene.dispatcher)
            for job in offered["items"]:
                self.house.request("POST", f"/v1/jobs/{job['job_id']}/cancel",
                                   {"reason": "the day is over"}, self.scene.dispatcher)
            return not offered["items"]
        eventually(none_left, 60, "the last offer")

    def find_parked_order(self):
        positions, parked = self.evidence.positions(), self.evidence.parked()
        for service in SERVICES:
            events = [event for source in positions[service] for event in self.evidence.events(source)]
            self.findings += checker.check_parked(service, parked[service], positions[service], events)

    def come_to_rest(self):
        """Waits for the listeners, then lets the followers hear the rest."""
        self.house.wait_until_ready(60)
        self.quiet_after = self.evidence.wait_until_quiet()
        self.withdraw_offers()
        self.evidence.wait_until_quiet()
        heads = self.evidence.heads()
        total = sum(heads[source] for source in FOLLOWED)
        try:
            eventually(lambda: all(len(follower.heard) >= total for follower in self.followers),
                       self.plan.patience, "the followers at the head", every=0.1)
        except AssertionError:
            pass  # whom it concerns is for I5 to say
        self.heard = {follower.name: follower.leave() for follower in self.followers}

    def check(self, rebuild=True):
        evidence = self.evidence
        told = evidence.all_events()
        rows = evidence.aggregates()
        followed = [event for source in FOLLOWED for event in told[source]]
        everything = followed + told["gateway"]
        say = self.findings
        say += checker.check_effects(self.lines, everything, rows)
        say += checker.check_keys(self.lines, everything, evidence.recorded_keys())
        say += checker.check_refusals(self.lines, everything)
        for source in SERVICES:
            say += checker.check_chain(source, told[source])
        for who, heard in self.heard.items():
            say += checker.check_follower(who, heard, followed)
            say += checker.check_causes(who, heard, followed)
        say += checker.check_lives(evidence.lives(), told["intake"] + told["dispatch"], rows)
        say += checker.check_conditional(self.lines)
        say += checker.check_reads(self.lines)
        say += checker.check_quiet(evidence.heads(), evidence.positions(), evidence.parked())
        if rebuild:
            before = evidence.picture()
            evidence.rebuild()
            say += checker.check_rebuilt(before, evidence.picture())
        self.told = told
        return say

    def reached(self):
        """How often the run came by each of its rare states."""
        total = self.counters.total
        return {
            "kills": self.nemesis.kills,
            "take-overs": sum(epoch - 1 for epoch in self.evidence.epochs().values()),
            "commits in doubt": total["commits_in_doubt_total"],
            "answers replayed": sum(1 for line in self.lines if line.get("replayed")),
            "answers unknown": sum(1 for line in self.lines
                                   if line["outcome"] == "unknown" and line["key"]),
            "gaps closed by pages": total["gaps_total"],
            "questions asked again": total["asked_again_total"],
            "events parked": self.poison.parked,
            "followers that came back": sum(follower.visits - 1 for follower in self.followers),
            "refused conditions": sum(1 for line in self.lines if line["status"] == 412),
            "statements that found the disk full":
                self.house.log("postgres").count("No space left on device"),
        }

    def report(self, reached):
        ok = sum(1 for line in self.lines if line["outcome"] == "ok" and line["key"])
        print(f"seed {self.plan.seed}: {len(self.lines)} attempts, {ok} commands answered ok,"
              f" {sum(map(len, self.told.values()))} events, quiet after {self.quiet_after:.1f} s")
        for what, count in reached.items():
            print(f"  {what}: {count}")

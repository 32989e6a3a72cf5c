"""One seed says what is asked and what is broken; printed, so that a run can be had again."""

import collections
import random

Step = collections.namedtuple("Step", "pause kind target more kills")

# Who comes by which place: gateway answers itself, so it never passes the bus with an answer.
EVERYWHERE = ("intake", "dispatch", "reporting", "returns", "complaints", "gateway")
BUSY = ("intake", "dispatch")
PASSED_BY = {
    "writer.timer_taken": ("dispatch",),
    "loop.before_answer": BUSY, "loop.answered": BUSY,
    "loop.before_tell": BUSY, "loop.told": BUSY,
}
ONCE = ("writer.lock_taken", "writer.timer_taken")  # passed once in a life, or seldom
STUMBLE_KILLS = 3  # the spare, to lay it out; the writer, to make it write; and the stumble itself
FREEZE_LEAST, FREEZE_MOST = 0.2, 6.0


def fail_points(listed):
    """Those of the house's own: planted ones are passed only where a bug is planted."""
    return sorted({point for point in listed if not point.startswith("planted.")})


# What a worker does, and how often.
MIX = {"create": 18, "move": 34, "read": 14, "batch": 16, "offer": 9, "verify": 4, "again": 4,
       "misuse": 1, "key": 1}

# What tickets ask for, and how often.
KINDS = {"consult": 50, "repair": 42, "return": 4, "complaint": 4}


class Plan:
    """`patience`: how many seconds a command is asked again, and quiet is waited for."""

    def __init__(self, seed, kills=0, points=(), workers=12, mix=None, kinds=None,
                 patience=60):
        self.seed = seed
        self.kills = kills
        self.workers = workers
        self.mix = mix or MIX
        self.kinds = kinds or KINDS
        self.patience = patience
        self.chance = random.Random(f"faults {seed}")
        self.steps = self._steps(points) if kills else []

    def worker_chance(self, number):
        return random.Random(f"load {self.seed} {number}")

    def follower_chance(self, number):
        return random.Random(f"follower {self.seed} {number}")

    def _step(self, kind, target="", more=None, kills=0):
        return Step(round(self.chance.uniform(0.05, 0.5), 2), kind, target, more, kills)

    def _stumble(self, point):
        service = self.chance.choice(PASSED_BY.get(point, EVERYWHERE))
        kills = 2 if service == "gateway" else STUMBLE_KILLS
        often = self.chance.randint(1, 6) if service in BUSY and point not in ONCE else 1
        return self._step("stumble", service, f"{point}=kill@{often}", kills)

    def _freeze(self, longest=FREEZE_MOST):
        return self._step("freeze", self.chance.choice(EVERYWHERE),
                          round(self.chance.uniform(FREEZE_LEAST, longest), 1))

    def _usual(self):
        """What every run has in it, however short."""
        steps = [self._step("kill", service, "writer", 1) for service in EVERYWHERE]
        steps += [self._step("kill", service, "spare", 1) for service in EVERYWHERE
                  if service != "gateway"]
        steps += [self._step("kill", "intake", "both", 2)]
        steps += [self._step("kill_postgres", kills=1) for _ in range(2)]
        steps += [self._step("kill_backend", kills=0) for _ in range(2)]
        steps += [self._step("freeze", service, round(self.chance.uniform(1.5, 3.0), 1))
                  for service in BUSY]
        steps += [self._freeze() for _ in range(2)]
        steps += [self._step("freeze_postgres", more=round(self.chance.uniform(0.2, 6.0), 1))]
        steps += [self._step("fill_disk", more=1.5)]
        return steps

    def _more(self):
        kind = self.chance.choices(("kill", "stumble", "freeze", "kill_postgres", "kill_backend",
                                    "freeze_postgres", "fill_disk"),
                                   (40, 25, 12, 8, 8, 3, 2))[0]
        if kind == "kill":
            which = self.chance.choice(("writer", "writer", "spare", "both"))
            service = self.chance.choice(EVERYWHERE)
            which = "writer" if service == "gateway" else which
            return self._step(kind, service, which, 2 if which == "both" else 1)
        if kind == "stumble":
            return self._stumble(self.chance.choice(self.points))
        if kind == "freeze":
            return self._freeze()
        more = {"freeze_postgres": round(self.chance.uniform(0.2, 6.0), 1), "fill_disk": 1.5}
        return self._step(kind, more=more.get(kind), kills=int(kind == "kill_postgres"))

    def _steps(self, points):
        self.points = fail_points(points)
        steps = self._usual() + [self._stumble(point) for point in self.points
                                 if point != "writer.timer_taken"]
        while sum(step.kills for step in steps) + STUMBLE_KILLS < self.kills:
            steps.append(self._more())
        self.chance.shuffle(steps)
        # An offer has to wait a minute before it runs out, so its timer is taken late.
        return steps + [self._stumble(point) for point in self.points
                        if point == "writer.timer_taken"]

    def print(self):
        print(f"seed {self.seed}: {sum(step.kills for step in self.steps)} kills, "
              f"{self.workers} workers")
        for number, step in enumerate(self.steps):
            print(f"  {number:4} after {step.pause} s: {step.kind} {step.target} "
                  f"{'' if step.more is None else step.more}")

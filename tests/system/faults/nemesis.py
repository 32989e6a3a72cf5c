"""Breaks a house as a plan says: processes, the database, the disk.

Only processes of this house are touched, by number: those in its list, and the children of its
PostgreSQL.
"""

import os
import pathlib
import signal
import subprocess
import time

from faults.plan import EVERYWHERE
from house import eventually
from small_disk import SmallDisk

BACK_SECONDS = 30
PASSED_SECONDS = 75  # the longest wait for a place: an offer runs out after a minute
LOCKS = 7470  # common/daemon/sql/take_lock.sql

WRITERS = f"""
select split_part(application_name, '/', 1)
  from pg_locks join pg_stat_activity using (pid)
 where locktype = 'advisory' and classid = {LOCKS} and granted
"""


def children_of(parent):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(state[1]) == parent:
            found.append(int(entry.name))
    return found


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def is_stopped(pid):
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return stat.rsplit(")", 1)[1].split()[0] == "T"


class SmallSpace(SmallDisk):
    """A tablespace on a disk of its own that can be filled: what a service writes lies there."""

    MEGABYTES = 64  # at least
    MEGABYTES_A_KILL = 0.5  # three times what is written between two

    def __init__(self, house, service, kills):
        super().__init__(house.folder / "small-disk",
                         int(max(self.MEGABYTES, self.MEGABYTES_A_KILL * kills)))
        self.house = house
        self.service = service

    def lay(self):
        """False, and why not, where this user may not mount."""
        if not self.mount():
            return False
        space = self.folder / "space"
        space.mkdir()
        subprocess.run(["chown", "postgres", space], check=True)
        self.house.sql(f"create tablespace small location '{space}'")
        tables = self.house.sql(f"select format('%I.%I', schemaname, tablename) from pg_tables"
                                f" where schemaname = '{self.service}'").split()
        for table in tables:
            self.house.sql(f"set lock_timeout = '5s'; alter table {table} set tablespace small")
        return True


class Nemesis:
    def __init__(self, house, disk=None):
        self.house = house
        self.disk = disk
        self.kills = 0
        self.points = set()

    def carry_out(self, plan, say=print):
        for number, step in enumerate(plan.steps):
            time.sleep(step.pause)  # the plan's own rhythm: faults come while others still heal
            say(f"  {number:4} at {time.strftime('%H:%M:%S')}: {step.kind} {step.target} "
                f"{'' if step.more is None else step.more}", flush=True)
            getattr(self, step.kind)(step)
        while self.kills < plan.kills:  # some found nobody to kill
            self.kill_one(self.writer(plan.chance.choice(EVERYWHERE)))

    # ---- who is who ----

    def instances(self, service):
        return [name for name in self.house.pids() if name.split(".")[0] == service]

    def writer_now(self, service):
        """The instance that holds the lock; None where nobody does, or nobody can say."""
        done = self.house.sql(WRITERS, check=False)
        found = [name for name in done.stdout.split() if name.split(".")[0] == service]
        return found[0] if found and found[0] in self.house.pids() else None

    def writer(self, service):
        """The instance that writes now; waits for one."""
        return eventually(lambda: self.writer_now(service), BACK_SECONDS,
                          f"a writer of {service}", every=0.05)

    def spare(self, service):
        writer = self.writer(service)
        return writer, eventually(
            lambda: next((name for name in self.instances(service) if name != writer), None),
            BACK_SECONDS, f"a spare of {service}")

    # ---- processes ----

    def kill_one(self, name):
        pid = self.house.pids().get(name)
        if pid:
            send([pid], signal.SIGKILL)
            self.kills += 1
        return pid

    def kill(self, step):
        if step.more == "writer":
            self.kill_one(self.writer(step.target))
        elif step.more == "spare":
            self.kill_one(self.spare(step.target)[1])
        else:
            for name in self.instances(step.target):
                self.kill_one(name)

    def freeze(self, step):
        self.freeze_one(self.writer(step.target), step.more)

    def freeze_one(self, name, seconds):
        pid = self.house.pids().get(name)
        if pid:
            send([pid], signal.SIGSTOP)
            time.sleep(seconds)  # how long it is frozen is the fault itself
            send([pid], signal.SIGCONT)

    def stumble(self, step):
        """Has the next writer of a service die at a named place, and waits until it has."""
        point = step.more.split("=")[0]
        if step.target == "gateway":
            stumbling = self.lay_out("gateway.0", step.more)
        else:
            writer, spare = self.spare(step.target)
            stumbling = self.lay_out(spare, step.more)
            self.hand_over(writer, *stumbling)
        name, pid = stumbling
        eventually(lambda: self.house.pids().get(name) != pid, PASSED_SECONDS,
                   f"{name} passing {point}")
        self.kills += 1
        self.points.add(point)

    def hand_over(self, writer, name, pid):
        """Kills the writer until the one that is laid out follows it: the killed one may be faster."""
        def follows():
            now = self.writer_now(name.split(".")[0])
            if now == writer:
                self.kill_one(writer)
            return now == name or self.house.pids().get(name) != pid
        eventually(follows, BACK_SECONDS, f"{name} following {writer}", every=0.05)

    def has_begun(self, name):
        """Past the point where an instance that starts takes up what is laid out for it."""
        pid = self.house.pids().get(name)
        try:
            return pid and os.path.samefile(f"/proc/{pid}/exe", self.house.binary(name.split(".")[0]))
        except OSError:
            return False

    def lay_out(self, name, what):
        """Kills an instance so that it starts again as one that stumbles, and stands ready."""
        eventually(lambda: self.has_begun(name), BACK_SECONDS, f"{name} running")
        self.house.stumble(name, what)
        begun = time.time()
        before = self.kill_one(name)
        pid = eventually(lambda: self.house.pids().get(name) not in (None, before)
                         and not (self.house.folder / "stumbles" / name).exists()
                         and self.house.pids().get(name),
                         BACK_SECONDS, f"{name} again")
        eventually(lambda: self.house.sql(
            f"select 1 from pg_stat_activity where application_name = '{name}/writer'"
            f" and backend_start > to_timestamp({begun})", check=False).stdout
            or self.house.pids().get(name) != pid, BACK_SECONDS, f"{name} ready", every=0.05)
        return name, pid

    # ---- the database ----

    def postgres(self):
        return eventually(lambda: self.house.pids().get("postgres"), BACK_SECONDS, "PostgreSQL")

    def kill_postgres(self, step):
        postmaster = self.postgres()
        send([postmaster, *children_of(postmaster)], signal.SIGKILL)
        self.kills += 1
        self.house.wait_until_back("postgres", postmaster, BACK_SECONDS)

    def kill_backend(self, step):
        """One server process dies: PostgreSQL ends all sessions and recovers by itself."""
        backends = self.house.sql("select pid from pg_stat_activity where application_name like"
                                  " '%/writer'", check=False).stdout.split()
        if backends:
            send([int(backends[self.kills % len(backends)])], signal.SIGKILL)

    def freeze_postgres(self, step):
        postmaster = self.postgres()
        frozen = [postmaster, *children_of(postmaster)]
        send(frozen, signal.SIGSTOP)
        time.sleep(step.more)  # how long it is frozen is the fault itself
        send(frozen, signal.SIGCONT)

    def fill_disk(self, step):
        if self.disk is None:
            return
        self.disk.fill()
        time.sleep(step.more)  # how long the disk is full is the fault itself
        self.disk.make_room()

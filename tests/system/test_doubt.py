"""PostgreSQL dies while a COMMIT is on its way: what was asked is done once, whatever became of it.

The writer is stopped at the very place, so that PostgreSQL dies behind the COMMIT or before it.
"""

import re
import signal

from faults.nemesis import Nemesis, is_stopped, send
from house import eventually
from registering import Registering
from scene import Scene

COMMIT = 9  # the writer's commit that is struck: by then it carries out what the load asks
ASKED = 60
WRITER = "application_name like '%intake.0/writer'"


def session(house):
    """The last session of the writer, by its process; "" where there is none."""
    return house.sql(f"select pid from pg_stat_activity where {WRITER}"
                     " order by backend_start desc limit 1")


def strike(house, load, points):
    """Starts intake anew, with these points to stop at, and the load: intake's process, stopped
    there, and the one that serves its writer."""
    before = session(house)
    house.stumble("intake.0", points)
    house.wait_until_back("intake.0", house.kill("intake.0"))
    pid = house.pids()["intake.0"]
    eventually(lambda: session(house) not in ("", before), 30, "the writer's session")
    backend = session(house)
    load.start()
    eventually(lambda: is_stopped(pid), 30, "the writer at its commit")
    return pid, int(backend)


def committed(house):
    """How many tickets PostgreSQL has, once it answers."""
    told = eventually(lambda: house.sql("select count(*) from intake.ticket", check=False).stdout,
                      30, "an answer of PostgreSQL")
    return int(told)


def look(house, load, doubts):
    """Every key has one ticket, there is no other, and so many commits were in doubt."""
    load.join(120)
    house.wait_until_ready()
    assert len(set(load.finish())) == ASKED
    assert committed(house) == ASKED
    page = house.request("GET", "/metrics", key=None).body.decode()
    counted = re.search(r'afterline_commits_in_doubt_total\{instance="intake.0"\} (\d+)', page)
    assert counted and int(counted[1]) == doubts, house.log("intake.0")


def test_an_answer_that_had_left_is_heard(lone_house):
    load = Registering(lone_house, Scene(lone_house), "doubt", ASKED)
    pid, _ = strike(lone_house, load, f"db.commit_sent=stop@{COMMIT}")
    eventually(lambda: lone_house.sql(f"select state from pg_stat_activity where {WRITER}") == "idle",
               10, "PostgreSQL to have committed")
    before = committed(lone_house)
    Nemesis(lone_house).kill_postgres(None)
    assert committed(lone_house) == before > 0
    send([pid], signal.SIGCONT)
    look(lone_house, load, 0)


def test_what_nobody_answered_is_looked_up_and_done(lone_house):
    load = Registering(lone_house, Scene(lone_house), "doubt", ASKED)
    pid, backend = strike(
        lone_house, load, f"db.before_commit=stop@{COMMIT},db.commit_sent=stop@{COMMIT}")
    send([backend], signal.SIGSTOP)  # within the two seconds that a writer may be idle
    eventually(lambda: is_stopped(backend), 10, "the backend stopped")
    before = committed(lone_house)
    send([pid], signal.SIGCONT)
    eventually(lambda: is_stopped(pid), 10, "COMMIT sent")
    Nemesis(lone_house).kill_postgres(None)
    assert committed(lone_house) == before
    send([pid], signal.SIGCONT)
    look(lone_house, load, 1)

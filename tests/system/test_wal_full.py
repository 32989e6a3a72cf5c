"""The disk of PostgreSQL's log runs full: the server dies of it and cannot start until there is room.

Nobody is told that something was done which was not, whoever asks again with the same key finds out,
and when there is room the house goes on without anybody's hand.
"""

import shutil
import subprocess

import pytest

from faults import checker
from faults.evidence import Evidence
from house import eventually
from registering import Registering
from scene import Scene
from small_disk import SmallDisk

CLIENTS = 4
DISK_MEGABYTES = 160
FAILED_STARTS = 3  # the server is started again, and again finds no room


def move_log(house, disk):
    """The cluster's pg_wal lies on the disk from now on."""
    wal = (house.state / "postgres" / "pg_wal").resolve()
    subprocess.run(["cp", "-a", wal, disk.folder], check=True)
    shutil.rmtree(wal)
    wal.symlink_to(disk.folder / "pg_wal")


def starts_that_failed(house):
    return house.log("postgres").count("startup process failure")


def test_a_full_disk_of_the_log_loses_nothing(own_house):
    house = own_house.start()
    scene = Scene(house)
    disk = SmallDisk(house.folder / "log-disk", DISK_MEGABYTES)
    if not disk.mount():
        pytest.skip(f"no disk that can be filled: {disk.why_not}")
    try:
        house.stop()
        move_log(house, disk)
        house.start()
        clients = [Registering(house, scene, f"full-{n}") for n in range(CLIENTS)]
        for client in clients:
            client.start()
        eventually(lambda: all(len(client.made) > 20 for client in clients), 60, "tickets")
        disk.fill()
        house.sql("select pg_switch_wal()", check=False)  # the segment that is open has room
        eventually(lambda: starts_that_failed(house) >= FAILED_STARTS, 60, "the server's death")
        before = [len(client.made) for client in clients]
        disk.make_room()
        eventually(lambda: all(len(client.made) > was + 5 for client, was in zip(clients, before)),
                   60, "tickets again")
        made = [ticket for client in clients for ticket in client.finish()]
        assert set().union(*(client.heard for client in clients)) <= {201, 503, 504}
        events = Evidence(house, 30).events("intake")
        assert checker.check_chain("intake", events) == []
        told = [event.aggregate for event in events if event.type == "ticket.registered"]
        assert sorted(told) == sorted(made)
    finally:
        house.stop()
        disk.take_away()

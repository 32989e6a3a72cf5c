"""The disk of PostgreSQL's log runs full: the server dies of it and cannot start until there is room.

Nobody is told that something was done which was not, whoever asks again with the same key finds out,
and when there is room the house goes on without anybody's hand.
"""

import os
import shutil
import subprocess

import pytest

from faults import checker
from faults.evidence import Evidence
from house import House, eventually
from registering import Registering
from scene import Scene

CLIENTS = 4
DISK_MEGABYTES = 160
FAILED_STARTS = 3  # the server is started again, and again finds no room


class Disk:
    """The cluster's pg_wal on a disk of its own."""

    def __init__(self, house):
        self.folder = house.folder / "log-disk"
        self.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=0755",
                               "log", self.folder], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no disk that can be filled: {done.stderr.strip()}")
        wal = (house.state / "postgres" / "pg_wal").resolve()
        owner = wal.stat()
        shutil.copytree(wal, self.folder / "pg_wal")
        for path in (self.folder / "pg_wal", *(self.folder / "pg_wal").rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
            os.chmod(path, 0o700 if path.is_dir() else 0o600)
        shutil.rmtree(wal)
        wal.symlink_to(self.folder / "pg_wal")

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as to:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        to.write(bytes(size))
                except OSError:
                    continue

    def free(self):
        (self.folder / "filler").unlink(missing_ok=True)

    def take_away(self):
        subprocess.run(["umount", "-l", self.folder], check=True)


@pytest.fixture
def house():
    house = House(spares=1)
    try:
        yield house.start()
    finally:
        house.remove()


def starts_that_failed(house):
    return house.log("postgres").count("startup process failure")


def test_a_full_disk_of_the_log_loses_nothing(house):
    scene = Scene(house)
    house.stop()
    disk = Disk(house)
    try:
        house.start()
        clients = [Registering(house, scene, f"full-{n}") for n in range(CLIENTS)]
        for client in clients:
            client.start()
        eventually(lambda: all(len(client.made) > 20 for client in clients), 60, "tickets")
        disk.fill()
        eventually(lambda: starts_that_failed(house) >= FAILED_STARTS, 60, "the server's death")
        before = [len(client.made) for client in clients]
        disk.free()
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

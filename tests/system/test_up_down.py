"""deploy/up and deploy/down, as a new user types them."""

import os
import shutil
import signal
import socket
import subprocess

import pytest

from house import BUILD, CHECKOUT, House, eventually, free_port


class Typed:
    """A state folder and the two commands."""

    def __init__(self):
        self.house = House()

    def type(self, command, *arguments):
        return subprocess.run(
            [CHECKOUT / "deploy" / command, "--state", self.house.state, *map(str, arguments)],
            env={**os.environ, "AFTERLINE_BUILD": str(BUILD)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=180)

    def up(self, *more):
        done = self.type("up", "--port", self.house.port, *more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def down(self):
        done = self.type("down")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def is_alive(pid):
    """A process that has ended, and that nobody asked for its status, is not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.fixture
def typed():
    typed = Typed()
    try:
        yield typed
    finally:
        typed.type("down")
        typed.house.remove()


def test_up_twice_changes_nothing_and_down_keeps_the_data(typed):
    house = typed.house
    assert house.url in typed.up()
    key = house.key
    house.post("/v1/branches", {"branch": "b1", "name": "一店", "kind": "branch",
                                "time_zone": "Asia/Shanghai"})
    before = house.pids()

    assert house.url in typed.up()
    assert house.pids() == before
    assert house.key == key
    assert os.stat(house.state / "admin.key").st_mode & 0o777 == 0o600

    assert "stopped" in typed.down()
    for pid in before.values():
        assert not is_alive(pid)
    assert "not running" in typed.down()

    typed.up()
    assert house.key == key
    branches = house.get("/v1/branches")["items"]
    assert [branch["branch"] for branch in branches] == ["b1"]


def test_a_taken_port_is_named(typed):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = typed.type("up", "--port", port)

    assert done.returncode == 1
    assert f"port {port} can't be had" in done.stderr and "choose another" in done.stderr
    assert typed.house.pids() == {}


@pytest.mark.parametrize("port", ["0", "65536", "eighty", ""])
def test_a_port_is_a_number_within_bounds(typed, port):
    done = typed.type("up", "--port", port)

    assert done.returncode != 0
    assert "1 to 65535" in done.stderr
    assert not typed.house.state.exists()


def test_the_demo_runs_the_loop_to_its_end(typed):
    told = typed.up("--demo")

    for word in ("ticket.registered", "job.planned", "job.completed", "ticket.closed"):
        assert word in told
    assert "a second subscriber saw the same" in told


def kill_keeper(house):
    """As the out-of-memory killer does; the house serves on without it."""
    keeper = int((house.state / "run.pid").read_text())
    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: not is_alive(keeper), what="the keeper's end")
    assert house.request("GET", "/readyz", key=None).status == 200
    return house.pids()


def test_up_follows_a_killed_keeper(typed):
    typed.up()
    left = kill_keeper(typed.house)

    assert typed.house.url in typed.up()

    assert not any(is_alive(pid) for pid in left.values())
    assert set(typed.house.pids()) == set(left)


def test_down_ends_what_a_killed_keeper_left(typed):
    typed.up()
    left = kill_keeper(typed.house)

    assert "stopped" in typed.down()

    assert not any(is_alive(pid) for pid in left.values())
    assert "not running" in typed.down()


def test_a_killed_keeper_is_followed_by_another(own_house):
    house = own_house.start()
    left = house.pids()
    house.kill_keeper()

    # The orphans serve until the new keeper ends them, so readiness alone says nothing yet.
    house.start(ready=False)
    eventually(lambda: set(house.pids()) == set(left)
               and not set(house.pids().values()) & set(left.values()), 30, "a house of its own")
    house.wait_until_ready()
    for pid in left.values():
        assert not is_alive(pid)


def test_what_dies_is_started_again(own_house):
    house = own_house.start()
    for name in ("returns.0", "gateway.0", "postgres"):
        pid = house.kill(name)
        house.wait_until_back(name, pid)
    eventually(house.is_ready, 30, "readiness after the kills")


def test_a_house_runs_once(own_house):
    house = own_house.start()
    done = subprocess.run([house.binary("afterline"), "run", "--state", house.state, "--port",
                           str(free_port())], capture_output=True, text=True, timeout=30)

    assert done.returncode == 1
    assert "already running" in done.stderr


@pytest.mark.parametrize("word", ["--help", "-h"])
@pytest.mark.parametrize("command", ["up", "down"])
def test_help_is_no_mistake(command, word):
    done = subprocess.run([CHECKOUT / "deploy" / command, word], capture_output=True, text=True,
                          timeout=30)

    assert done.returncode == 0 and not done.stderr
    assert f"usage: deploy/{command}" in done.stdout and "--state DIR" in done.stdout


@pytest.mark.parametrize("source, built", [
    ("here", "ninja -C {folder}/build\n"),
    ("elsewhere", "cmake --fresh -S {folder} -B {folder}/build"),
    (None, "cmake --fresh -S {folder} -B {folder}/build"),
])
def test_a_build_folder_of_another_checkout_is_configured_anew(tmp_path, source, built):
    (tmp_path / "elsewhere").mkdir()
    for folder in ("deploy", "build", "tools"):
        (tmp_path / folder).mkdir()
    for file in ("up", "install"):
        shutil.copy(CHECKOUT / "deploy" / file, tmp_path / "deploy")
    (tmp_path / "deploy" / "packages").touch()
    (tmp_path / "build" / "build.ninja").touch()
    if source:
        home = tmp_path if source == "here" else tmp_path / source
        (tmp_path / "build" / "CMakeCache.txt").write_text(f"CMAKE_HOME_DIRECTORY:INTERNAL={home}\n")
    for tool in ("cmake", "ninja"):
        (tmp_path / "tools" / tool).write_text(f"#!/bin/sh\necho {tool} \"$@\" >> {tmp_path}/ran\nexit 1\n")
        (tmp_path / "tools" / tool).chmod(0o755)

    environment = {"PATH": f"{tmp_path}/tools:{os.environ['PATH']}"}
    subprocess.run([tmp_path / "deploy" / "up"], env=environment, capture_output=True, timeout=30)

    assert (tmp_path / "ran").read_text().startswith(built.format(folder=tmp_path))

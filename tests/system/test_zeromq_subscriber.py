"""A subscriber over ZeroMQ with a key pair of its own: the example of the documentation, run."""

import subprocess

import pytest
import zmq

from house import CHECKOUT
from scene import Scene

FOLLOW = CHECKOUT / "docs" / "examples" / "follow.py"


@pytest.fixture
def follower(own_house):
    """Keys listed in peers.own before the house starts."""
    house = own_house
    house.state.mkdir()
    public, secret = zmq.curve_keypair()
    (house.folder / "mine").write_bytes(secret)
    (house.folder / "mine.pub").write_bytes(public)
    (house.state / "peers.own").write_text(f"my-system {public.decode()} - -\n")
    house.start()
    started = []

    def follow(service, after=0, secret=house.folder / "mine", public=house.folder / "mine.pub"):
        started.append(subprocess.Popen(
            ["/usr/bin/python3", FOLLOW, house.state, secret, public, service, str(after)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield follow
    for process in started:
        process.kill()
        process.communicate()


def test_a_listed_key_hears_past_and_present(own_house, follower):
    scene = Scene(own_house)
    early = scene.register()["ticket_id"]
    process = follower("intake")
    told = iter(process.stdout.readline, "")

    line = next(line for line in told if "intake.TicketRegistered" in line)
    assert early in line
    late = scene.register()["ticket_id"]
    line = next(line for line in told if "intake.TicketRegistered" in line)
    assert late in line
    numbers = [int(line.split()[1])]
    scene.house.post(f"/v1/tickets/{late}/cancel", {"reason": "重复"}, scene.agent)
    numbers.append(int(next(line for line in told if "intake.TicketCancelled" in line).split()[1]))
    assert numbers[0] < numbers[1]


def test_a_strange_key_hears_nothing(own_house, follower):
    public, secret = zmq.curve_keypair()
    (own_house.folder / "strange").write_bytes(secret)
    (own_house.folder / "strange.pub").write_bytes(public)
    Scene(own_house).register()
    strange = follower("intake", secret=own_house.folder / "strange",
                       public=own_house.folder / "strange.pub")
    friend = follower("intake")

    assert "intake" in friend.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        strange.communicate(timeout=7)

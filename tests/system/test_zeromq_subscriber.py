"""A subscriber over ZeroMQ with a key pair of its own: the example of the documentation, run."""

import queue
import signal
import subprocess
import threading

import pytest
import zmq

from house import CHECKOUT, eventually
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


class Lines:
    """What a process says, as it says it."""

    def __init__(self, process):
        self.said = queue.Queue()
        threading.Thread(target=lambda: [self.said.put(line) for line in process.stdout],
                         daemon=True).start()

    def says(self, word, seconds=30):
        line = self.said.get(timeout=seconds)
        while word not in line:
            line = self.said.get(timeout=seconds)
        return True

    def says_nothing_of(self, word, seconds=3):
        with pytest.raises(queue.Empty):
            while word not in self.said.get(timeout=seconds):
                pass


def let_in(house, *lines):
    """Writes one's own lines anew and has the running house read them."""
    logs = [name for name in house.pids() if name != "postgres"]
    before = {name: house.log(name).count("did=let_in peers=") for name in logs}
    pids = house.pids()
    (house.state / "peers.own").write_text("".join(lines))
    house.hang_up()
    eventually(lambda: all(house.log(name).count("did=let_in peers=") > before[name]
                           for name in logs), what="new keys at every door")
    assert house.pids() == pids, "nobody ended of it"


def test_a_key_is_taken_out_and_let_in_again_while_the_house_runs(own_house, follower):
    scene = Scene(own_house)
    mine = (own_house.state / "peers.own").read_text()
    public, secret = zmq.curve_keypair()
    (own_house.folder / "other").write_bytes(secret)
    (own_house.folder / "other.pub").write_bytes(public)
    revoked = Lines(follower("intake"))
    assert revoked.says("intake")

    let_in(own_house, f"other-system {public.decode()} - -\n")
    other = Lines(follower("intake", secret=own_house.folder / "other",
                           public=own_house.folder / "other.pub"))
    assert other.says("intake")
    ticket_id = scene.register()["ticket_id"]
    assert other.says(ticket_id)
    revoked.says_nothing_of(ticket_id)

    let_in(own_house, f"other-system {public.decode()} - -\n", mine)
    assert Lines(follower("intake")).says(ticket_id)
    late = scene.register()["ticket_id"]
    assert own_house.get(f"/v1/tickets/{late}/timeline"), "the house goes on"


def test_a_list_that_cannot_be_read_changes_nothing(own_house, follower):
    scene = Scene(own_house)
    friend = Lines(follower("intake"))
    assert friend.says("intake")
    (own_house.state / "peers").write_text("no list at all\n")

    own_house.signal("intake.0", signal.SIGHUP)

    eventually(lambda: "did=let_in said=unreadable" in own_house.log("intake.0"))
    assert friend.says(scene.register()["ticket_id"])

"""The checker is checked: six bugs are planted in the daemons, and each is found by its invariant.

AFTERLINE_PLANT names the bug, see common/daemon/planted.h; each run is small and hits the one place
where the bug shows.
"""

import signal
import time

import pytest

from faults.campaign import Campaign
from faults.nemesis import send
from faults.plan import Plan
from house import House, eventually

SEED = 7
WORKERS = 4


@pytest.fixture
def planted(request):
    """A run in a house that has the bug; nobody but its clients gives intake anything to do."""
    bug, mix = request.param
    house = House(environment={"AFTERLINE_PLANT": bug})
    try:
        house.start()
        yield Campaign(house, Plan(SEED, workers=WORKERS, mix=mix, kinds={"consult": 1},
                                   patience=5))
    finally:
        house.remove(ill=True)


def plant(bug, **mix):
    return pytest.mark.parametrize("planted", [(bug, mix)], indirect=True, ids=[bug])


def found(campaign, **more):
    campaign.come_to_rest()
    findings = campaign.check(**more)
    for finding in findings[:10]:
        print(finding)
    return {finding.invariant for finding in findings}


def take_over_by(campaign, service, what):
    """Has the next writer of the service be one that stumbles; its name and number."""
    writer, spare = campaign.nemesis.spare(service)
    name, pid = campaign.nemesis.lay_out(spare, what)
    campaign.nemesis.hand_over(writer, name, pid)
    return name, pid


def stumble(campaign, service, what):
    name, pid = take_over_by(campaign, service, what)
    eventually(lambda: campaign.house.pids().get(name) != pid, 30, f"{name} passing {what}")


@plant("answer_before_commit", create=1)
def test_an_answer_before_the_commit_is_found(planted):
    """The server is frozen while a batch stands before its COMMIT, and dies when that is sent."""
    def break_it():
        name, _ = take_over_by(planted, "intake", "db.before_commit=sleep:1200@4")
        session = eventually(lambda: planted.house.sql(
            f"select pid from pg_stat_activity where application_name = '{name}/writer'"
            " and state <> 'idle' and wait_event = 'ClientRead'"
            " and state_change < clock_timestamp() - interval '200 milliseconds'", check=False).stdout,
            30, "a batch before its COMMIT")
        send([int(session)], signal.SIGSTOP)
        time.sleep(2)  # the rest of the writer's sleep: the COMMIT is on its way, and stays there
        planted.nemesis.kill_postgres(None)

    planted.run(break_it)
    assert "I1" in found(planted, rebuild=False)


@plant("key_outside_transaction", create=1)
def test_a_key_outside_of_the_transaction_is_found(planted):
    """The writer dies between the effect and its key."""
    planted.run(lambda: stumble(planted, "intake", "planted.key_not_stored=kill@3"))
    assert "I2" in found(planted, rebuild=False)


@plant("position_before_effect", create=1, move=1)
def test_a_position_before_its_effect_is_found(planted):
    """The listener dies between the position and the effect."""
    planted.run(lambda: stumble(planted, "reporting", "planted.position_stored=kill@2"))
    assert "I7" in found(planted)


@plant("two_writers", create=1, move=3)
def test_two_writers_are_found(planted):
    """First one is frozen, then the other, until both were asked and gave one number twice."""
    def break_it():
        for name in ("intake.0", "intake.1") * 4:
            planted.nemesis.freeze_one(name, 1.8)
            if planted.house.sql("select id from intake.event group by id having count(*) > 1"):
                return

    planted.run(break_it)
    assert "I4" in found(planted, rebuild=False)


@plant("retry_with_new_key", create=1)
def test_a_retry_with_a_new_key_is_found(planted):
    """The writer dies between the commit and the answer, and the gateway asks the next one."""
    planted.run(lambda: stumble(planted, "intake", "loop.before_answer=kill@3"))
    assert "I2" in found(planted, rebuild=False)


@plant("park_only_one", create=1)
def test_parking_only_the_one_event_is_found(planted):
    def break_it():
        planted.poison.give()
        planted.poison.wait_until_parked(planted.evidence, 1)

    planted.run(break_it)
    planted.evidence.wait_until_quiet()
    planted.find_parked_order()
    assert "I5" in {finding.invariant for finding in planted.findings}

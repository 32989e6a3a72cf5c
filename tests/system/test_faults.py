"""Killed at any moment: daemons, PostgreSQL and the disk, under load; nothing is lost or doubled.

AFTERLINE_KILLS says how often (tests/run --kills), AFTERLINE_SEED repeats a run (tests/run --seed),
AFTERLINE_KEEP names a folder where the logs and the history stay.
"""

import os
import shutil
import time

import pytest

from faults import checker
from faults.campaign import Campaign, fail_points, let_offers_run_out
from faults.plan import Plan
from faults.plan import fail_points as own_points

KILLS = int(os.environ.get("AFTERLINE_KILLS", "60"))
SEED = int(os.environ.get("AFTERLINE_SEED", str(time.time_ns() % 1_000_000)))

# What a run has to come by in 60 kills.
RARE = {"kills": 60, "take-overs": 20, "answers replayed": 50, "answers unknown": 20,
        "gaps closed by pages": 1, "questions asked again": 10,
        "followers that came back": 30, "refused conditions": 10}


@pytest.fixture
def campaign(own_house):
    let_offers_run_out(own_house)
    own_house.start()
    plan = Plan(SEED, KILLS, fail_points(own_house))
    plan.print()
    campaign = Campaign(own_house, plan)
    yield campaign
    if os.environ.get("AFTERLINE_KEEP"):
        keep(own_house, os.environ["AFTERLINE_KEEP"])
    own_house.stop()
    campaign.disk.take_away()


def keep(house, folder):
    """Logs and history, for whoever looks for the cause of a finding."""
    shutil.copytree(house.state / "log", folder, dirs_exist_ok=True)
    for file in ("keeper.log", "history.jsonl"):
        shutil.copy(house.folder / file, folder)


def wanted():
    """What the run has to come by, for as many kills as it makes."""
    # Whether a commit is in doubt is up to the instant at which PostgreSQL is killed: in sixty
    # kills there are none to six.
    often = {what: max(1, least * KILLS // 60) for what, least in RARE.items()}
    return often | {"events parked": 2, "commits in doubt": KILLS // 200}


def is_documented(line):
    """An answer nobody gave, or one of the documented ones; 500 is none of them."""
    return line["status"] in (0, 200, 201, 400, 401, 403, 404, 409, 412, 422, 429, 503, 504)


def test_killed_at_any_moment(campaign):
    campaign.run()
    campaign.house.wait_until_ready(60)
    campaign.find_parked_order()
    campaign.poison.wait_until_parked(campaign.evidence)
    assert campaign.poison.take_away().rstrip().endswith(" 0 left")
    campaign.come_to_rest()
    findings = campaign.check()
    reached = campaign.reached()
    campaign.report(reached)
    findings += checker.check_reached(reached, wanted() | (
        {} if campaign.disk.why_not else {"statements that found the disk full": 1}))

    assert not findings, "\n".join(map(str, findings[:40]))
    assert [line for line in campaign.lines if not is_documented(line)] == []
    assert campaign.quiet_after < 60
    assert campaign.nemesis.points == set(own_points(campaign.plan.points))
    left = {line["key"] for line in campaign.lines} - {
        line["key"] for line in campaign.lines if line["outcome"] != "unknown"}
    assert left <= {""}, f"never became known: {sorted(left)[:10]}"
    if campaign.disk.why_not:
        print(f"the disk was not filled: {campaign.disk.why_not}")

"""A gateway that learns of branches late tells their events to those limited to them all the same."""

import signal

from faults.nemesis import send
from house import eventually

BRANCH = {"name": "一个网点", "kind": "branch", "time_zone": "Asia/Shanghai"}
TICKET = {"kind": "consult", "channel": "phone", "description": "x",
          "customer": {"name": "王芳", "phone": "13800138000"}}
NOTES = 300  # more than the gateway reads back at its start (TAIL_PRELOADED)


def forget_branches(house):
    """The gateway is as if it had been killed before it learned any branch."""
    gateway = house.pids()["gateway.0"]
    keeper = [int((house.state / "run.pid").read_text())]
    send(keeper, signal.SIGSTOP)
    try:
        send([gateway], signal.SIGKILL)
        eventually(lambda: not house.sql("select 1 from pg_stat_activity"
                                         " where application_name like '%gateway.0/%'"), 10, "its end")
        house.sql("delete from gateway.scope;"
                  "update gateway.position set at = 0 where source = 'intake'")
    finally:
        send(keeper, signal.SIGCONT)
    house.wait_until_back("gateway.0", gateway)
    house.wait_until_ready()


def test_no_event_of_a_branch_is_told_before_the_branch_is_known(lone_house):
    lone_house.post("/v1/branches", {"branch": "west", **BRANCH})
    lone_house.post("/v1/branches", {"branch": "west-1", "parent": "west", **BRANCH})
    key = lone_house.make_key("subscriber", branch="west")
    ticket_id = lone_house.post("/v1/tickets", {"branch": "west-1", **TICKET})["ticket_id"]
    for number in range(NOTES):
        lone_house.post(f"/v1/tickets/{ticket_id}/notes", {"text": f"{number}"})

    forget_branches(lone_house)

    assert lone_house.get("/v1/events", headers={"Accept": "application/json"})["items"] == []
    lone_house.post(f"/v1/tickets/{ticket_id}/notes", {"text": "the last"})
    with lone_house.stream(key, after="start", query="types=ticket.noted") as stream:
        stream.wait_for(lambda e: e["data"]["text"] == "the last")
        assert len(stream.events) == NOTES + 1


def test_a_house_may_have_many_branches(lone_house):
    """More than the items of one message (MESSAGE_ITEMS_MOST)."""
    lone_house.sql("insert into gateway.scope (branch, path)"
                   " select 'company', '/company/'"
                   " union all"
                   " select 'b' || i, '/company/b' || i || '/' from generate_series(1, 10100) i")
    key = lone_house.make_key("subscriber", branch="company")
    pid = lone_house.kill("gateway.0")
    lone_house.wait_until_back("gateway.0", pid)
    lone_house.wait_until_ready()

    eventually(lambda: lone_house.request("GET", "/v1/events", key=key).status == 200, 30, "events")

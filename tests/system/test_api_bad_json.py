"""Bad bodies by HTTP: each is answered, and a neighbour notices nothing."""

import http.client
import json
import pathlib
import re

import pytest

from outside import fields, problem

ROWS = json.loads((pathlib.Path(__file__).parents[1] / "data" / "bad_json.json").read_text())
GROWTH_MOST_KIB = 48 * 1024


def body_of(row):
    if "body_hex" in row:
        return bytes.fromhex(row["body_hex"])
    if "parts" in row:
        return "".join(text * times for text, times in row["parts"]).encode()
    return row["body"].encode()


class Neighbour:
    """One connection that stays, and asks between the others' nonsense."""

    def __init__(self, house):
        self._house = house
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
        self._connection.connect()
        self._socket = self._connection.sock

    def is_served(self):
        self._connection.request("GET", "/v1/branches?limit=1",
                                 headers={"Authorization": f"Bearer {self._house.key}"})
        answer = self._connection.getresponse()
        json.loads(answer.read())
        return answer.status == 200 and self._connection.sock is self._socket


@pytest.fixture(scope="module")
def neighbour(house):
    return Neighbour(house)


def send(house, scene, row):
    key = scene.provider if row["to"] == "/v1/job-updates" else scene.agent
    return house.request("POST", row["to"], key=key, body=body_of(row),
                         headers={"Content-Type": "application/json"})


def in_update(row):
    """The place of the update that is bad, and where in it; None where the body is bad as a whole."""
    return re.fullmatch(r"updates\[(\d+)\]\.?(.*)", row["field"])


@pytest.mark.parametrize("row", [row for row in ROWS if body_of(row) and in_update(row)],
                         ids=lambda row: row["name"])
def test_a_bad_update_is_rejected_alone(house, scene, neighbour, row):
    answer = send(house, scene, row)

    place, field = in_update(row).groups()
    assert answer.status == 200, answer
    result = answer.json["results"][int(place)]
    assert (result["result"], result["reason"]) == ("rejected", row["reason"])
    assert result["detail"].startswith(field)
    assert neighbour.is_served()


@pytest.mark.parametrize("row", [row for row in ROWS if body_of(row) and not in_update(row)],
                         ids=lambda row: row["name"])
def test_a_bad_body_is_answered(house, scene, neighbour, row):
    answer = send(house, scene, row)

    said = problem(answer, 400 if row["unreadable"] else 422)
    assert said["reason"] == row["reason"] or row["reason"] in {
        violation["reason"] for violation in said.get("violations", [])}
    if row["field"]:
        assert row["field"] in fields(said)
    assert neighbour.is_served()


def test_no_body_is_no_ticket(house, scene):
    answer = house.request("POST", "/v1/tickets", key=scene.agent, body=b"",
                           headers={"Content-Type": "application/json"})

    assert answer.status in (400, 422)


def memory_kib(house):
    status = pathlib.Path(f"/proc/{house.pids()['gateway.0']}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_the_gateway_does_not_grow_with_nonsense(house, scene):
    def everything():
        for row in ROWS:
            send(house, scene, row)

    everything()
    before = memory_kib(house)
    for _ in range(3):
        everything()
    assert memory_kib(house) - before < GROWTH_MOST_KIB

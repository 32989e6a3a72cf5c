"""The gateway's readers are not answered by PostgreSQL: whose key can't be checked sees no more."""

import signal
import threading

import pytest

from faults.nemesis import send
from house import eventually

JSON = {"Accept": "application/json"}
READERS = "select pid from pg_stat_activity where application_name like '%gateway._/reader%'"


@pytest.fixture
def frozen(house):
    """Freezes the sessions of the gateway's readers; they are let go at the end."""
    sessions = []

    def freeze():
        sessions.extend(int(pid) for pid in house.sql(READERS).split())
        assert sessions
        send(sessions, signal.SIGSTOP)

    yield freeze
    send(sessions, signal.SIGCONT)


def test_who_follows_is_told_that_keys_cannot_be_checked(house, scene, frozen):
    waited = []
    waiting = threading.Thread(target=lambda: waited.append(house.request(
        "GET", "/v1/events?wait=30&types=odd.*", key=scene.subscriber, headers=JSON, timeout=60)))
    with house.stream(scene.subscriber) as stream:
        waiting.start()

        frozen()

        waiting.join(30)
        answer = waited[0]
        assert (answer.status, answer.json["reason"]) == (503, "keys_unreachable"), answer
        assert int(answer.headers["Retry-After"]) >= 1
        eventually(lambda: not stream.is_alive(), 10, "the stream's end")

    eventually(lambda: house.request("GET", "/v1/events", key=scene.subscriber,
                                     headers=JSON).status == 200, 30, "the key is good again")

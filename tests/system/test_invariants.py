"""Each invariant of the checker, once with a history that keeps it and once for each way to break it."""

import hashlib

import pytest

from faults import checker
from faults.checker import Told
from faults.plan import EVERYWHERE, Plan, fail_points

CONTRACT = """# intake

## The life of a ticket

```mermaid
stateDiagram-v2
    [*] --> registered
    registered --> acknowledged: acknowledge
    acknowledged --> in_progress: start
    registered --> waiting: wait
    acknowledged --> waiting: wait
    waiting --> registered: resume
    waiting --> acknowledged: resume
    in_progress --> [*]
```
"""


def line(key="s-w0-1", op="move", outcome="ok", **more):
    return {"t": 0, "worker": "w0", "op": op, "service": "intake", "key": key, "digest": "d",
            "outcome": outcome, "status": {"ok": 200, "refused": 409, "unknown": 0}[outcome],
            "ids": ["T1"], "version": 2, "expected": None, "answer": "a", **more}


def told(number, kind="ticket.acknowledged", version=2, key="", state="", **more):
    more = {"source": "intake", "subject": "T1", "aggregate": "T1", **more}
    return Told(id=number, type=kind, version=version, key=key, state=state, **more)


def chained(*events):
    """The same events with records and hashes that follow."""
    before, made = checker.FIRST_HASH, []
    for event in events:
        record = f"{event.id} {event.type}".encode()
        before = hashlib.blake2b(before + record, digest_size=32).digest()
        made.append(event._replace(record=record, hash=before))
    return made


def invariants(findings):
    return {finding.invariant for finding in findings}


def breaks(invariant, findings, word):
    assert invariants(findings) == {invariant}
    assert any(word in finding.sentence for finding in findings), findings


ROWS = {"T1": (2, "acknowledged")}


# ---- I1 ----

def test_an_ok_that_is_there_once_is_fine():
    assert checker.check_effects([line()], [told(2, key="s-w0-1")], ROWS) == []


@pytest.mark.parametrize("events, rows, word", [
    ([], ROWS, "told 0 times"),
    ([told(2, key="s-w0-1"), told(3, key="s-w0-1")], ROWS, "told 2 times"),
    ([told(2, key="s-w0-1", aggregate="T9")], {**ROWS, "T9": (2, "")}, "told of T9"),
    ([told(2, key="s-w0-1", version=3)], {"T1": (3, "")}, "told 3"),
    ([told(2, key="s-w0-1")], {"T1": (1, "registered")}, "behind 2"),
    ([told(2, key="s-w0-1")], {}, "is not there"),
])
def test_an_ok_that_is_not_there_once_is_found(events, rows, word):
    breaks("I1", checker.check_effects([line()], events, rows), word)


@pytest.mark.parametrize("result, events, word", [
    ("applied", [], "told 0 times"),
    ("applied", [told(2, key="s-w0-1", update_id="u1"), told(3, key="s-w0-1", update_id="u1")],
     "told 2 times"),
    ("stale", [told(2, key="s-w0-1", update_id="u1")], "answered stale, but told"),
])
def test_an_update_that_is_not_what_was_answered_is_found(result, events, word):
    pushed = line(op="batch", results=[["u1", result]])
    breaks("I1", checker.check_effects([pushed], events, ROWS), word)


def test_steps_that_an_update_implies_are_not_counted():
    pushed = line(op="batch", results=[["u1", "applied"]])
    events = [told(2, key="s-w0-1", update_id="u1", implied=True), told(3, key="s-w0-1", update_id="u1")]
    assert checker.check_effects([pushed], events, ROWS) == []
    assert checker.check_keys([pushed], events) == []


def test_what_a_verification_closes_is_told_beside_it_once():
    verified = line(op="verify", version=3)
    own = told(2, "job.verified", 2, key="s-w0-1")
    beside = [told(number, "job.closed", number, key="s-w0-1") for number in (3, 4)]
    rows = {"T1": (4, "closed")}
    assert checker.check_effects([verified], [own, beside[0]], rows) == []
    assert checker.check_keys([verified], [own, beside[0]]) == []
    breaks("I1", checker.check_effects([verified], [beside[0]], rows), "told 0 times")
    breaks("I2", checker.check_keys([verified], [own, *beside]), "done 2 times")


# ---- I2 ----

def test_a_key_that_was_answered_alike_is_fine():
    lines = [line(outcome="unknown", answer=""), line(), line(again=True)]
    assert checker.check_keys(lines, [told(2, key="s-w0-1")]) == []


@pytest.mark.parametrize("lines, events, recorded, word", [
    ([line(), line(answer="b")], [told(2, key="s-w0-1")], [], "answered differently"),
    ([line(), line(status=201)], [told(2, key="s-w0-1")], [], "answered differently"),
    ([line(), line(other_body=True, answer="b")], [], [], "another body was answered 200"),
    ([line()], [told(2, key="s-w0-1"), told(3, key="s-w0-1")], [], "done 2 times"),
    ([line()], [told(1, "ticket.registered", 1, key="s-w0-1"),
                told(2, "ticket.registered", 1, key="s-w0-1", aggregate="T2")], [], "made"),
    ([line()], [told(2, key="s-w0-1"), told(3, key="00000007")], [], "nobody asked this"),
    ([line()], [told(2, update_id="u1"), told(3, update_id="u1")], [], "u1 was applied 2 times"),
    ([line()], [], ["s-w0-1", "s-w0-1"], "2 recorded answers"),
])
def test_a_key_with_two_effects_or_answers_is_found(lines, events, recorded, word):
    breaks("I2", checker.check_keys(lines, events, recorded), word)


def test_keys_that_the_gateway_makes_up_are_nobodys():
    assert checker.check_keys([], [told(1, key="made/0a1b")]) == []


# ---- I3 ----

def test_a_refusal_without_effect_and_an_unknown_with_one_are_fine():
    lines = [line(outcome="refused"), line("s-w0-2", outcome="unknown")]
    assert checker.check_refusals(lines, [told(2, key="s-w0-2")]) == []


@pytest.mark.parametrize("outcome, count, word", [
    ("refused", 1, "was refused"), ("unknown", 2, "happened twice")])
def test_an_effect_of_what_was_refused_or_two_of_the_unknown_are_found(outcome, count, word):
    events = [told(2 + i, key="s-w0-1") for i in range(count)]
    breaks("I3", checker.check_refusals([line(outcome=outcome)], events), word)


# ---- I4 ----

def test_a_chain_is_fine():
    assert checker.check_chain("intake", chained(told(1), told(2), told(3))) == []


@pytest.mark.parametrize("break_it, word", [
    (lambda chain: chain[:1] + chain[2:], "3 follows 1"),
    (lambda chain: chain[:2] + [chain[1]] + chain[2:], "2 follows 2"),
    (lambda chain: [chain[0], chain[1]._replace(record=b"another"), chain[2]], "hash does not follow"),
    (lambda chain: [chain[0], chain[1]._replace(hash=bytes(32)), chain[2]], "hash does not follow"),
])
def test_a_broken_chain_is_found(break_it, word):
    breaks("I4", checker.check_chain("intake", break_it(chained(told(1), told(2), told(3)))), word)


# ---- I5 ----

HISTORY = [told(1), told(2), told(1, source="dispatch", cause="intake/1")]


def test_a_follower_that_heard_everything_in_order_is_fine():
    heard = ["intake/1", "dispatch/1", "intake/2"]
    assert checker.check_follower("me", heard, HISTORY) == []
    assert checker.check_causes("me", heard, HISTORY) == []


@pytest.mark.parametrize("heard, word", [
    (["intake/1", "dispatch/1"], "missed 1"),
    (["intake/1", "intake/2", "dispatch/1", "intake/2"], "heard twice"),
    (["intake/1", "intake/2", "dispatch/1", "intake/3"], "never told"),
    (["intake/2", "intake/1", "dispatch/1"], "intake/2 came after intake/0"),
])
def test_a_follower_that_heard_otherwise_is_found(heard, word):
    breaks("I5", checker.check_follower("me", heard, HISTORY), word)


def test_what_waits_behind_a_parked_event_is_fine():
    events = [told(1), told(2), told(3, subject="T2"), told(4)]
    parked = [("intake", 1, "T1"), ("intake", 2, "T1")]
    assert checker.check_parked("dispatch", parked, {"intake": 3}, events) == []


def test_what_overtook_a_parked_event_is_found():
    events = [told(1), told(2)]
    breaks("I5", checker.check_parked("dispatch", [("intake", 1, "T1")], {"intake": 2}, events),
           "dispatch applied intake/2")


# ---- I6 ----

def test_an_effect_before_its_cause_is_found():
    breaks("I6", checker.check_causes("me", ["dispatch/1", "intake/1"], HISTORY), "before its cause")


# ---- I7 ----

def test_a_picture_like_the_rebuilt_one_is_fine_and_another_is_found():
    assert checker.check_rebuilt({"t": [("1", "a")]}, {"t": [("1", "a")]}) == []
    breaks("I7", checker.check_rebuilt({"t": [("1", "a")]}, {"t": [("1", "b")]}), "1 rows")
    breaks("I7", checker.check_rebuilt({"t": []}, {"t": [("1", "b")]}), "1 that only")


# ---- I8 ----

LIVES = {"T": checker.read_lives(CONTRACT)["ticket"]}
REGISTERED = told(1, "ticket.registered", 1, state="registered")


def test_a_life_is_read_from_the_contract():
    assert LIVES["T"]["first"] == "registered"
    assert LIVES["T"]["moves"]["waiting", "resumed"] == {"registered", "acknowledged"}


def test_a_path_of_a_life_is_fine():
    events = [REGISTERED, told(2, "ticket.waiting", 2), told(3, "ticket.noted", 3),
              told(4, "ticket.resumed", 4), told(5, version=5, state="acknowledged")]
    assert checker.check_lives(LIVES, events, {"T1": (5, "acknowledged")}) == []


@pytest.mark.parametrize("events, rows, word", [
    ([told(1, "ticket.registered", 2)], {}, "begins with version 2"),
    ([REGISTERED, told(2, version=3)], {}, "version 3 after 1"),
    ([REGISTERED, told(2), told(3, version=2)], {}, "version 2 after 2"),
    ([REGISTERED, told(2, "ticket.started", 2)], {}, "is no move"),
    ([REGISTERED, told(2, state="waiting")], {}, "is no move"),
    ([REGISTERED, told(2)], {"T1": (3, "acknowledged")}, "at version 3"),
    ([REGISTERED, told(2)], {"T1": (2, "registered")}, "is registered"),
])
def test_what_is_no_path_of_a_life_is_found(events, rows, word):
    breaks("I8", checker.check_lives(LIVES, events, rows), word)


# ---- I12, I13 ----

def test_conditional_successes_that_use_up_versions_are_fine():
    lines = [line(expected=1), line(expected=1, again=True), line("s-w1-1", expected=2, version=3)]
    assert checker.check_conditional(lines) == []


@pytest.mark.parametrize("lines, word", [
    ([line(expected=1), line("s-w1-1", expected=1)], "used up by"),
    ([line(expected=1, version=3)], "If-Match 1 made version 3"),
])
def test_a_lost_update_is_found(lines, word):
    breaks("I12", checker.check_conditional(lines), word)


def read(version, worker="w0", **more):
    return line("", op="read", version=version, worker=worker, **more)


def test_reading_what_one_wrote_is_fine():
    assert checker.check_reads([line(version=3), read(3), read(4), line(version=1, again=True), read(4),
                                read(2, worker="w1")]) == []


@pytest.mark.parametrize("lines", [[line(version=3), read(2)], [read(3), read(2)]])
def test_reading_the_past_is_found(lines):
    breaks("I13", checker.check_reads(lines), "read version 2")


# ---- I15, I16 ----

def test_quiet_is_fine_and_what_is_pending_is_found():
    assert checker.check_quiet({"intake": 5}, {"dispatch": {"intake": 5}}, {"dispatch": []}) == []
    breaks("I15", checker.check_quiet({"intake": 5}, {"dispatch": {"intake": 4}}, {}), "1 behind")
    breaks("I15", checker.check_quiet({}, {}, {"dispatch": [("intake", 3, "T1")]}), "has parked")


def test_a_run_that_did_not_come_by_its_rare_states_is_found():
    assert checker.check_reached({"kills": 60}, {"kills": 60}) == []
    breaks("I16", checker.check_reached({"kills": 59}, {"kills": 60}), "wanted at least 60")


# ---- the plan ----

POINTS = ["writer.before_commit", "loop.before_answer", "planted.position_stored",
          "writer.timer_taken"]


def test_one_seed_is_one_plan_and_another_is_another():
    assert Plan(5, 60, POINTS).steps == Plan(5, 60, POINTS).steps
    assert Plan(5, 60, POINTS).steps != Plan(6, 60, POINTS).steps


@pytest.mark.parametrize("kills", [60, 200, 1000])
def test_a_plan_kills_as_often_as_it_is_told_and_passes_every_point(kills):
    steps = Plan(11, kills, POINTS).steps

    assert kills <= sum(step.kills for step in steps) <= kills + 3
    assert {step.more.split("=")[0] for step in steps if step.kind == "stumble"} == set(fail_points(POINTS))
    assert {step.target for step in steps if step.kind == "kill"} == set(EVERYWHERE)
    assert {"kill_postgres", "kill_backend", "freeze", "freeze_postgres", "fill_disk"} <= {
        step.kind for step in steps}

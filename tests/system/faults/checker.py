"""What may never happen, looked for in the history and in what the house holds.

Every function is pure and returns the findings of one invariant; an empty list is a pass.  The
numbers I1 … I16 are those of the list that docs/reliability.md keeps.

A line of the history is one attempt of a client: `t`, `worker`, `op`, `service`, `key`, `digest` of
what was asked, `outcome` (ok, refused, unknown), `status`, `ids`, `version`, `expected` (If-Match),
`answer` (digest of the body) and, for a provider's batch, `results`.
"""

import collections
import hashlib
import re

Finding = collections.namedtuple("Finding", "invariant sentence")

# One event as its service keeps it.
Told = collections.namedtuple(
    "Told", "source id type subject aggregate version cause key state update_id implied record hash",
    defaults=("", "", "", "", 0, "", "", "", "", False, b"", b""))

FIRST_HASH = bytes(32)

# How a move is told; a life that is published with another move has to be entered here.
TOLD_AS = {
    "acknowledge": "acknowledged", "start": "started", "wait": "waiting", "resume": "resumed",
    "resolve": "resolved", "object": "objected", "confirm": "confirmed", "close": "closed",
    "reopen": "reopened", "cancel": "cancelled", "merge": "merged",
    "offer": "offered", "accept": "accepted", "decline": "declined", "expire": "expired",
    "assign": "assigned", "schedule": "scheduled", "depart": "departed", "arrive": "arrived",
    "pause": "paused", "suspend": "suspended", "clear": "cleared", "complete": "completed",
    "verify": "verified", "reject": "rejected", "give_up": "given_up",
}

# The gateway makes a key up for whoever sends none, the operator's command makes its own.
MADE_UP = ("made/", "operator-")

# What tells of an aggregate without moving it.
NO_MOVE = {"noted", "amended"}


def by_key(lines):
    keys = collections.defaultdict(list)
    for line in lines:
        if line.get("key"):
            keys[line["key"]].append(line)
    return keys


def events_by_key(events):
    keys = collections.defaultdict(list)
    for event in events:
        if event.key:
            keys[event.key].append(event)
    return keys


def final_outcome(lines):
    """What became known about a key in the end; the first knowledge counts, for it must not change."""
    for line in lines:
        if line["outcome"] != "unknown" and not line.get("other_body"):
            return line
    return None


# What a command may tell beside its own event, once: work verified after its ticket closed is closed
# with it, and whoever held a job that is assigned to another hears that it was withdrawn.
BESIDE = {"verify": {"job.closed"}, "assign": {"job.withdrawn"}}


def check_effects(lines, events, rows):
    """I1: every ok is there exactly once, in the feed and in the tables."""
    findings = []
    told = events_by_key(events)
    for key, attempts in by_key(lines).items():
        known = final_outcome(attempts)
        if known and known["outcome"] == "ok":
            findings += check_effect(key, known, told.get(key, []), rows)
    return findings


def check_effect(key, known, told, rows):
    say = lambda sentence: [Finding("I1", f"{key} ({known['op']}): {sentence}")]
    if known["op"] == "batch":
        return check_batch(key, known, told, say)
    own = [event for event in told if event.type not in BESIDE.get(known["op"], ())]
    if len(own) != 1:
        return say(f"answered ok, but told {len(own)} times: {[name(event) for event in told]}")
    event = told[-1]
    if known["ids"] and event.aggregate != known["ids"][0]:
        return say(f"answered {known['ids'][0]}, but told of {event.aggregate}")
    if known["version"] and event.version != known["version"]:
        return say(f"answered version {known['version']}, but told {event.version}")
    if event.aggregate in rows and rows[event.aggregate][0] < event.version:
        return say(f"{event.aggregate} is at version {rows[event.aggregate][0]},"
                   f" behind {event.version} that was answered")
    if known["ids"] and known["ids"][0][0] in "TJ" and known["ids"][0] not in rows:
        return say(f"{known['ids'][0]} was answered and is not there")
    return []


def check_batch(key, known, told, say):
    findings = []
    moved = collections.Counter(event.update_id for event in told if not event.implied)
    for update_id, result in known.get("results", []):
        if result == "applied" and moved[update_id] != 1:
            findings += say(f"update {update_id} was answered applied, told {moved[update_id]} times")
        if result != "applied" and moved[update_id]:
            findings += say(f"update {update_id} was answered {result}, but told")
    return findings


def name(event):
    return f"{event.source}/{event.id}"


def check_keys(lines, events, recorded=()):
    """I2: one effect for each key and update; what is asked again is answered again, byte for byte."""
    findings = []
    asked = by_key(lines)
    for key, attempts in asked.items():
        findings += check_replays(key, attempts)
    for key, told in events_by_key(events).items():
        if key not in asked and not key.startswith(MADE_UP) and told[0].source != "gateway":
            findings.append(Finding("I2", f"{key}: nobody asked this, and it was done: "
                                          f"{[name(event) for event in told]}"))
        steps = collections.Counter((event.source, event.aggregate, event.type, event.update_id)
                                    for event in told if not event.implied)
        findings += [Finding("I2", f"{key}: {step} was done {count} times")
                     for step, count in steps.items() if count > 1]
        made = [event.aggregate for event in told if event.type == "ticket.registered"]
        if len(made) > 1:
            findings.append(Finding("I2", f"{key}: made {made}"))
    updates = collections.Counter(event.update_id for event in events
                                  if event.update_id and not event.implied)
    findings += [Finding("I2", f"update {update_id} was applied {count} times")
                 for update_id, count in updates.items() if count > 1]
    findings += [Finding("I2", f"{key} has {count} recorded answers")
                 for key, count in collections.Counter(recorded).items() if count > 1]
    return findings


def check_replays(key, attempts):
    findings = []
    own = [line for line in attempts if line["outcome"] != "unknown" and not line.get("other_body")]
    answers = {(line["status"], line["answer"]) for line in own}
    if len(answers) > 1:
        findings.append(Finding("I2", f"{key} was answered differently: {sorted(answers)}"))
    for line in attempts:
        if line.get("other_body") and line["outcome"] != "unknown" and line["status"] != 422:
            findings.append(Finding("I2", f"{key} with another body was answered {line['status']}"))
    return findings


def check_refusals(lines, events):
    """I3: what was refused did nothing; what nobody knows happened once or not at all."""
    findings = []
    told = events_by_key(events)
    for key, attempts in by_key(lines).items():
        known = final_outcome(attempts)
        effects = told.get(key, [])
        if known and known["outcome"] == "refused" and effects:
            findings.append(Finding("I3", f"{key} was refused ({known['status']}), but told "
                                          f"{[name(event) for event in effects]}"))
        once = collections.Counter((event.aggregate, event.type) for event in effects
                                   if not event.implied and not event.update_id)
        if not known and any(count > 1 for count in once.values()):
            findings.append(Finding("I3", f"{key} is unknown and happened twice: {once}"))
    return findings


def check_chain(source, events):
    """I4: ids 1, 2, 3, … without a gap, each hash over the one before and the record."""
    findings = []
    before, last = FIRST_HASH, 0
    for event in sorted(events, key=lambda event: event.id):
        if event.id != last + 1:
            findings.append(Finding("I4", f"{source}: {event.id} follows {last}"))
        made = hashlib.blake2b(before + event.record, digest_size=32).digest()
        if made != event.hash:
            findings.append(Finding("I4", f"{source}/{event.id}: the hash does not follow"))
        before, last = event.hash, event.id
    return findings[:20]


def check_follower(who, heard, events):
    """I5: each subscriber heard everything once, each source without a gap, a ticket in order."""
    findings = []
    told = {name(event) for event in events}
    seen = collections.Counter(heard)
    say = lambda sentence: findings.append(Finding("I5", f"{who}: {sentence}"))
    missed = told - seen.keys()
    strange = seen.keys() - told
    twice = [event for event, count in seen.items() if count > 1]
    if missed:
        say(f"missed {len(missed)}: {sorted(missed)[:5]}")
    if strange:
        say(f"heard what was never told: {sorted(strange)[:5]}")
    if twice:
        say(f"heard twice {len(twice)}: {sorted(twice)[:5]}")
    last = collections.defaultdict(int)
    for event in heard:
        source, number = event.split("/")
        if int(number) != last[source] + 1:
            say(f"{event} came after {source}/{last[source]}")
            break
        last[source] = int(number)
    return findings


def check_parked(service, parked, positions, events):
    """I5 inside the house: behind a parked event, later ones of its subject wait as well."""
    findings = []
    first = {}
    for source, number, subject in sorted(parked):
        first.setdefault((source, subject), number)
    held = {(source, number) for source, number, _ in parked}
    for event in events:
        begun = first.get((event.source, event.subject))
        if begun is None or not event.subject or not begun < event.id <= positions[event.source]:
            continue
        if (event.source, event.id) not in held:
            findings.append(Finding("I5", f"{service} applied {name(event)} of {event.subject}, "
                                          f"but {event.source}/{begun} before it is parked"))
    return findings


def check_causes(who, heard, events):
    """I6: nobody saw an effect before its cause."""
    causes = {name(event): event.cause for event in events if event.cause}
    seen = set()
    findings = []
    for event in heard:
        if causes.get(event) and causes[event] not in seen:
            findings.append(Finding("I6", f"{who}: {event} before its cause {causes[event]}"))
        seen.add(event)
    return findings[:20]


def check_rebuilt(before, after):
    """I7: the picture is what it would be if it were painted again from the first event."""
    findings = []
    for table in sorted(before.keys() | after.keys()):
        was, now = set(before.get(table, [])), set(after.get(table, []))
        if was != now:
            findings.append(Finding("I7", f"{table}: {len(was - now)} rows that a rebuild does not "
                                          f"make {sorted(was - now)[:2]}, {len(now - was)} that only"
                                          f" it makes {sorted(now - was)[:2]}"))
    return findings


def read_lives(contract):
    """The published lives of a service: {noun: {"first", "moves": {(from, word): {to}}}}."""
    lives = {}
    for noun, drawn in re.findall(r"## The life of a ([^\n]+)\n\n```mermaid\n(.*?)```", contract, re.S):
        life = {"first": re.search(r"\[\*\] --> (\w+)", drawn).group(1),
                "moves": collections.defaultdict(set)}
        for begin, end, move in re.findall(r"^ *(\w+) --> (\w+): (\w+)$", drawn, re.M):
            life["moves"][begin, TOLD_AS[move]].add(end)
        lives[noun] = life
    return lives


def check_lives(lives, events, rows):
    """I8: what is told of an aggregate is a path of its life, one version at a time.

    `lives` by the aggregate's letter; a letter without a life is only held to its versions.
    """
    findings = []
    by_aggregate = collections.defaultdict(list)
    for event in sorted(events, key=lambda event: event.id):
        by_aggregate[event.aggregate].append(event)
    for aggregate, told in by_aggregate.items():
        life = lives.get(aggregate[:1])
        if life:
            findings += check_life(aggregate, life, told, rows)
    return findings


def check_life(aggregate, life, told, rows):
    say = lambda sentence: [Finding("I8", f"{aggregate}: {sentence}")]
    states, version = {life["first"]}, 1
    if told[0].version != 1:
        return say(f"begins with version {told[0].version}")
    for event in told[1:]:
        version += 1
        if event.version != version:
            return say(f"{name(event)} is version {event.version} after {version - 1}")
        word = event.type.split(".")[1]
        if word in NO_MOVE:
            continue
        after = set().union(*(life["moves"].get((state, word), set()) for state in states))
        after = after & {event.state} if event.state else after
        if not after:
            return say(f"{name(event)} {event.type} from {sorted(states)} is no move of its life")
        states = after
    if aggregate in rows:
        there, state = rows[aggregate]
        if there != version or state not in states:
            return say(f"is {state} at version {there}; told {sorted(states)} at {version}")
    return []


def check_conditional(lines):
    """I12: each success with If-Match used up a version of its own, and made the next."""
    findings = []
    used = collections.defaultdict(set)
    for line in lines:
        if line["outcome"] != "ok" or not line.get("expected"):
            continue
        used[line["ids"][0], line["expected"]].add(line["key"])
        if line["version"] != line["expected"] + 1:
            findings.append(Finding("I12", f"{line['key']}: If-Match {line['expected']} made version "
                                           f"{line['version']} of {line['ids'][0]}"))
    findings += [Finding("I12", f"{aggregate}: version {version} was used up by {sorted(keys)}")
                 for (aggregate, version), keys in used.items() if len(keys) > 1]
    return findings


def check_reads(lines):
    """I13: a client reads what it wrote, and never goes back."""
    findings = []
    known = collections.defaultdict(int)
    for line in lines:
        if line["outcome"] != "ok" or not line["version"] or line.get("again"):
            continue
        place = line["worker"], line["ids"][0]
        if line["op"] == "read" and line["version"] < known[place]:
            findings.append(Finding("I13", f"{line['worker']} read version {line['version']} of "
                                           f"{line['ids'][0]} after {known[place]}"))
        known[place] = max(known[place], line["version"])
    return findings


def check_quiet(heads, positions, parked):
    """I15: nothing is pending: every listener is at the head, nothing is parked."""
    findings = [Finding("I15", f"{service} is {heads[source] - at} behind {source}")
                for service, at_source in positions.items()
                for source, at in at_source.items() if at != heads[source]]
    findings += [Finding("I15", f"{service} has parked {source}/{number} of {subject}")
                 for service, events in parked.items() for source, number, subject in events]
    return findings


def check_reached(counted, wanted):
    """I16: the run came by its rare states; one that did not says nothing."""
    return [Finding("I16", f"{what}: {counted.get(what, 0)}, wanted at least {least}")
            for what, least in wanted.items() if counted.get(what, 0) < least]

"""`afterline import`: a foreign audit trail becomes tickets, once, whatever happens on the way."""

import collections
import csv
import json
import random
import statistics
import string
import subprocess
import urllib.parse

import pytest
from house import BUILD, CHECKOUT, eventually, free_port
from incidents import incidents_in, percentile, rows_of
from pretended import a_house_that_says

DATA = CHECKOUT / "tests" / "data"
MAP = DATA / "incident_map.json"
SAMPLE = DATA / "sample_incidents.csv"
REAL = CHECKOUT.parent / "shared" / "data" / "incident_event_log.csv"
REFUSED_IN_SAMPLE = {
    21: "wrong_number_of_columns", 31: "wrong_number_of_columns", 51: "unknown_value",
    53: "no_way", 54: "bad_date", 57: "missing_value", 66: "bad_utf8",
}
FILES = [
    pytest.param(SAMPLE, REFUSED_IN_SAMPLE, "2020", id="sample"),
    pytest.param(REAL, {}, "2016", id="incident_event_log", marks=pytest.mark.skipif(
        not REAL.exists(), reason=f"{REAL} is not here")),
]
SEED = 20260302


def command(house, file, report, *more):
    return [str(part) for part in (
        house.binary("afterline"), "import", "--url", house.url, "--state", house.state,
        "--map", MAP, "--refused", report, *more, file)]


def run_import(house, file, report):
    done = subprocess.run(command(house, file, report), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused_in(report):
    with open(report, newline="") as file:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}


def tickets_of(house, numbers):
    """Every ticket that came from the file, by its number there."""
    found, cursor = {}, ""
    while True:
        page = house.request("GET", "/v1/tickets?limit=500&cursor=" + urllib.parse.quote(cursor)).json
        for ticket in page["items"]:
            if ticket["channel_ref"] in numbers:
                assert ticket["channel_ref"] not in found, "registered twice"
                found[ticket["channel_ref"]] = ticket
        cursor = page["next_cursor"]
        if not cursor:
            return found


def figures_of(house, by, year):
    report = house.request(
        "GET", f"/v1/reports/tickets?by={by}&from={year}-01-01&to={int(year) + 1}-01-01").json
    return {figures["group"]: figures for figures in report["items"]}


def told_by_intake(house):
    """How much of each intake has told; what it seals of its own history does not count."""
    return house.sql("select type, count(*) from intake.event where type like 'intake.%' "
                     "group by type order by type")


def wait_for_reporting(house):
    """Until reporting has applied everything that intake told."""
    head = house.sql("select max(id) from intake.event where type like 'intake.%'")
    eventually(lambda: house.sql("select count(*) from reporting.position "
                                 f"where source = 'intake' and at >= {head}") == "1",
               120, "reporting catching up")


def check(house, file, refused, year):
    expected = incidents_in(file, refused)
    tickets = tickets_of(house, expected)
    assert tickets.keys() == expected.keys()
    for number, incident in expected.items():
        ticket = tickets[number]
        assert (ticket["state"], ticket["reopen_count"], ticket["branch"], ticket["priority"]) == (
            incident.state, incident.reopen_count, incident.branch, incident.priority), number

    wait_for_reporting(house)
    branches = collections.Counter(incident.branch for incident in expected.values())
    assert {group: figures["count"]
            for group, figures in figures_of(house, "branch", year).items()} == branches
    reopened = sum(incident.reopen_count for incident in expected.values())
    assert sum(f["reopen_count"] for f in figures_of(house, "kind", year).values()) == reopened
    check_resolution(figures_of(house, "priority", year), expected)


def check_resolution(figures, expected):
    spans = collections.defaultdict(list)
    for incident in expected.values():
        spans[incident.priority]
        if incident.resolved_at:
            spans[incident.priority].append(incident.resolution_seconds)
    assert figures.keys() == spans.keys()
    for priority, seconds in spans.items():
        told = figures[priority]["to_resolve"]
        assert told["count"] == len(seconds)
        if seconds:
            assert told["mean_seconds"] == pytest.approx(statistics.fmean(seconds), rel=1e-9)
            assert told["p50_seconds"] == pytest.approx(percentile(seconds, 0.5), rel=1e-9)
            assert told["p90_seconds"] == pytest.approx(percentile(seconds, 0.9), rel=1e-9)


@pytest.mark.parametrize("file, refused, year", FILES)
def test_every_row_is_a_move_or_refused_with_a_reason(house, tmp_path, file, refused, year):
    said = run_import(house, file, tmp_path / "refused.csv")

    rows = sum(1 for _ in rows_of(file))
    assert refused_in(tmp_path / "refused.csv") == refused
    assert f"{rows} rows: {rows - len(refused)} accepted, {len(refused)} refused" in said
    check(house, file, refused, year)


@pytest.mark.parametrize("file, refused, year", FILES)
def test_imported_twice_nothing_changes(house, tmp_path, file, refused, year):
    run_import(house, file, tmp_path / "first.csv")
    told, tickets = told_by_intake(house), tickets_of(house, incidents_in(file, refused))

    run_import(house, file, tmp_path / "second.csv")

    assert told_by_intake(house) == told
    assert tickets_of(house, incidents_in(file, refused)) == tickets
    assert refused_in(tmp_path / "second.csv") == refused_in(tmp_path / "first.csv") == refused


@pytest.mark.parametrize("file, refused, year", FILES)
def test_killed_anywhere_and_run_again_it_comes_to_the_same(house, own_house, tmp_path, file,
                                                             refused, year):
    run_import(house, file, tmp_path / "whole.csv")
    own_house.start()
    chance = random.Random(SEED)
    print("seed", SEED)

    for _ in range(5):
        more = chance.randrange(1, 200)
        before = int(own_house.sql("select count(*) from intake.event"))
        importer = subprocess.Popen(command(own_house, file, tmp_path / "cut.csv"),
                                    stdout=subprocess.DEVNULL)
        eventually(lambda: importer.poll() is not None or
                   int(own_house.sql("select count(*) from intake.event")) >= before + more,
                   120, f"{more} more events", every=0)
        importer.kill()
        importer.wait()
    run_import(own_house, file, tmp_path / "last.csv")

    assert refused_in(tmp_path / "last.csv") == refused
    check(own_house, file, refused, year)
    numbers = incidents_in(file, refused).keys()
    assert histories_of(own_house, numbers) == histories_of(house, numbers)


def histories_of(house, numbers):
    """What happened to each, without what differs from house to house."""
    wait_for_reporting(house)
    lines = house.sql(
        "select t.channel_ref, e.type, e.occurred_at, e.state, e.text "
        "  from intake.ticket t "
        "  join reporting.entry e on e.source = 'intake' and e.subject = ("
        "       select v.subject from intake.event v where v.type = 'intake.TicketRegistered' "
        "          and v.subject like 'T' || t.ticket_id || '_') "
        " order by t.channel_ref, e.id").splitlines()
    return [line for line in lines if line.split("|")[0] in numbers]


def test_a_dry_run_asks_nothing(house, tmp_path):
    told = told_by_intake(house)

    done = subprocess.run(command(house, SAMPLE, tmp_path / "dry.csv", "--dry-run"),
                          capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert told_by_intake(house) == told
    assert refused_in(tmp_path / "dry.csv") == {
        line: reason for line, reason in REFUSED_IN_SAMPLE.items() if reason != "no_way"}


def test_a_ticket_that_somebody_else_registered_is_left_alone(house, tmp_path):
    run_import(house, SAMPLE, tmp_path / "first.csv")
    wait_for_reporting(house)
    told = told_by_intake(house)
    other = tmp_path / "other.key"
    other.write_text(house.request("POST", "/v1/keys",
                                   {"name": "another", "roles": ["importer"]}).json["key"])

    done = subprocess.run(command(house, SAMPLE, tmp_path / "other.csv", "--key-file", other),
                          capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert told_by_intake(house) == told
    assert "already_there" in refused_in(tmp_path / "other.csv").values()


def test_a_map_that_does_not_fit_the_file_stops_before_the_first_row(house, tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("who,what\nAnn,nothing\n")

    done = subprocess.run(command(house, file, tmp_path / "refused.csv"), capture_output=True,
                          text=True, timeout=60)

    assert done.returncode == 1
    assert "neither a column of the file nor a word" in done.stderr


def test_a_row_that_can_never_be_taken_is_refused_and_passed_by(house, tmp_path):
    head, first, second = SAMPLE.read_text("utf-8-sig", "replace").splitlines()[:3]
    endless = "".join(random.Random(SEED).choices(string.ascii_letters, k=3000))
    rows = [head, *(",".join([number, *row.split(",")[1:]])
                    for number, row in ((endless, first), ("INC9100001", second)))]
    file = tmp_path / "endless.csv"
    file.write_text("\n".join(rows) + "\n")

    said = run_import(house, file, tmp_path / "refused.csv")

    assert refused_in(tmp_path / "refused.csv") == {2: "invalid"}
    assert "too_long" in (tmp_path / "refused.csv").read_text()
    assert "2 rows: 1 accepted, 1 refused" in said


def test_the_whole_picture_can_be_forgotten_and_painted_again(house, tmp_path):
    run_import(house, SAMPLE, tmp_path / "refused.csv")
    wait_for_reporting(house)
    picture = picture_of(house)

    assert house.request("POST", "/v1/services/reporting/rebuild", {}).status == 200
    wait_for_reporting(house)

    eventually(lambda: picture_of(house) == picture, 120, "the same picture")


def picture_of(house):
    return house.sql("select md5(string_agg(e::text, ';' order by source, id)) "
                     "  from reporting.entry e where type not like 'house.%'") + house.sql(
        "select md5(string_agg(t::text, ';' order by ticket_id)) from reporting.ticket t")


# ---- without a house: what a dry run, or the command alone, says ----

FITTING = {
    "name": "small", "ticket": "${no}", "target": "${state}", "position": ["state"],
    "words": {"when": {"from": "${date}", "date": True}},
    "dates": {"format": "%d.%m.%Y", "offset": "Z"},
    "register": {"post": "/v1/tickets", "body": {"channel_ref": "${no}", "occurred_at": "${when}"}},
    "moves": {"open": {}}, "actions": {},
    "note": {"post": "/notes", "body": {"text": "${no}"}},
}


class Desk:
    """A folder with a file and a map that fits it, and no house anywhere near."""

    def __init__(self, folder):
        self.folder = folder
        self.map = folder / "map.json"
        self.file = folder / "file.csv"
        self.report = folder / "refused.csv"
        self.map.write_text(json.dumps(FITTING))
        self.file.write_text("no,state,date\n1,open,01.02.2020\n")

    def type(self, *words):
        return subprocess.run(
            [str(BUILD / "bin" / "afterline"), "import", "--map", str(self.map), *map(str, words)],
            cwd=self.folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)

    def try_out(self, *more):
        return self.type("--dry-run", "--refused", self.report, *more, self.file)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.mark.parametrize("name", ["file.csv", "./file.csv", "other", "map.json"])
def test_a_report_never_overwrites_what_is_read(desk, name):
    (desk.folder / "other").symlink_to(desk.file)
    before = desk.file.read_bytes(), desk.map.read_bytes()

    done = desk.try_out("--refused", name)

    assert (desk.file.read_bytes(), desk.map.read_bytes()) == before
    assert done.returncode == 1 and "would overwrite what is read" in done.stderr


def key_in(desk):
    key = desk.folder / "some.key"
    key.write_text("al_0000_0000\n")
    return key


def test_a_report_that_can_not_be_begun_stops_the_import(desk):
    done = desk.try_out("--refused", "/dev/full")

    assert done.returncode == 1
    assert "/dev/full can't be written: No space left on device" in done.stderr


def test_a_report_that_lost_a_line_is_trouble(desk):
    bad = ["x" * 100] * 200
    desk.file.write_text("no,state,date\n" + "\n".join(bad) + "\n")
    limit = f"ulimit -f 8; trap '' XFSZ; exec \"$@\" --refused {desk.report} {desk.file}"

    done = subprocess.run(
        ["bash", "-c", limit, "-", BUILD / "bin" / "afterline", "import", "--dry-run", "--map",
         desk.map], cwd=desk.folder, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert f"{desk.report} lacks refused rows: File too large" in done.stderr


def test_of_many_known_values_the_first_are_named(desk):
    known = {f"town {n}": f"t{n}" for n in range(30)}
    towns = {"town": {"from": "${state}", "values": known}}
    desk.map.write_text(json.dumps({**FITTING, "words": {**FITTING["words"], **towns}}))

    done = desk.try_out()

    assert "1 rows: 0 accepted, 1 refused" in done.stdout
    with open(desk.report, newline="") as file:
        detail = next(csv.DictReader(file))["detail"]
    assert detail.startswith("town: 'open' is none of the values the map knows: town 0, town 1, ")
    assert detail.endswith("town 19, …")


def test_a_dry_run_needs_no_house_and_no_key(desk):
    done = desk.try_out()

    assert done.returncode == 0, done.stderr
    assert "1 rows: 1 accepted, 0 refused" in done.stdout


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_ends_the_import_and_is_named(desk, status):
    with a_house_that_says((status, '{"reason": "no", "detail": "not with this"}')) as url:
        done = desk.type("--url", url, "--key-file", key_in(desk), desk.file)

    assert done.returncode == 1
    assert f"HTTP {status} no: not with this; it was asked with key/0000 of {desk.folder}/some.key; " \
        "run it again with a key that may (--key-file)" in done.stderr


def test_an_import_into_no_house_ends_soon(desk):
    done = desk.type("--url", f"http://127.0.0.1:{free_port()}", "--key-file", key_in(desk), desk.file)

    assert done.returncode == 1
    assert "does not answer: " in done.stderr and "run it again to go on" in done.stderr

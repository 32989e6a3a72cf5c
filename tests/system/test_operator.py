"""The operator's command, asked as an operator asks it."""

import concurrent.futures
import http.client
import json
import re
import signal
import socket
import subprocess

import pytest
import zmq
from house import BUILD, CHECKOUT, eventually, free_port
from pretended import a_house_that_says


def operator(house, verb, *words, code=0):
    done = subprocess.run(
        [str(house.binary("afterline")), verb, "--url", house.url, "--state", str(house.state), *words],
        capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


def typed(*words, **environment):
    """The command where there is no house and no key, but for what the words say."""
    return subprocess.run([str(BUILD / "bin" / "afterline"), *map(str, words)], cwd="/",
                          env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True,
                          timeout=60)


def open_branch(house, branch):
    made = house.request("POST", "/v1/branches", {
        "branch": branch, "name": branch, "kind": "branch", "time_zone": "UTC"})
    assert made.status in (201, 409), made


def register(house, branch="operated", ref=""):
    open_branch(house, branch)
    made = house.request("POST", "/v1/tickets", {
        "branch": branch, "kind": "consult", "channel": "phone", "channel_ref": ref,
        "customer": {"name": "Ann", "phone": "+8613800138000"}, "description": "a question"})
    assert made.status == 201, made
    return made.json["ticket_id"]


def test_status_names_the_writer_of_every_service(house):
    said = operator(house, "status")

    for service in ("gateway", "intake", "dispatch", "returns", "complaints", "reporting"):
        assert any(line.startswith(service) for line in said.splitlines()), said
    assert "epoch" in said and "parked" in said


def test_status_of_a_house_that_is_ill_says_who_does_not_answer(own_house):
    own_house.start()
    frozen = [name for name in own_house.pids() if name.startswith("dispatch")]
    for name in frozen:
        own_house.signal(name, signal.SIGSTOP)
    try:
        said = operator(own_house, "status", code=1)
    finally:
        for name in frozen:
            own_house.signal(name, signal.SIGCONT)

    assert "/v1/services/dispatch/status: HTTP 503" in said
    assert any(line.startswith("reporting") for line in said.splitlines()), "those behind it are told"


def test_status_of_no_house_says_so_at_once(house):
    done = subprocess.run(
        [str(house.binary("afterline")), "status", "--url", "http://127.0.0.1:1", "--state",
         str(house.state)], capture_output=True, text=True, timeout=30)

    assert done.returncode == 1
    assert "http://127.0.0.1:1 does not answer" in done.stderr


def test_verify_finds_whole_chains_intact(house):
    register(house)

    said = operator(house, "verify")

    assert said.count("intact") == 6, said


def test_watch_shows_one_tickets_events_in_a_line_each(house):
    ticket = register(house)

    said = operator(house, "watch", "--after", "start", "--types", "job.*,ticket.reg*",
                    "--ticket", ticket, "--most", "1")

    assert "ticket.registered" in said and ticket in said
    assert "13800138000" not in said


@pytest.mark.parametrize("types", ["ticket.opened", "ticket.*,tickets.*", "*.", ","])
def test_watch_refuses_to_wait_for_what_nobody_tells(house, types):
    said = operator(house, "watch", "--types", types, code=1)

    assert f"no event is called '{types.rsplit(',', 1)[-1]}'" in said
    assert "ticket.registered" in said and "job.planned" in said


def test_watch_goes_on_behind_the_last_event_when_the_gateway_dies(own_house):
    own_house.start()
    first = register(own_house)
    watch = subprocess.Popen(
        [str(own_house.binary("afterline")), "watch", "--url", own_house.url, "--state",
         str(own_house.state), "--after", "start", "--types", "ticket.registered", "--most", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert first in watch.stdout.readline()

    for name in [name for name in own_house.pids() if name.startswith("gateway")]:
        own_house.kill(name)
    own_house.wait_until_ready()
    second = register(own_house, ref="after the fall")

    assert second in watch.stdout.readline()
    assert watch.wait(30) == 0


def test_a_rewritten_past_is_found_at_the_event(own_house):
    own_house.start()
    for n in range(3):
        register(own_house, ref=f"call-{n}")
    operator(own_house, "verify")

    own_house.sql("update intake.event set record = record || '\\x7a00' where id = 3")

    said = operator(own_house, "verify", code=1)
    assert "intake      DIVERGES at intake/3" in said, said
    assert said.count("intact") == 5, said


SEALED_EVERY_EVENTS = 10000
KEEPERS = ("dispatch", "returns", "complaints", "reporting", "gateway")


def tell_much(house, folder):
    """So many events of intake that it seals a head and the others keep it."""
    names = ("number", "incident_state", "opened_at", "sys_updated_at", "sys_updated_by",
             "sys_mod_count", "contact_type", "location", "caller_id", "category", "subcategory",
             "u_symptom", "impact", "urgency", "priority", "assignment_group", "assigned_to",
             "closed_code", "reopen_count")
    tickets = 64
    with open(folder / "much.csv", "w") as file:
        file.write(",".join(names) + "\n")
        for n in range(SEALED_EVERY_EVENTS + tickets):
            file.write(f"M{n % tickets},New,01-02-2020 08:00,01-02-2020 09:00,Ann,{n},Phone,Here,Bob,A,B,C,"
                       "2 - Medium,2 - Medium,3 - Moderate,Team,?,?,0\n")
    operator(house, "import", "--map", str(CHECKOUT / "tests/data/incident_map.json"), "--parallel",
             str(tickets), "--refused", str(folder / "refused.csv"), str(folder / "much.csv"))


def test_a_past_that_was_cut_off_is_found_by_the_heads_others_keep(own_house, tmp_path):
    own_house.start()
    tell_much(own_house, tmp_path)
    sealed = int(eventually(lambda: own_house.sql(
        "select max(id) from dispatch.head where source = 'intake'"), what="a kept head of intake"))
    register(own_house)
    eventually(lambda: " 5 kept heads agree" in operator(own_house, "verify"), what="all keepers")
    kept = {keeper: own_house.sql(f"delete from {keeper}.head where source = 'intake' returning"
                                  " row_to_json(head)").splitlines()[0] for keeper in KEEPERS}

    said = operator(own_house, "verify", code=1)
    assert "intake      UNWITNESSED" in said, said
    for keeper, head in kept.items():
        own_house.sql(f"insert into {keeper}.head select * from json_populate_record("
                      f"null::{keeper}.head, '{head}')")
    own_house.sql(f"delete from intake.event where id >= {sealed}")

    said = operator(own_house, "verify", code=1)
    assert f"intake      DIVERGES at intake/{sealed}" in said, said
    assert said.count("intact") == 5, said


def make_many_keys(house, count):
    """So many that the gateway seals a head of its own chain."""
    order = json.dumps({"name": "one of many", "roles": ["agent"]})
    headers = {"Authorization": f"Bearer {house.key}", "Content-Type": "application/json"}

    def make(share):
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
        for _ in range(share):
            connection.request("POST", "/v1/keys", order, headers)
            answer = connection.getresponse()
            assert answer.status == 201, answer.read()
            answer.read()
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(16) as makers:
        list(makers.map(make, [count // 16 + 1] * 16))


def test_a_cut_off_past_of_gateway_itself_is_found(own_house):
    own_house.start()
    make_many_keys(own_house, SEALED_EVERY_EVENTS)
    sealed = int(eventually(lambda: own_house.sql(
        "select max(id) from reporting.head where source = 'gateway'"), what="a kept head of gateway"))
    eventually(lambda: re.search("gateway +intact: .* 2 kept heads agree", operator(own_house, "verify")),
               what="both keepers")
    kept = own_house.sql(f"select encode(hash, 'hex') from gateway.event where id = {sealed}")
    logs = "".join(own_house.log(name) for name in own_house.pids() if name.startswith("gateway"))
    assert f"did=seal source=gateway id={sealed} hash={kept}" in logs, "the log is a third place"
    assert re.search(r"^ +gateway +at \d", operator(own_house, "status"), re.M), "its lag is shown"

    own_house.sql(f"delete from gateway.event where id >= {sealed}")

    said = operator(own_house, "verify", code=1)
    assert f"gateway     DIVERGES at gateway/{sealed}" in said, said
    assert said.count("intact") == 5, said


def test_verify_reads_every_head_that_is_kept(own_house):
    """More of one source than fit into an answer: those of another, and the last, count as well."""
    own_house.start()
    own_house.sql("insert into reporting.head select 'complaints', id, '', 0, '', ''"
                  " from generate_series(1, 1200) as id")
    own_house.sql("insert into reporting.head values ('dispatch', 1, '', 0, '', '')")

    said = operator(own_house, "verify", code=1)

    assert "complaints  DIVERGES at complaints/1200" in said, said
    assert "dispatch    DIVERGES at dispatch/1" in said, said


def test_nothing_parked_says_so(house):
    assert operator(house, "parked", "list") == "nothing is parked\n"


def test_retrying_what_is_not_parked_is_trouble(house):
    assert "no event of T10000018 is parked" in operator(house, "parked", "retry", "T10000018", code=1)


@pytest.mark.parametrize("words, reason", [
    (("discard", "intake", "dispatch/1"), "say why with --reason"),
    (("discard", "intake", "dispatch", "--reason", "x"), "expected SOURCE/ID"),
    (("discard", "intake", "dispatch/1x", "--reason", "x"), "expected SOURCE/ID"),
    (("forget",), "usage:"),
])
def test_a_wrong_order_is_refused_before_anything_is_asked(house, words, reason):
    assert reason in operator(house, "parked", *words, code=2)


def a_parked_move(house):
    """Reporting has lost the row of a ticket, so the next move of it can't be drawn."""
    ticket = register(house)
    row = f"ticket_id = {ticket[1:-1]}"
    eventually(lambda: house.sql(f"select 1 from reporting.ticket where {row}") == "1",
               what="the ticket's row")
    kept = house.sql(f"delete from reporting.ticket where {row} returning to_json(ticket)").splitlines()[0]
    house.request("POST", f"/v1/tickets/{ticket}/acknowledge", {"answer": "soon"})
    eventually(lambda: ticket in operator(house, "parked", "list"), what="the parked event")
    return ticket, json.loads(kept)


def test_a_parked_event_is_retried_when_its_cause_is_mended(own_house):
    own_house.start()
    ticket, kept = a_parked_move(own_house)
    own_house.sql("insert into reporting.ticket select * from json_populate_record("
                  f"null::reporting.ticket, '{json.dumps(kept)}')")

    assert "1 applied, 0 discarded, 0 left" in operator(own_house, "parked", "retry", ticket)
    assert operator(own_house, "parked", "list") == "nothing is parked\n"
    assert own_house.sql("select state from reporting.ticket") == "acknowledged"


def test_a_parked_event_is_discarded_by_name_with_a_reason(own_house):
    own_house.start()
    ticket, _ = a_parked_move(own_house)
    line = next(line for line in operator(own_house, "parked", "list").splitlines() if ticket in line)
    service, event = line.split()[:2]

    said = operator(own_house, "parked", "discard", service, event, "--reason", "never mind")

    assert "1 discarded" in said
    assert operator(own_house, "parked", "list") == "nothing is parked\n"


def test_an_unknown_verb_is_refused_with_the_verbs(house):
    done = subprocess.run([str(house.binary("afterline")), "sing"], capture_output=True, text=True,
                          timeout=10)

    assert done.returncode == 2
    assert "there is no verb 'sing'" in done.stderr and "import" in done.stderr


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help_lists_the_verbs(word):
    done = typed(word)

    assert done.returncode == 0 and not done.stderr
    for verb in VERBS:
        assert f"  {verb} " in done.stdout


VERBS = {
    "run": ("--state DIR", "--port N", "--spares N"),
    "status": ("--url URL", "AFTERLINE_URL"),
    "watch": ("--after CURSOR", "--types TYPES", "--ticket ID", "--most N", "AFTERLINE_KEY"),
    "import": ("--map MAP.json", "--parallel N", "--refused FILE", "--dry-run", "AFTERLINE_KEY"),
    "verify": ("--key-file FILE",),
    "key": ("--state DIR",),
    "parked": ("--reason TEXT", "discard SERVICE SOURCE/ID"),
}


@pytest.mark.parametrize("word", ["--help", "-h"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_its_options(verb, word):
    done = typed(verb, word)

    assert done.returncode == 0 and not done.stderr
    assert f"usage: afterline {verb}" in done.stdout
    for shown in (*VERBS[verb], "exit codes: 0 "):
        assert shown in done.stdout
    for line in done.stdout.splitlines():
        assert not line.startswith("  --") or line[20:].strip(), line


@pytest.mark.parametrize("words, said", [
    (("status", "--state"), "--state wants a value"),
    (("run", "--port"), "--port wants a value"),
    (("status", "--colour"), "there is no option '--colour'"),
    (("status", "now"), "'now' is one word too many"),
    (("run", "--port", "0"), "--port wants a number from 1 to 65535, not '0'"),
])
def test_a_command_line_that_does_not_fit_says_what(words, said):
    done = typed(*words)

    assert done.returncode == 2
    assert said in done.stderr


# ---- a house that is down, ill, or none ----

VERBS_THAT_ASK = [("status",), ("watch",), ("verify",), ("parked", "list"), ("parked", "retry", "T1")]


@pytest.mark.parametrize("words", VERBS_THAT_ASK)
def test_no_house_is_said_soon_once_and_with_the_reason(words):
    url = f"http://127.0.0.1:{free_port()}"

    done = typed(*words, "--url", url, AFTERLINE_KEY="al_0_0")

    assert done.returncode == 1
    assert done.stderr.count(f"{url} does not answer: ") == 1
    assert "connect" in done.stderr


@pytest.mark.parametrize("words", VERBS_THAT_ASK)
def test_a_house_that_takes_the_connection_and_is_silent_is_not_waited_for(words):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = typed(*words, "--url", url, AFTERLINE_KEY="al_0_0")

    assert done.returncode == 1
    assert done.stderr.count(f"{url} does not answer: ") == 1


def test_an_interruption_says_why_it_waits():
    nothing = (200, '{"items": []}')
    with a_house_that_says(nothing, (503, "{}"), (503, "{}"), nothing) as url:
        done = typed("parked", "list", "--url", url, AFTERLINE_KEY="al_0_0")

    assert (done.returncode, done.stdout) == (0, "nothing is parked\n")
    assert done.stderr == f"afterline: {url}: HTTP 503; asking again for up to 180 s\n"


def test_a_stream_that_ends_says_why():
    with a_house_that_says((200, "\n"), (503, "{}"), (404, '{"reason": "unknown_path"}')) as url:
        done = typed("watch", "--url", url, AFTERLINE_KEY="al_0_0")

    assert done.returncode == 1
    assert f"no stream from {url} (the house ended it); listening again" in done.stderr
    assert f"no stream from {url} (HTTP 503); listening again" in done.stderr
    assert "HTTP 404 unknown_path" in done.stderr


@pytest.mark.parametrize("url", ["garbage", "localhost:8080", "ftp://localhost", "http://"])
@pytest.mark.parametrize("words", VERBS_THAT_ASK)
def test_a_url_without_its_scheme_is_refused(words, url):
    for done in (typed(*words, "--url", url), typed(*words, AFTERLINE_URL=url)):
        assert done.returncode == 2
        assert f"'{url}' is no address of a house; expected http://" in done.stderr


# ---- keys ----

@pytest.mark.parametrize("words", VERBS_THAT_ASK)
def test_a_key_that_is_not_there_is_named(words, tmp_path):
    (tmp_path / "empty").touch()
    for file, reason in (("/nonexistent", "No such file or directory"), ("/", "Is a directory"),
                         (tmp_path / "empty", "its first line is empty")):
        done = typed(*words, "--key-file", file)
        assert done.returncode == 2
        assert f"--key-file {file}: {reason}" in done.stderr

    done = typed(*words, "--state", tmp_path)
    assert done.returncode == 2
    assert f"no key in {tmp_path}/admin.key (No such file" in done.stderr


@pytest.mark.parametrize("words, said", [
    (("import",), "import wants FILE.csv"),
    (("import", "file.csv"), "import wants --map MAP.json"),
    (("parked",), "parked wants list, retry or discard"),
    (("parked", "forget"), "parked wants list, retry or discard"),
])
def test_words_that_lack_are_asked_for_before_the_key(words, said):
    done = typed(*words)

    assert done.returncode == 2
    assert said in done.stderr and f"usage: afterline {words[0]}" in done.stderr
    assert "key" not in done.stderr.splitlines()[0]


def test_a_key_that_may_not_is_told_whose_it_is(tmp_path):
    (tmp_path / "some.key").write_text("al_12_34\n")
    refused = (403, '{"reason": "forbidden", "detail": "for administrators"}')
    with a_house_that_says(refused) as url:
        asked = typed("verify", "--url", url, "--key-file", tmp_path / "some.key")
        watched = typed("watch", "--url", url, AFTERLINE_KEY="al_0_0")

    assert asked.returncode == watched.returncode == 1
    assert f"HTTP 403 forbidden: for administrators; the key is that of {tmp_path}/some.key" in asked.stderr
    assert "HTTP 403 forbidden: for administrators; the key is that of AFTERLINE_KEY" in watched.stderr


# ---- what others wrote ----

ESCAPES = "\x1b[2J\x9b31mx state=closed\nticket.closed"
SHOWN = r"\x1b[2J\x9b31mx state=closed\nticket.closed"


def test_watch_shows_foreign_text_and_does_not_obey_it():
    event = {"time": "2026-01-01T00:00:00Z", "type": "ticket.noted", "subject": "T18", "id": "intake/1",
             "data": {"note": ESCAPES, "places": [ESCAPES], "files": [], "done": False, "left": 0,
                      "state": "waiting"}}
    stream = (200, f"id: 1\nevent: ticket.noted\ndata: {json.dumps(event)}\n\n")
    with a_house_that_says(stream) as url:
        done = typed("watch", "--most", "1", "--url", url, AFTERLINE_KEY="al_0_0")

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "2026-01-01T00:00:00Z  ticket.noted         T18        intake/1"
        f' note="{SHOWN}" places=["' + SHOWN.replace(r"\x1b", r"\u001B") + '"] state=waiting']


def test_parked_list_shows_foreign_text_and_does_not_obey_it():
    event = {"source": "intake", "id": 7, "subject": "T18", "type": "intake.TicketNoted", "tries": 1,
             "first_at": "2026-01-01T00:00:00Z", "reason": ESCAPES}
    with a_house_that_says((200, json.dumps({"items": [event]})), (200, '{"items": []}')) as url:
        done = typed("parked", "list", "--url", url, AFTERLINE_KEY="al_0_0")

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 and done.stdout.endswith(f"1 tries: {SHOWN}\n")


# ---- key pairs ----

def test_a_key_pair_is_made_once_and_its_line_said(tmp_path):
    made = typed("key", "my-system", "--state", tmp_path)
    again = typed("key", "my-system", "--state", tmp_path)

    assert made.returncode == again.returncode == 0
    secret = tmp_path / "keys" / "my-system"
    public = (tmp_path / "keys" / "my-system.pub").read_text().strip()
    assert made.stdout == again.stdout == f"my-system {public} - -\n"
    assert zmq.curve_public(secret.read_bytes().strip()).decode() == public
    assert secret.stat().st_mode & 0o777 == 0o400


def test_a_secret_is_never_replaced(tmp_path):
    typed("key", "my-system", "--state", tmp_path)
    secret = (tmp_path / "keys" / "my-system").read_bytes()
    (tmp_path / "keys" / "my-system.pub").unlink()

    done = typed("key", "my-system", "--state", tmp_path)

    assert done.returncode == 1 and "my-system.pub is not" in done.stderr
    assert (tmp_path / "keys" / "my-system").read_bytes() == secret


@pytest.mark.parametrize("name", ["My-System", "../admin", "a b", ""])
def test_a_key_has_a_name_that_peers_may_have(name, tmp_path):
    done = typed("key", name, "--state", tmp_path)

    assert done.returncode == 2 and "is no name" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_example_of_a_follower_says_how_it_is_used():
    done = subprocess.run(["/usr/bin/python3", CHECKOUT / "docs/examples/follow.py"],
                          capture_output=True, text=True, timeout=30)

    assert done.returncode == 1
    assert done.stderr.startswith("usage: follow.py STATE SECRET_FILE PUBLIC_FILE SERVICE [AFTER]")

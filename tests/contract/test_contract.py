"""The tables of each service, its documents, its schema, its files and its tests say the same."""

import os
import pathlib
import re
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = sorted(path.name for path in (PROJECT / "services").iterdir())
BUILD = pathlib.Path(os.environ.get("AFTERLINE_BUILD", PROJECT / "build"))
ROOMS = {"commands": "Commands", "queries": "Queries"}


def contract(service):
    """What the service prints of itself."""
    return subprocess.run([BUILD / "bin" / service, "--contract"], check=True,
                          capture_output=True, text=True).stdout


def snake(message):
    """intake.RegisterTicket → register_ticket"""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", message.split(".")[-1]).lower()


def section(page, title):
    """The messages of one table of the page."""
    body = page.split(f"\n## {title}\n")[1].split("\n## ")[0] if f"\n## {title}\n" in page else ""
    return {snake(name) for name in re.findall(r"^\| `(\w+\.\w+)`", body, re.MULTILINE)}


def sources(*folders, ending=".c"):
    for folder in folders:
        yield from (PROJECT / folder).rglob(f"*{ending}")


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_what_the_service_says_of_itself(service):
    page = PROJECT / "docs" / "contract" / f"{service}.md"
    assert page.read_text() == contract(service), \
        f"print it anew: bin/{service} --contract > docs/contract/{service}.md"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_is_a_row_and_every_row_a_file(service, room):
    folder = PROJECT / "services" / service / room
    files = {path.stem for path in folder.glob("*.c")} if folder.exists() else set()
    rows = section(contract(service), ROOMS[room])
    text = "".join(path.read_text() for path in folder.glob("*.c")) if files else ""
    for row in rows:
        assert re.search(rf"^bool {row}\(", text, re.MULTILINE), f"{row} has no handler in {room}/"
    assert all(re.search(r"^bool \w+\(struct request", (folder / f"{name}.c").read_text(),
                         re.MULTILINE) for name in files)


@pytest.mark.parametrize("service", SERVICES)
def test_every_state_is_known_to_the_database(service):
    page = contract(service)
    for noun, diagram in re.findall(r"## The life of a ([^\n]+)\n\n```mermaid\n(.*?)```", page,
                                    re.DOTALL):
        states = set(re.findall(r"(\w+) --> |--> (\w+)", diagram))
        states = {word for pair in states for word in pair if word}
        text = "".join(path.read_text() for path in
                       sorted((PROJECT / "services" / service / "migrations").glob("*.sql")))
        kept = re.search(r"\bstate\s+text\b[^;]*?check \(state in \(([^)]*)\)\)", text)
        if kept:
            known = set(re.findall(r"'(\w+)'", kept.group(1)))
            assert states <= known, f"{service}.{noun} does not know {states - known}"


def test_every_refusal_has_its_reason_in_a_test():
    said = {}
    for path in sources("services", "common/daemon"):
        text = path.read_text()
        for reason in re.findall(r'\brefuse\(\s*\w+,\s*[A-Z_]+,\s*"(\w+)"', text):
            said.setdefault(reason, path)
        for reason in re.findall(r'\bviolate\(\s*\w+,\s*[^,]+,\s*"(\w+)"', text):
            said.setdefault(reason, path)
    tests = "".join(path.read_text() for ending in (".c", ".py", ".json")
                    for path in sources("tests", ending=ending))
    untested = {reason: str(path.relative_to(PROJECT)) for reason, path in said.items()
                if f'"{reason}"' not in tests}
    assert not untested
    assert len(said) > 30


def articles():
    """The rows of the regulations' page: article, what is done, where, held by."""
    page = (PROJECT / "docs" / "regulations.md").read_text()
    return [[cell.strip() for cell in row.strip("|").split("|")]
            for row in page.splitlines() if re.match(r"\| S\d", row)]


def test_what_serves_an_article_and_what_holds_it_is_there():
    code = {path.stem for ending in (".c", ".sql")
            for path in sources("services", "common", "deploy/cli", ending=ending)}
    tests = {f"{path.parent.name}/{path.stem}" for ending in (".c", ".py")
             for path in sources("tests", ending=ending)}
    for article, _, where, held_by in articles():
        served = {name.removesuffix(".c") for name in re.findall(r"`([\w.]+)`", where)}
        assert served and served <= code, (article, served - code)
        folder, held = "", set()
        for name in re.findall(r"`([\w/]+)`", held_by):
            folder = name.split("/")[0] if "/" in name else folder
            held.add(name if "/" in name else f"{folder}/{name}")
        assert held and held <= tests, (article, held - tests)


def numbers():
    return [number for article, *_ in articles() for number in article.split(", ")]


def test_an_article_stands_once():
    assert len(numbers()) == len(set(numbers())) > 40


REQUIREMENTS = PROJECT.parent / "shared" / "regulations" / "requirements.md"


@pytest.mark.skipif(not REQUIREMENTS.exists(), reason="the regulations are not here")
def test_an_article_is_one_of_the_regulations():
    known = set(re.findall(r"^\| (S[\w.-]+)", REQUIREMENTS.read_text(), re.MULTILINE))

    assert set(numbers()) <= known

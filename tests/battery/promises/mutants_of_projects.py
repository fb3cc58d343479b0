"""Altered projects, runs, lessons and clipboards open, and can be saved then, or are refused in a sentence."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from app.data.data_choice import DataChoice
from app.lessons.schema import parse_lesson
from app.project.journal_lines import Standing, base_lines, edit_line, state_line
from app.project.recovery import Unsaved, unsaved
from app.project.summary import rows
from app.sweep.space import Space
from app.system.remembered import read_object, write_object
from app.training.initial_weights import InitialWeights
from app.training.plan import Plan
from app.training.runs import ENVIRONMENT, METRICS, PROJECT, Run, digest, runs
from graph.checking.check import Checker
from graph.document import Document
from graph.editing import clipboard
from graph.errors import NetloomError
from graph.project import Project, project_bytes, read_project
from tests.battery.editing import edits
from tests.battery.mutants import Case, Originals, Reading, files, hold, json_mutant, mutant, read_unaltered
from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT
from tests.graph.networks import lenet

CASES = 300
"""In one round."""


def project(place: Path, content: bytes) -> None:
    """A project: what opens is checked, is saved, and opens again to the same bytes."""
    file = place / "project.netloom"
    file.write_bytes(content)
    opened = read_project(file)
    saved = project_bytes(opened)
    file.write_bytes(saved)
    assert project_bytes(read_project(file)) == saved, "it is not the same when it is saved and opened again"
    if len(content) % 8 == 0:  # it takes much longer than reading
        checked(opened)


def checked(opened: Project) -> None:
    """Whatever a window asks of a project when it has been opened."""
    checker = Checker(Document(opened.network, opened.sections))
    assert all(str(problem.message) for problem in checker.problems)
    list(rows(checker))
    checker.close()
    alone(lambda: DataChoice.parse(opened.sections.get("data")))
    alone(lambda: Plan.of(opened))
    alone(lambda: Space.of(opened))
    alone(lambda: InitialWeights.of(opened))


def alone(act: Callable[[], object]) -> None:
    """Do one thing of several; a sentence about it does not keep the others from being tried."""
    try:
        act()
    except NetloomError as error:
        assert str(error)


def lesson(place: Path, content: bytes) -> None:
    """A lesson."""
    parse_lesson(content, "lesson.json")


def copied(place: Path, content: bytes) -> None:
    """Copied layers, which a network then holds and can be saved with."""
    document = Document()
    with document.transaction("Paste"):
        clipboard.paste(document, content.decode("utf-8", "replace"))
    project_bytes(Project(document.network))


def run(name: str) -> Reading:
    """A run of which the part ``name`` is altered; it lies beside another, which stays in the list."""

    def read(place: Path, content: bytes) -> None:
        good, odd = place / "runs" / "good", place / "runs" / "odd"
        for folder in (good, odd):
            folder.mkdir(parents=True, exist_ok=True)
            for part in (PROJECT, ENVIRONMENT, METRICS):
                (folder / part).write_bytes(parts()[part])
        (odd / name).write_bytes(content)
        if name == PROJECT:  # a digest that is right says nothing of what is in it
            environment = json.loads(parts()[ENVIRONMENT]) | {"project": digest(content)}
            (odd / ENVIRONMENT).write_text(json.dumps(environment))
        listed = {summary.path.name: summary for summary in runs(place / "runs")}
        assert listed["good"].problem is None and set(listed) == {"good", "odd"}
        json.dumps(listed["odd"].to_json(), allow_nan=False)
        Run.open(odd).history()

    return read


def remembered(place: Path, content: bytes) -> None:
    """What Netloom remembers: read as far as it makes sense, and written again."""
    (place / "kept.json").write_bytes(content)
    write_object(place / "again.json", read_object(place / "kept.json"))


def journal(place: Path, content: bytes) -> None:
    """Unsaved work that was left behind."""
    folder = place / "recovery"
    folder.mkdir(exist_ok=True)
    (folder / "entry.json").write_bytes(content)
    for entry in [*unsaved(folder), Unsaved(folder / "entry.json", None, 0.0)]:
        assert entry.title
        alone(partial(_saved, entry))


def edit_journal(place: Path, content: bytes) -> None:
    """Unsaved work that was left behind as a base and edits; each altered line has a checksum that is right."""
    folder = place / "recovery"
    folder.mkdir(exist_ok=True)
    lines = [b"%08x %s\n" % (zlib.crc32(text), text) for text in content.split(b"\n")]
    (folder / "edits.journal").write_bytes(b"".join(lines))
    for entry in unsaved(folder):
        assert entry.title
        alone(partial(_saved, entry))
        alone(entry.discard)


def _journal_of_edits() -> bytes:
    """A journal of a small network with edits of every kind, without its checksums."""
    document = lenet()
    project = Project(document.network, {"notes": "edit 0"})
    lines = [*base_lines(project), state_line(Standing(Path("/a/b.netloom"), "5a", "a1", clean=False))]
    document.subscribe(lambda commit: lines.append(edit_line(commit.changes)))
    for number in edits(document, 1):
        if number == 20:
            break
    first = document.network.ids[1]
    with document.transaction("More"):
        document.rename(first, "renamed")
        document.mute("renamed", True)
        document.remove("renamed")
    return b"\n".join(line[9:-1] for line in lines)


def _saved(entry: Unsaved) -> None:
    project_bytes(entry.read())


@cache
def parts() -> Mapping[str, bytes]:
    """The files of a run."""
    folder = ROOT / "tests/old/runs/classification"
    return {name: (folder / name).read_bytes() for name in (PROJECT, ENVIRONMENT, METRICS)}


@cache
def originals() -> Originals:
    """How each kind is read, and the good ones that are altered."""
    projects = (
        *files(ROOT / "presets", "*.netloom", 12_000).values(),
        *files(ROOT / "tests/old/projects", "*.netloom").values(),
    )
    lessons = tuple(files(ROOT / "presets/lessons", "*.json", 9_000).values())
    network = lenet().network
    entry = {"recovery": 1, "path": "/a/b.netloom", "written": 1.5, "project": json.loads(projects[0])}
    return {
        "project": (project, projects),
        "lesson": (lesson, lessons),
        "clipboard": (copied, (clipboard.write(network, network.ids).encode(),)),
        "project of a run": (run(PROJECT), (parts()[PROJECT],)),
        "environment": (run(ENVIRONMENT), (parts()[ENVIRONMENT],)),
        "log": (run(METRICS), (parts()[METRICS],)),
        "remembered": (
            remembered,
            (json.dumps({"theme": "dark", "recent": ["a.netloom"], "size": [800, 600]}).encode(),),
        ),
        "journal": (journal, (json.dumps(entry).encode(),)),
        "journal of edits": (edit_journal, (_journal_of_edits(),)),
    }


def cases(round: Round) -> Iterator[Case]:
    """Mutants of every kind, projects most of all."""
    chance = round.chance
    for _ in range(CASES):
        name = chance.choice(("project", "project", "project", *originals()))
        read, good = originals()[name]
        original = chance.choice(good)
        lined = name in ("log", "journal of edits")
        whole = not lined and chance.random() < 0.7
        content = json_mutant(chance, json.loads(original)) if whole else mutant(chance, original, good)
        if lined and chance.random() < 0.7:
            lines = original.splitlines()
            place = chance.randrange(len(lines))
            lines[place] = json_mutant(chance, json.loads(lines[place]))
            content = b"\n".join(lines if name != "log" else [*lines, b""])
        yield name, content, partial(read, round.place, content)


def play(round: Round) -> int:
    """Mutants of every kind, projects most of all."""
    read_unaltered(originals)
    return hold(cases(round))


PROMISE = Promise(
    "altered projects, runs, lessons and clipboards open and can be saved, or are refused in a sentence",
    300_000,
    play,
)

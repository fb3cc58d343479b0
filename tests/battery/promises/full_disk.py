"""A disk that is full at any write leaves the old file whole, nothing half-written, and a sentence is said."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from app.exchange.export import export_code, export_drawing
from app.exchange.pack import pack
from app.project.journal import Journal
from app.project.journal_lines import Standing
from app.project.recovery import unsaved
from app.protocol.events import Finished
from app.training.runs import runs
from app.training.trainer import train
from app.training.training_session import begin
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.project import Project, project_json, read_project, write_project
from tests.app.training.projects import project
from tests.battery.editing import edits, large_project
from tests.battery.promise import Promise, Round
from tests.battery.random_networks import network
from tests.battery.small_disk import SmallDisk, small_disk
from widgets.shell.preferences import Preferences

RUNS = 3
CASES = 12
"""Writes of each kind in a round."""


def play(round: Round) -> int:
    """Writes of every kind, with room for a random part of what they need."""
    with small_disk(round.place / "disk") as disk:
        played = 0
        for kind in (_save, _preferences, _export, _pack, _journal, _run):
            place = disk.folder / kind.__name__
            place.mkdir()
            for number in kind(disk, place, round.chance):
                played += 1
                left = [file.name for file in place.rglob(".netloom-*")]
                assert not left, f"{kind.__name__} {number}: {left} is left"
        return played


def _written(disk: SmallDisk, path: Path, room: int, write: Callable[[], object]) -> str:
    """What is said as ``write`` replaces ``path`` with so little room; empty where it succeeds."""
    before = path.read_bytes()
    said = ""
    with disk.room(room):
        try:
            write()
        except NetloomError as error:
            said = str(error)
    if said:
        assert path.read_bytes() == before, f"{path.name} changed, though: {said}"
        assert said.endswith(".") and "\n" not in said and len(said) < 500, said
    return said


def _save(disk: SmallDisk, place: Path, chance: random.Random) -> Iterator[int]:
    path = place / "a.netloom"
    write_project(path, Project())
    for number in range(CASES):
        new = Project(network(chance).network, {"notes": f"{number} " + "x" * chance.randint(0, 50_000)})
        if not _written(disk, path, chance.randint(0, 80_000), partial(write_project, path, new)):
            assert project_json(read_project(path)) == project_json(new)
        yield number


def _preferences(disk: SmallDisk, place: Path, chance: random.Random) -> Iterator[int]:
    file = place / "preferences.json"
    Preferences(file).set("hidden_hints", "none")
    for number in range(CASES):
        preferences = Preferences(file)
        before, value = preferences["hidden_hints"], f"{number}" * chance.randint(1, 20_000)
        with disk.room(chance.randint(0, 40_000)):
            preferences.set("hidden_hints", value)
        kept = Preferences(file)["hidden_hints"]
        assert kept == (before if preferences.refusal else value)
        yield number


def _export(disk: SmallDisk, place: Path, chance: random.Random) -> Iterator[int]:
    drawn = network(chance).network
    writers: list[tuple[Path, Callable[[], object]]] = [
        (place / "a.svg", lambda: export_drawing(drawn, place / "a.svg", "svg")),
        (place / "a.py", lambda: export_code(drawn, "A", place / "a.py")),
    ]
    for number in range(CASES):
        out, write = writers[number % 2]
        out.write_bytes(b"old")
        _written(disk, out, chance.randint(0, 30_000), write)
        yield number


def _pack(disk: SmallDisk, place: Path, chance: random.Random) -> Iterator[int]:
    out = place / "a.zip"
    out.write_bytes(b"old")
    for number in range(CASES):
        new = Project(network(chance).network, {"notes": chance.randbytes(10_000).hex()})
        _written(disk, out, chance.randint(0, 20_000), partial(pack, new, None, "a", out))
        yield number


def _journal(disk: SmallDisk, place: Path, chance: random.Random) -> Iterator[int]:
    path = place / "a.netloom"
    large_project(path, 60)
    for number in range(CASES):
        saved = read_project(path)
        document, journal = Document(saved.network, saved.sections), Journal(place / "recovery")
        (place / "recovery").mkdir(exist_ok=True)
        journal.begin(Project(document.network, dict(document.sections)), _standing(path))
        journal.settle()
        kept = _edit_on(disk, document, journal, chance)
        journal.abandon()
        entries = unsaved(place / "recovery")
        recovered = entries[0].read() if entries else read_project(path)
        assert recovered.sections["notes"] == f"edit {kept}", f"{recovered.sections['notes']}, not {kept}"
        for entry in entries:
            entry.discard()
        yield number


def _edit_on(disk: SmallDisk, document: Document, journal: Journal, chance: random.Random) -> int:
    """Edit until the journal refuses, and after that; the number of the last edit that was kept."""
    kept, refused, standing = 0, False, _standing(None)

    def add(commit: Commit) -> None:
        nonlocal kept, refused
        if refused:
            return
        try:
            journal.add(commit.changes, standing)
            kept = int(str(document.sections["notes"]).split()[1])
        except NetloomError as error:
            assert "not protected" in str(error), error
            refused = True

    stop = document.subscribe(add, first=True)
    wanted = chance.randint(1, 100)
    with disk.room(chance.randint(0, 20_000)):
        for reached in edits(document, chance.getrandbits(31)):
            if refused or reached >= wanted:
                break
    stop()
    return kept


def _standing(path: Path | None) -> Standing:
    return Standing(path, None, "", clean=False)


def _run(disk: SmallDisk, place: Path, chance: random.Random) -> Iterator[int]:
    """Short trainings, whose runs can be listed afterwards."""
    for number in range(RUNS):
        before, said = {run.path for run in runs(place)}, ""
        with disk.room(chance.randint(0, 120_000)):
            try:
                events = list(
                    train(begin(project(epochs=2, seed=chance.getrandbits(16)), None, place / f"run{number}"))
                )
                last = events[-1]
                assert isinstance(last, Finished)
                said = (last.reason or "?") if last.status == "failed" else ""
            except NetloomError as error:
                said = str(error)
        assert not said or said.endswith("."), said
        listed = {run.path: run for run in runs(place)}
        assert before <= listed.keys()
        assert not said or "cannot be written" in said or "was not saved" in said or "cannot be made" in said, said
        for summary in listed.values():
            assert not summary.problem, summary.problem
        yield number


PROMISE = Promise("a full disk leaves the old file, and is said", 100_000, play)

"""A program that is killed while somebody edits loses at most two seconds or five edits, at any size of network."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.project.recovery import unsaved
from graph.document import Document
from graph.project import Project as GraphProject
from graph.project import project_json, read_project
from tests.battery.editing import edits, large_project
from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT

SIZES = (60, 1_000, 10_000)
EDITS, SECONDS = 5, 2.0
"""At most so much is lost: as many edits, or what was done in so many seconds."""
WINDOWS = 0.2
"""Share of the kills at which a whole window is open, and not its session alone."""


@dataclass
class _Told:
    """The edits that a program told of before it was killed, with their times, and when it was killed."""

    times: list[float] = field(default_factory=list)
    killed: float = 0.0


def play(round: Round) -> int:
    """One kill at each size."""
    for size in SIZES:
        place = round.place / str(size)
        place.mkdir()
        _kill(place, size, round.chance)
    return len(SIZES)


def _kill(place: Path, size: int, chance: random.Random) -> None:
    path, seed, home = place / "project.netloom", chance.getrandbits(31), place / "home"
    large_project(path, size)
    how = "window" if chance.random() < WINDOWS else "session"
    after = chance.choice((0.0, chance.uniform(0, 0.3), chance.uniform(0, 4)))
    pause = chance.choice((0, 10, 100, 700))
    try:
        told = _edited([how, str(path), str(seed), str(pause)], home, after)
        _hold(path, seed, home, told)
    except AssertionError as error:
        error.add_note(f"{size} layers, {how}, seed {seed}, pauses up to {pause} ms, killed after {after:.2f} s")
        raise


def _edited(arguments: list[str], home: Path, after: float) -> _Told:
    """What a program did that was killed ``after`` some seconds of editing."""
    editor = subprocess.Popen(
        [sys.executable, "-m", "tests.battery.editing", *arguments],
        cwd=ROOT,
        env={**os.environ, "NETLOOM_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    told = _Told()
    try:
        assert editor.stdout is not None
        first = editor.stdout.readline()
        time.sleep(after)
    finally:
        told.killed = time.time()
        os.killpg(editor.pid, signal.SIGKILL)
        rest, error = editor.communicate()
    assert first, f"it ended by itself: {error[-2000:]}"
    lines = [line.split() for line in (first + rest).splitlines()]
    told.times = [float(line[1]) for line in lines if len(line) == 2 and line[1][-1].isdigit()]
    return told


def _hold(path: Path, seed: int, home: Path, told: _Told) -> None:
    """What can be recovered is what was there after one of the last edits."""
    entries = unsaved(home / "recovery")
    assert len(entries) <= 1
    recovered = entries[0].read() if entries else read_project(path)
    number = int(str(recovered.sections["notes"]).split()[1])
    done = len(told.times)
    lost = done - number
    age = told.killed - told.times[number] if lost > 0 else 0.0
    assert lost <= EDITS or age <= SECONDS, f"{lost} of {done} edits were lost, the first {age:.2f} s old"
    project = read_project(path)
    document = Document(project.network, project.sections)
    for reached in edits(document, seed):
        if reached >= number:
            break
    if number:
        now = project_json(GraphProject(document.network, dict(document.sections), recovered.id))
        assert project_json(recovered) == now, f"what was recovered is not what was there after edit {number}"


PROMISE = Promise("a kill while editing loses at most two seconds or five edits", 1_500, play)

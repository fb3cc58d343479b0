"""A program that is killed while it saves leaves the old file or the new one, whole, and nothing beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from graph.project import read_project, write_project
from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT

KILLS = 10
"""In one round."""

SAVER = """
import sys, itertools
from pathlib import Path
from graph.project import Project, write_project
from tests.graph.networks import chain, layer
path, layers = Path(sys.argv[1]), int(sys.argv[2])
network = chain([layer("input"), *(layer("relu") for _ in range(layers)), layer("output")]).network
for number in itertools.count(int(sys.argv[3])):
    write_project(path, Project(network, {"about": {"title": f"Version {number}"}}))
    print(number, flush=True)
"""


def play(round: Round) -> int:
    """Ten kills of a program that saves without pause, at any moment."""
    path, version = round.place / "project.netloom", 0
    for _ in range(KILLS):
        layers = round.chance.choice((3, 60, 1_000))
        saver = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(path), str(layers), str(version + 1)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert saver.stdout is not None
        said = int(saver.stdout.readline())  # saving has begun
        time.sleep(round.chance.uniform(0, 0.3))
        os.kill(saver.pid, signal.SIGKILL)
        rest = saver.stdout.read().split()
        saver.wait()
        saver.stdout.close()
        version = _version(path, max([said, *map(int, rest)]))
    _nothing_beside(path)
    return KILLS


def _nothing_beside(path: Path) -> None:
    """The drafts of the killed programs go with the next save, once they are no new ones."""
    for file in path.parent.iterdir():
        os.utime(file, (time.time() - 60,) * 2)
    write_project(path, read_project(path))
    left = [file.name for file in path.parent.iterdir() if file != path]
    assert not left, f"{left} are left beside the project"


def _version(path: Path, told: int) -> int:
    """The version in the file: the last that was told to be saved, or the one that was just being saved."""
    project = read_project(path)
    about = project.sections["about"]
    assert isinstance(about, dict)
    version = int(str(about["title"]).split()[1])
    assert version in (told, told + 1), f"version {version} is in the file, {told} was saved"
    return version


PROMISE = Promise("a kill while saving leaves the old file or the new one, whole", 2_000, play)

"""Hostile texts in every place for one: the real window shows them all, and reads no file that they name."""

from __future__ import annotations

import atexit
import json
import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.battery.live_window import LOADED, shown_window, wait
from tests.battery.promise import Promise, Round
from tests.hostile import WATCHES, Trap, lesson, write_hostile_project
from tests.window_walk import QtMessages, look, walk
from widgets.data.data_view import DataView
from widgets.shell.window import MainWindow


class Counted(Iterator[str]):
    """Hostile texts, counted: each is a case."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts, self.count = texts, 0

    def __next__(self) -> str:
        self.count += 1
        return next(self._texts)


@cache
def window() -> MainWindow:
    """One window for all rounds, with a worker."""
    made = shown_window()
    made.resize(1280, 820)
    atexit.register(made.close_now)  # and with it its worker
    return made


def play(round: Round) -> int:
    """One hostile project with its table, run, kept block and lesson."""
    if not WATCHES:
        return 1  # nothing tells who opens a file here; the tests of labels and pages hold
    trap = Trap(round.place)
    before = Path.cwd()
    os.chdir(round.place)  # the picture lies there under its bare name too
    try:
        texts = Counted(trap.texts(round.chance))
        _walked(round, trap, texts)
        return texts.count
    finally:
        os.chdir(before)
        trap.close()


def _walked(round: Round, trap: Trap, texts: Iterator[str]) -> None:
    shown = window()
    path = write_hostile_project(round.place, texts)
    taught = round.place / "own.json"
    taught.write_text(json.dumps(lesson(texts)))
    with QtMessages() as qt:
        shown.files.open(path)
        if shown.session.path != path.resolve():  # the project before was edited
            shown.session.open(path)
        shown.show_workspace("data")
        _wait_for_data(shown)
        found = list(walk(shown))
        assert not found, f"read as HTML: {found[:3]}"
        shown.open_lesson(taught)
        found = list(_steps(shown, round.chance))
        assert not found, f"read as HTML in a lesson: {found[:3]}"
    assert not trap.opened(), "the picture was opened"
    assert qt.complaints == []


def _wait_for_data(shown: MainWindow) -> None:
    view = shown.workbench.panel("data")
    assert isinstance(view, DataView)
    wait(lambda: view.preview is not None, LOADED, "the table is read")  # the worker loads torch first


def _steps(shown: MainWindow, chance: random.Random) -> Iterator[str]:
    """Each step of the lesson, some of them answered."""
    for _ in range(4):
        yield from look(shown)
        if chance.random() < 0.5:
            shown.workbench.lesson.answered.emit(1.0)
        shown.workbench.lesson.moved.emit(1)


PROMISE = Promise("texts of files stay texts, and load nothing", 20_000, play)

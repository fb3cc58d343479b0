"""What runs are called: by their project and the time, and so that no two beside each other are called alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.training.run_trash import discard, trash_run
from app.training.runs import PROJECT
from widgets.look.theme import ThemeSource
from widgets.training.run_entries import shown_name
from widgets.training.run_model import RunModel


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        (["own-20261130-233301"], ["own  23:33"]),
        (["own-20261130-233301", "own-20261130-233405"], ["own  23:33", "own  23:34"]),
        (["own-20261130-233301", "own-20261130-233340"], ["own  23:33:01", "own  23:33:40"]),
        (["own-20261130-233301", "own-20261130-233301-2"], ["own  23:33:01", "own  23:33:01 (2)"]),
        (["untitled-20261130-233301", "own-20261130-233340"], ["own  23:33:01", "own  23:33:40"]),
        (["own-20261129-233301", "own-20261130-233340"], ["own  2026-11-29 23:33", "own  2026-11-30 23:33"]),
        (["my best", "own-20261130-233301"], ["my best", "own  23:33"]),
    ],
)
def test_runs_of_the_same_minute_are_called_differently(tmp_path: Path, folders: list[str], said: list[str]) -> None:
    for name in folders:
        (tmp_path / name).mkdir()
    assert [shown_name(tmp_path / name, "own") for name in folders] == said


def test_a_name_grows_when_a_second_run_of_the_minute_comes(tmp_path: Path) -> None:
    first = tmp_path / "own-20261130-233301"
    first.mkdir()
    assert shown_name(first, "own") == "own  23:33"
    (tmp_path / "own-20261130-233340").mkdir()
    assert shown_name(first, "own") == "own  23:33:01"


def test_a_deleted_run_and_those_beside_it_are_called_as_before(tmp_path: Path) -> None:
    first, second = (tmp_path / f"own-20261130-2333{seconds}" for seconds in ("01", "40"))
    for run in (first, second):
        run.mkdir()
        (run / PROJECT).touch()
    deleted = trash_run(first)
    assert shown_name(deleted.path, "own") == "own  23:33:01"
    assert shown_name(second, "own") == "own  23:33:40"
    discard(deleted)
    assert shown_name(second, "own") == "own  23:33"


def test_a_run_keeps_its_hue_when_it_is_ticked_again_or_comes_back() -> None:
    model, first, second = RunModel(ThemeSource("light")), Path("first"), Path("second")
    model.tick(first, True)
    model.tick(second, True)
    for run in (first, second):
        model.tick(run, False)
    model.tick(second, True)
    model.tick(first, True)
    assert (model.hue(first), model.hue(second)) == (0, 1)
    reopened = RunModel(ThemeSource("light"))
    reopened.keep_hues({path.name: hue for path, hue in model.shown.items()})
    reopened.tick(second, True)
    reopened.tick(first, True)
    assert reopened.shown == model.shown

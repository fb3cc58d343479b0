"""What a search from a script found."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.sweep_results import Sweep


def test_trials_are_a_table_and_the_best_is_a_run(tmp_path: Path) -> None:
    project = netloom.preset("iris_softmax")
    found = project.sweep(1, out=tmp_path / "search", epochs=1)
    assert type(found) is Sweep and found.folder == tmp_path / "search"
    more = project.sweep(2, out=tmp_path / "search", epochs=1)
    frame = more.frame()
    assert sorted(frame.index) == [1, 2] and set(frame["status"]) == {"completed"}
    assert str(more.best().path) == frame["run"].iloc[0]
    assert "2 trials" in repr(more)


def test_without_a_trial_that_ended_there_is_no_best(tmp_path: Path) -> None:
    wild = netloom.preset("diabetes_mlp").changed(learning_rate=1000.0, optimiser="sgd", epochs=3)
    found = wild.sweep(1, out=tmp_path / "search")
    assert found.frame()["status"].tolist() == ["failed"]
    with pytest.raises(netloom.NetloomError, match="No trial"):
        found.best()

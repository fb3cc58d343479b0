"""Deleted runs: they lie beside the others, come back whole, and go for good after their time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.system.locks import try_lock
from app.training.run_trash import DAYS, TRASH, deleted_runs, discard, discard_old, restore_run, trash_run
from app.training.runs import LOCK, Run, runs
from graph.errors import NetloomError


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run in a folder of runs."""
    folder = tmp_path / "runs" / "digits"
    Run.create(folder, {"netloom": 2}, {})
    (folder / "weights.safetensors").write_bytes(b"0" * 100)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_deleted_run_is_listed_no_more_and_comes_back_whole(run: Path) -> None:
    before = contents(run)
    deleted = trash_run(run)
    assert not run.exists() and runs(run.parent) == []
    assert [(each.path, each.original) for each in deleted_runs(run.parent)] == [(deleted.path, run)]
    assert restore_run(deleted) == run and contents(run) == before
    assert not (run.parent / TRASH).exists()


def test_two_runs_of_one_name_are_deleted_and_both_come_back(run: Path) -> None:
    first = trash_run(run)
    Run.create(run, {"netloom": 2}, {"seed": 7})
    second = trash_run(run)
    assert restore_run(second) == run
    assert restore_run(first) == run.with_name("digits-2")
    with pytest.raises(NetloomError, match=r"“digits” cannot be put back: it is no longer in the trash"):
        restore_run(first)


def test_what_is_no_run_or_is_in_training_is_not_deleted(run: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    with pytest.raises(NetloomError, match="does not look like a run"):
        trash_run(tmp_path / "letters")
    lock = try_lock(run / LOCK)
    assert lock is not None
    with pytest.raises(NetloomError, match="another program trains it"):
        trash_run(run)
    lock.release(remove=True)
    assert set(contents(trash_run(run).path)) == {
        "project.netloom",
        "environment.json",
        "metrics.jsonl",
        "weights.safetensors",
    }


def test_only_what_is_past_its_time_is_discarded(run: Path) -> None:
    old = trash_run(run)
    Run.create(run, {"netloom": 2}, {})
    trash_run(run)
    os.utime(old.path.parent, (time.time() - (DAYS + 1) * 24 * 3600,) * 2)
    discard_old(run.parent)
    (kept,) = deleted_runs(run.parent)
    assert kept.path != old.path and not old.path.parent.exists()
    discard(kept)
    discard(kept)  # another window was first: nothing to do
    assert deleted_runs(run.parent) == [] and not (run.parent / TRASH).exists()

"""Locks between processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.system.locks import FileLock, try_lock
from graph.file_locks import hold


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    first = try_lock(tmp_path / "a.lock")
    assert first is not None
    assert try_lock(tmp_path / "a.lock") is None
    first.release()
    first.release()
    again = try_lock(tmp_path / "a.lock")
    assert again is not None
    again.release(remove=True)
    assert not (tmp_path / "a.lock").exists()


def test_a_lock_whose_file_is_removed_while_another_opens_it_is_not_held_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.lock"
    first = try_lock(path)
    assert first is not None
    meanwhile: list[FileLock | None] = []

    def late(handle: int) -> bool:
        """Between opening and locking, the holder lets go and a third process takes the lock."""
        monkeypatch.setattr("app.system.locks.hold", hold)
        first.release(remove=True)
        meanwhile.append(try_lock(path))
        return hold(handle)

    monkeypatch.setattr("app.system.locks.hold", late)
    assert try_lock(path) is None
    assert meanwhile[0] is not None
    meanwhile[0].release(remove=True)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_leaves_the_file_that_took_its_place(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    first = try_lock(run / "a.lock")
    assert first is not None
    run.rename(tmp_path / "moved")
    run.mkdir()
    second = try_lock(run / "a.lock")
    assert second is not None
    first.release(remove=True)
    assert try_lock(run / "a.lock") is None
    second.release(remove=True)

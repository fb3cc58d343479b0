"""Files are written whole or not at all, and the drafts of killed processes go."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import atomic_write
from graph.atomic_write import draft, draft_folder, remove_lost_drafts, write_atomically
from graph.errors import NetloomError

KILLED = """
import os, signal, sys
from pathlib import Path
from graph.atomic_write import draft, draft_folder
folder = Path(sys.argv[1])
with draft(folder / "a.netloom") as file, draft_folder(folder) as partial:
    file.write(b"half of it")
    (partial / "inside").write_bytes(b"half of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(atomic_write, "PAUSE", 0.0)
    return iter([None])


def aged(folder: Path, seconds: float) -> None:
    """Make everything in ``folder`` older."""
    for path in folder.iterdir():
        os.utime(path, (time.time() - seconds,) * 2)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_drafts_of_a_killed_process_go_with_the_next_save(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert len(names(tmp_path)) == 2
    write_atomically(tmp_path / "b", b"1")
    assert len(names(tmp_path)) == 3  # they may be another's that was made just now
    aged(tmp_path, 20)
    write_atomically(tmp_path / "b", b"2")
    assert names(tmp_path) == {"b"}


def test_drafts_of_a_living_process_stay(tmp_path: Path) -> None:
    with draft(tmp_path / "a") as file, draft_folder(tmp_path) as partial:
        file.write(b"1")
        aged(tmp_path, 10_000)
        remove_lost_drafts(tmp_path)
        assert partial.is_dir()
        partial.rename(tmp_path / "folder")
    assert names(tmp_path) == {"a", "folder"}
    assert (tmp_path / "a").read_bytes() == b"1"


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    theirs = {".a.netloom.swp", ".b.abcd1234", ".netloom-mine", "x.draft", ".c.netloom.abcd1234~"}
    for name in (*theirs, ".a.netloom.abcd1234", ".best.safetensors.k_9xyz12"):
        (tmp_path / name).write_bytes(b"")
    remove_lost_drafts(tmp_path)
    assert len(names(tmp_path)) == 7
    aged(tmp_path, 10_000)
    remove_lost_drafts(tmp_path)
    assert names(tmp_path) == theirs


def test_a_folder_is_not_looked_through_with_every_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_write, "PAUSE", 30.0)
    write_atomically(tmp_path / "a", b"")
    (tmp_path / ".netloom-x.draft").write_bytes(b"")
    aged(tmp_path, 100)
    write_atomically(tmp_path / "a", b"")
    assert len(names(tmp_path)) == 2


def test_a_read_only_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.netloom"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(NetloomError, match=r"a\.netloom is read-only and was not saved\. Save under another name"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.netloom"}


def test_an_error_while_writing_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(NetloomError, match="was not saved: no space left"), draft(path) as file:
        file.write(b"new")
        raise OSError(28, "No space left on device")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a"}


def test_a_name_as_long_as_the_system_allows_can_be_saved(tmp_path: Path) -> None:
    write_atomically(tmp_path / ("n" * 255), b"1")
    assert names(tmp_path) == {"n" * 255}

"""The recovery journal and the home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.project.recovery import Journal, unsaved
from app.system import home
from graph.errors import NetloomError

PROJECT = {"netloom": 1, "network": {"layers": [], "connections": []}}

CRASH = """
import os, sys
from pathlib import Path
from app.project.recovery import Journal
journal = Journal(Path(sys.argv[1]))
journal.write({"netloom": 1, "notes": "unsaved", "network": {}}, None)
os._exit(1)
"""


def test_a_journal_whose_window_is_open_is_not_offered(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(PROJECT, tmp_path / "one.netloom")
    assert unsaved(tmp_path) == []
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_crash_leaves_work_that_can_be_read_and_discarded(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], check=False)
    assert done.returncode == 1
    (entry,) = unsaved(tmp_path)
    assert entry.title == "Untitled project"
    assert entry.read().sections["notes"] == "unsaved"
    entry.discard()
    assert list(tmp_path.iterdir()) == []


def test_saving_clears_the_entry(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(PROJECT, None)
    journal.clear()
    assert not list(tmp_path.glob("*.json"))
    journal.close()


def test_a_damaged_entry_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{", "utf-8")
    assert unsaved(tmp_path) == []


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    with pytest.raises(NetloomError, match="not protected"):
        Journal(file).write(PROJECT, None)


def test_the_home_is_made_where_it_is_wanted(netloom_home: Path) -> None:
    assert home.home() == netloom_home
    assert home.folder("recovery") == netloom_home / "recovery"
    assert (netloom_home / "recovery").is_dir()


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "file"))
    with pytest.raises(NetloomError, match="NETLOOM_HOME"):
        home.folder("recovery")

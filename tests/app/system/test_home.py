"""Netloom's home folder: where it is on each system, and what is said where it cannot be made."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.system import home
from graph.errors import NetloomError


@pytest.mark.parametrize(
    ("platform", "variable", "place"),
    [
        ("win32", "LOCALAPPDATA", "given/Netloom"),
        ("win32", None, "AppData/Local/Netloom"),
        ("darwin", None, "Library/Application Support/Netloom"),
        ("linux", "XDG_DATA_HOME", "given/netloom"),
        ("linux", None, ".local/share/netloom"),
    ],
)
def test_each_system_has_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str | None, place: str
) -> None:
    for name in ("NETLOOM_HOME", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "given"))
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert home.home() == tmp_path / place


def test_a_folder_is_made_with_those_above_it(netloom_home: Path) -> None:
    assert home.folder("a/b") == netloom_home / "a" / "b"
    assert (netloom_home / "a" / "b").is_dir()
    assert home.folder("a/b").is_dir()


def test_a_folder_in_the_place_of_a_file_is_refused_with_what_helps(netloom_home: Path) -> None:
    (netloom_home / "taken").write_text("")
    with pytest.raises(NetloomError, match=r"taken/runs cannot be made: not a directory\. Set NETLOOM_HOME"):
        home.folder("taken/runs")
    with pytest.raises(NetloomError, match=r"not a directory\. Choose another folder\.$"):
        home.make_folder(netloom_home / "taken" / "runs")


def test_a_home_for_a_while_is_that_of_one_thread_alone(netloom_home: Path, tmp_path: Path) -> None:
    environment = dict(os.environ)
    with ThreadPoolExecutor(1) as other, home.home_in(tmp_path / "empty"):
        assert home.home() == tmp_path / "empty" and home.folder("cache") == tmp_path / "empty" / "cache"
        assert other.submit(home.home).result() == netloom_home
        assert dict(os.environ) == environment
        with home.home_in(tmp_path / "inner"):
            assert home.home() == tmp_path / "inner"
        assert home.home() == tmp_path / "empty"
    assert home.home() == netloom_home

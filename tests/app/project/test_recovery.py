"""The recovery journal and the home."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.project import journal as journals
from app.project.journal import Journal
from app.project.journal_lines import Standing
from app.project.recovery import Unsaved, unsaved
from app.system import home
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.project import Project, project_json
from tests.graph.networks import chain, layer

OPEN: list[Journal] = []

CRASH = """
import os, sys
from pathlib import Path
from app.project.journal import Journal
from app.project.journal_lines import Standing
from graph.project import Project
journal = Journal(Path(sys.argv[1]))
journal.begin(Project(sections={"notes": "unsaved"}), Standing(None, None, "a1", False))
journal.settle()
os._exit(1)
"""


class Window:
    """A document whose edits are kept, as the window keeps them."""

    def __init__(self, folder: Path, layers: int = 3, path: Path | None = None) -> None:
        self.document = chain([layer("input"), *(layer("relu") for _ in range(layers)), layer("output")])
        self.document.mark_saved()
        self.journal, self.path = Journal(folder), path
        OPEN.append(self.journal)
        self.document.subscribe(self.keep, first=True)

    @property
    def standing(self) -> Standing:
        return Standing(self.path, "5a", "a1", not self.document.modified)

    @property
    def project(self) -> Project:
        return Project(self.document.network, dict(self.document.sections), "a1")

    def begin(self) -> None:
        self.journal.begin(self.project, self.standing)

    def keep(self, commit: Commit) -> None:
        self.journal.add(commit.changes, self.standing)

    def write(self, notes: str) -> None:
        with self.document.transaction("Write"):
            self.document.set_section("notes", notes)

    def killed(self) -> None:
        self.journal.abandon()


@pytest.fixture(autouse=True)
def everything_is_let_go_of() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().abandon()


def recovered(folder: Path) -> Unsaved:
    [entry] = unsaved(folder)
    return entry


def test_a_journal_whose_window_is_open_is_not_offered(tmp_path: Path) -> None:
    window = Window(tmp_path, path=tmp_path / "one.netloom")
    window.begin()
    window.write("a")
    window.journal.settle()
    assert unsaved(tmp_path) == []
    window.journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_crash_leaves_work_that_can_be_read_and_discarded(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], check=False)
    assert done.returncode == 1
    entry = recovered(tmp_path)
    assert (entry.title, entry.print) == ("Untitled project", None)
    assert (entry.read().sections["notes"], entry.read().id) == ("unsaved", "a1")
    entry.discard()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NetloomError, match="recovered or discarded in another window"):
        entry.read()


def test_every_edit_after_the_base_is_there(tmp_path: Path) -> None:
    window = Window(tmp_path, 300, tmp_path / "one.netloom")
    window.begin()
    window.journal.step()
    window.write("while the base is made")
    window.journal.settle()
    with window.document.transaction("More"):
        window.document.rename("relu7", "seventh")
        window.document.move({"seventh": (1.0, 2.0)})
    window.write("after it")
    window.document.undo()
    window.killed()
    entry = recovered(tmp_path)
    assert project_json(entry.read()) == project_json(window.project)
    assert (entry.path, entry.print) == (tmp_path / "one.netloom", "5a")


def test_there_is_nothing_to_recover_of_what_is_saved(tmp_path: Path) -> None:
    window = Window(tmp_path)
    window.begin()
    window.journal.settle()
    window.killed()
    assert unsaved(tmp_path) == [] and list(tmp_path.iterdir()) == []
    window.begin()
    window.journal.settle()
    window.write("a")
    window.document.mark_saved()
    window.journal.note(window.standing)
    window.killed()
    assert unsaved(tmp_path) == [] and list(tmp_path.iterdir()) == []


def test_an_edit_that_is_undone_leaves_nothing_and_the_next_one_does(tmp_path: Path) -> None:
    window = Window(tmp_path)
    window.begin()
    window.journal.settle()
    window.write("a")
    window.document.undo()
    [place] = tmp_path.glob("*.journal")
    assert b'"clean":true' in place.read_bytes().splitlines()[-1]
    window.write("b")
    window.killed()
    assert recovered(tmp_path).read().sections["notes"] == "b"


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_last_line_is_left_out(tmp_path: Path, cut: int) -> None:
    window = Window(tmp_path)
    window.begin()
    window.journal.settle()
    window.write("whole")
    window.write("torn")
    window.killed()
    [file] = tmp_path.glob("*.journal")
    file.write_bytes(file.read_bytes()[:-cut])
    assert recovered(tmp_path).read().sections["notes"] == "whole"


def test_what_follows_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    window = Window(tmp_path)
    window.begin()
    window.journal.settle()
    for word in ("first", "second", "third"):
        window.write(word)
    window.killed()
    [file] = tmp_path.glob("*.journal")
    file.write_bytes(file.read_bytes().replace(b"second", b"sECond", 1))
    assert recovered(tmp_path).read().sections["notes"] == "first"


def test_many_edits_get_a_new_base_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "LONG", 1000)
    window, largest = Window(tmp_path, 20), 0
    window.begin()
    window.journal.settle()
    for number in range(300):
        window.write(f"edit {number}")
        if window.journal.long:
            window.begin()
        elif number % 2:
            window.journal.step()
        largest = max(largest, *(file.stat().st_size for file in tmp_path.glob("*.journal")))
        if not number % 50:
            window.journal.sync()
    assert largest < 20_000
    window.killed()
    assert recovered(tmp_path).read().sections["notes"] == "edit 299"


def test_edits_wait_for_the_first_base_no_longer_than_they_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("app.project.journal.time.monotonic", lambda: now[0])
    window = Window(tmp_path, 300)
    window.begin()
    assert not window.journal.urgent
    window.write("1")
    assert not window.journal.urgent
    now[0] = 1.5
    assert window.journal.urgent
    window.journal.settle()
    assert not window.journal.urgent
    window.journal.clear()
    window.begin()  # of a project with an edit, which is in the base alone
    assert not window.journal.urgent
    for number in range(3):
        window.write(f"again {number}")
    assert window.journal.urgent


def test_a_full_disk_is_told_and_keeps_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(tmp_path)
    window.begin()
    window.journal.settle()
    window.write("kept")

    def full(log: object, text: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("app.project.journal._Log.append", full)
        with pytest.raises(NetloomError, match=r"not protected .*no space left on device\. Save the project"):
            window.write("not kept")
        assert not window.journal.covers
        window.begin()
        with pytest.raises(NetloomError, match="not protected"):
            window.journal.settle()
    assert len(list(tmp_path.glob("*.journal"))) == 1 and not list(tmp_path.glob("*.part"))
    window.begin()
    window.journal.settle()
    window.write("kept again")
    window.killed()
    assert recovered(tmp_path).read().sections["notes"] == "kept again"


def test_what_no_file_can_hold_is_told(tmp_path: Path) -> None:
    window = Window(tmp_path)
    window.begin()
    window.journal.settle()
    window.write("kept")
    with pytest.raises(NetloomError, match="half of a character"):
        window.write("\ud800")
    window.killed()
    assert recovered(tmp_path).read().sections["notes"] == "kept"


def test_damaged_entries_and_those_of_a_newer_netloom_are_not_offered(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{", "utf-8")
    (tmp_path / "y.journal").write_text("damaged\n", "utf-8")
    (tmp_path / "z.part").write_bytes(b"")
    assert unsaved(tmp_path) == []
    assert {file.name for file in tmp_path.iterdir()} == {"x.json", "y.journal"}
    assert unsaved(tmp_path / "nowhere") == []


def test_an_entry_of_version_1_whose_file_is_newer_counts_as_overtaken(tmp_path: Path) -> None:
    path = tmp_path / "a.netloom"
    entry = {"recovery": 1, "path": str(path), "written": time.time() - 100, "project": project_json(Project())}
    (tmp_path / "x.json").write_text(json.dumps(entry), "utf-8")
    assert recovered(tmp_path).print is None
    path.write_bytes(b"")
    assert recovered(tmp_path).print == ""


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    journal = Journal(file)
    journal.begin(Project(), Standing(None, None, "", clean=False))
    with pytest.raises(NetloomError, match="not protected"):
        journal.settle()


def test_edits_are_heard_in_their_order_whatever_others_edit_as_they_hear_them(tmp_path: Path) -> None:
    document, names = Document(), list[str]()

    def add(commit: Commit) -> None:
        if commit.name == "outer":
            with document.transaction("inner"):
                document.set_section("notes", "inner")

    document.subscribe(add)
    document.subscribe(lambda commit: names.append(commit.name), first=True)
    with document.transaction("outer"):
        document.set_section("notes", "outer")
    assert names == ["outer", "inner"]


def test_the_home_is_made_where_it_is_wanted(netloom_home: Path) -> None:
    assert home.home() == netloom_home
    assert home.folder("recovery") == netloom_home / "recovery"
    assert (netloom_home / "recovery").is_dir()


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "file"))
    with pytest.raises(NetloomError, match="NETLOOM_HOME"):
        home.folder("recovery")

"""Actions and views of Understand are found by themselves, and each is added by one file, as the architecture shows."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from widgets.launch import make_window
from widgets.shell import action_registry
from widgets.shell.action_registry import Action, discover, in_order
from widgets.shell.window import MainWindow
from widgets.understand import view_registry
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def example(begin: str) -> str:
    """The code block of the architecture page that follows ``begin``."""
    found = re.search(rf"{re.escape(begin)}.*?```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found is not None, begin
    return found[1]


def run(begin: str, name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the example of the page defines, as a module of its own."""
    module = types.ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(example(begin), str(PAGE), "exec"), module.__dict__)
    return module.__dict__


def action(id: str, menu: str = "Edit", after: str = "") -> Action:
    return Action(id, menu, id, lambda _: None, after=after)


@pytest.mark.built("workbench")
def test_the_action_of_the_architecture_page_runs(
    window: MainWindow, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (added,) = run("**Add an action**", "copy_summary_actions", monkeypatch)["ACTIONS"]
    every = in_order([*discover(), added])
    assert [action.id for action in every if action.menu == "Edit"][1:3] == ["redo", "copy_summary"]
    monkeypatch.setattr(action_registry, "discover", lambda: every)
    other = make_window()
    other.loader.require("workbench")
    other.files.open(project_file)
    other.commands["copy_summary"].trigger()
    assert [notice.text for notice in other.banners.notices] == ["The summary was copied."]
    other.close_now()
    other.deleteLater()


@pytest.mark.built("training")
def test_the_view_of_the_architecture_page_is_one(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(Tab.registered)
    monkeypatch.setattr(Tab, "registered", list(before))
    view = run("**Add a view of Understand**", "widgets.understand.size_tab", monkeypatch)["SizeTab"]
    assert Tab.registered == [*before, view]
    assert view in view_registry.discover.__wrapped__()
    assert window.training.controller is not None
    subject = Subject(window.training.controller, window)
    made = view(window.themes, subject)
    made.setParent(window)
    subject.follow(window.session.document, None)
    made.on_subject()
    assert made.count.text() == "0 layers"


def test_actions_stand_behind_those_they_follow() -> None:
    found = in_order([action("c", after="b"), action("a"), action("z", "File"), action("b", after="a"), action("d")])
    assert [action.id for action in found] == ["z", "a", "b", "c", "d"]


def test_an_action_behind_nothing_and_an_id_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="b is to follow x, which there is not"):
        in_order([action("a"), action("b", after="x")])
    with pytest.raises(ValueError, match="same id"):
        in_order([action("a"), action("a")])


def test_views_stand_in_the_order_of_their_groups() -> None:
    groups = [view.group for view in view_registry.discover()]
    assert groups == sorted(groups, key=list(Group).index)
    places = [(view.group, view.place) for view in view_registry.discover()]
    assert len(set(places)) == len(places)
    assert all(view.sentence for view in view_registry.discover())

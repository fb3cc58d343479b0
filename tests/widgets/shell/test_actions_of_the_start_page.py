"""Actions while the start page is on show: none does something to a project that is not seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from widgets.shell.actions.help_actions import guide_window
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")


def test_nothing_is_edited_behind_the_start_page(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.workbench.add_layer("relu")
    window.workbench.canvas.select(["conv1"])
    edits = ("undo", "note", "tidy", "connect")
    assert all(window.commands[action].isEnabled() for action in edits)
    window.show_start()
    assert not any(window.commands[action].isEnabled() for action in edits)
    window.show_workbench()
    assert all(window.commands[action].isEnabled() for action in edits)


def test_the_glossary_opens_in_the_guide(window: MainWindow) -> None:
    window.show_start()
    window.commands["glossary"].trigger()
    guide = window.part(guide_window)
    page = guide.guide.page
    assert guide.isVisible() and page is not None and page.id == "glossary"
    assert window.start.isVisible()
    guide.close()


def test_the_description_is_shown_with_its_project(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.show_start()
    window.commands["page"].trigger()
    assert window.workbench.description.isVisible()

"""A test that takes long says how far it is, where its outcome will stand, and is given up with its part."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.evaluation_messages import Evaluate
from app.protocol.messages import Unfinished
from graph.document import Document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.training.busy_covers import Cover
from widgets.understand.errors.errors_tab import ErrorsTab


def words(silent: Silent) -> str:
    """What lies over the page at present."""
    covers = [cover for cover in silent.panel.view(ErrorsTab).findChildren(Cover) if cover.isVisible()]
    return covers[0].text() if covers else ""


def test_a_test_says_how_far_it_is(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    project = preset("digits_mlp").project
    silent.panel.subject.show_run(saved_run(tmp_path, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Errors")
    silent.panel.show()
    number, first = silent.take("Evaluate")
    assert first.part == "test"
    progress = Unfinished(what="Testing", done=1200, whole=3000, sentence="Testing 1,200 of 3,000 samples")
    silent.link._dispatch(progress, number)
    qtbot.waitUntil(lambda: words(silent).startswith("Testing 1,200 of 3,000 samples"))
    part = silent.panel.view(ErrorsTab).part
    part.setCurrentIndex(part.findData("train"))
    assert silent.request(Evaluate).part == "train"
    assert number not in silent.link._requests, "nobody waits for the test of the other part"
    silent.refuse("Evaluate", "The weights were altered.")
    tab = silent.panel.view(ErrorsTab)
    assert words(silent) == "" and tab.says.isVisible() and tab.says.text() == "The weights were altered."

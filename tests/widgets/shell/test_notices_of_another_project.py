"""What is said of one project, in banners and over the panels, is gone when another one is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.protocol.data_messages import DataPreviewed
from graph.project import write_project
from tests.app.protocol import samples
from tests.widgets.conftest import digits_project
from tests.widgets.training.advice_scene import OVERFITTING, Scene
from widgets.data.data_view import DataView
from widgets.shell.actions.link_actions import LinkActions
from widgets.shell.banners import Notice
from widgets.shell.window import MainWindow
from widgets.training.inline_notice import InlineNotice
from widgets.training.training_controller import TrainingController
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("data")


def train_panel(window: MainWindow) -> TrainPanel:
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    return panel


def set_section(window: MainWindow, name: str, **values: Any) -> None:
    document = window.session.document
    before = document.sections.get(name)
    with document.transaction(f"Set {name}"):
        document.set_section(name, {**(before if isinstance(before, Mapping) else {}), **values})


def hint_at_rate(window: MainWindow) -> None:
    """Type a learning rate of 10, as a person does."""
    window.show_workspace("train")
    field = train_panel(window).plan.forms["Training"].field("learning_rate").editor()
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "10")
    QTest.keyClick(field, Qt.Key.Key_Return)


def block_training(window: MainWindow) -> None:
    set_section(window, "data", source="iris")
    bring_data(window)
    window.training.train()


def overfit(window: MainWindow) -> None:
    scene = Scene(train_panel(window), window.session.document)
    scene.begin()
    scene.epochs(OVERFITTING)
    scene.say(samples.finished())


def change_while_training(window: MainWindow) -> None:
    Scene(train_panel(window), window.session.document).begin()
    set_section(window, "plan", epochs=77)


def fail(window: MainWindow, workspace: str) -> None:
    """A training fails, which the panel says in place and a banner says elsewhere."""
    window.show_workspace(workspace)
    scene = Scene(train_panel(window), window.session.document)
    scene.begin()
    scene.say(samples.finished(status="failed", reason="The loss is not a number."))


def bring_data(window: MainWindow, **changes: Any) -> None:
    view = window.workbench.panel("data")
    assert isinstance(view, DataView) and view.section is not None
    known = preview(prepare(DataChoice.parse(view.section)), 40)
    view._on_preview(DataPreviewed(preview=replace(known, **changes)))


def misfit(window: MainWindow) -> None:
    set_section(window, "data", source="iris")
    bring_data(window, lopsided="The classes are lopsided.", leaks=("A column gives the answer away.",))


def follow_lost_link(window: MainWindow) -> None:
    window.part(LinkActions).follow("layer:nowhere")


def notices_of(window: MainWindow) -> list[str]:
    """All that is said in banners and over the panels."""
    inline = [notice.text for notice in window.findChildren(InlineNotice)]
    return [*(notice.text for notice in window.banners.notices), *filter(None, inline)]


NOTICES: tuple[tuple[Callable[[MainWindow], object], tuple[str, ...]], ...] = (
    (hint_at_rate, ("A learning rate of 10 is high",)),
    (block_training, ("This network cannot train yet.",)),
    (overfit, ("The network overfits.",)),
    (change_while_training, ("Changed: epochs",)),
    (partial(fail, workspace="train"), ("The loss is not a number.",)),
    (partial(fail, workspace="network"), ("The loss is not a number.",)),
    (misfit, ("The classes are lopsided.", "A column gives the answer away.", "but the data brings a vector of 4")),
    (follow_lost_link, ("There is no layer “nowhere”",)),
)


@pytest.mark.parametrize(("make", "sentences"), NOTICES)
def test_a_notice_of_one_project_is_gone_with_it(
    window: MainWindow, project_file: Path, tmp_path: Path, make: Callable[[MainWindow], object], sentences: list[str]
) -> None:
    write_project(tmp_path / "other.netloom", digits_project())
    window.files.open(project_file)
    make(window)
    before = notices_of(window)
    assert all(any(sentence in text for text in before) for sentence in sentences), before
    first = window.session.document
    buttons = [button for notice in window.findChildren(InlineNotice) for button in notice.findChildren(QPushButton)]
    with first.transaction("Nothing"):
        first.mark_saved()
    window.files.open(tmp_path / "other.netloom")
    document = window.session.document
    assert document is not first, notices_of(window)
    assert notices_of(window) == []
    stands = document.network, dict(document.sections)
    for button in buttons:
        button.click()
    assert (document.network, dict(document.sections)) == stands


def test_a_training_asked_for_anew_is_not_begun_in_another_project(
    window: MainWindow, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[object]()
    monkeypatch.setattr(TrainingController, "train", lambda *arguments, **_: asked.append(arguments))
    write_project(tmp_path / "other.netloom", digits_project())
    window.files.open(project_file)
    scene = Scene(train_panel(window), window.session.document)
    for way in ("stay", "leave"):
        scene.begin()
        window.training.train_again()
        scene.say(samples.finished(status="stopped"))
        if way == "leave":
            window.files.open(tmp_path / "other.netloom")
        QTest.qWait(20)
        assert len(asked) == 1, way


def test_notices_leave_with_the_page_and_with_the_project(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.show_workspace("network")
    window.say(Notice("Wrote network.png.", "ok", (), "export"))
    window.say(Notice("The network cannot train yet.", "error", (), "cannot-train", of_project=True))
    window.show_start()
    assert window.notices == ()
    window.show_workbench()
    assert window.notices == ("The network cannot train yet.",)
    window.say(Notice("Its data may be replaced.", "info", (("Replace", lambda: None),), of_project=True, open=True))
    window.say(Notice("Wrote digits.zip.", "ok", (), "pack"))
    window.files.new()
    assert window.notices == ()

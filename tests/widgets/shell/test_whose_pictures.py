"""Pictures on cards, the score and the confusion matrix say whose they are where an older run is picked in the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.views import NetworkViews
from tests.app.protocol import samples
from tests.widgets.shell.test_live_previews import pictures
from tests.widgets.shell.trained_run import train_file
from widgets.canvas.live_cards import LiveCards
from widgets.shell.live_previews import LIVE
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel
from widgets.understand.subject import Subject
from widgets.understand.understand_panel import UnderstandPanel

PATIENCE = 60_000


class TwoRuns:
    """A project with two runs: the newer is its last one, the older can be picked in the list."""

    def __init__(self, window: MainWindow, older: Path, newer: Path) -> None:
        self.window, self.older, self.newer = window, older, newer
        panel = window.workbench.panel("train")
        assert isinstance(panel, TrainPanel)
        self.panel = panel

    def pick(self, qtbot: QtBot, run: Path) -> None:
        """Click a run in the list."""
        self.panel.show_runs()
        row = self.panel.runs.model.row_of(run)
        assert row is not None
        place = self.panel.runs.table.visualRect(self.panel.runs.model.index(row, 0))
        qtbot.mouseClick(self.panel.runs.table.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
        current = self.panel.runs.current
        assert current is not None and current.path == run

    def name(self, run: Path) -> str:
        """What a run is called."""
        return self.panel._name_of(run)

    @property
    def caption(self) -> str:
        """What the corner of the canvas says, empty where it says nothing."""
        caption = self.window.workbench.canvas.caption
        return caption.text() if caption.isVisible() else ""

    @property
    def tip(self) -> str:
        """What the tooltip of a card says of its pictures."""
        cards = self.window.workbench.canvas.surface.extras[LIVE]
        assert isinstance(cards, LiveCards)
        return cards.description("conv1")


@pytest.fixture
def runs(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> TwoRuns:
    def reply(_: Subject, request: object, on_reply: Callable[[LookedInside], None], _refused: object) -> None:
        if isinstance(request, LookInside):
            on_reply(LookedInside(run="", views=NetworkViews(cards=pictures(*request.watch.cards), diagnostics={})))

    monkeypatch.setattr(Subject, "request", reply)
    older, newer = (netloom_home / "runs" / f"digits-20261129-1{number}0000" for number in (1, 2))
    for run in (older, newer):
        train_file(project_file, run)
    window.files.open(project_file)
    controller = window.training.controller
    assert controller is not None
    qtbot.waitUntil(lambda: controller.run == newer, timeout=PATIENCE)
    window.show_workspace("train")
    return TwoRuns(window, older, newer)


def shows_pictures(runs: TwoRuns) -> bool:
    return LIVE in runs.window.workbench.canvas.surface.extras


def test_pictures_of_another_run_than_the_last_say_whose_they_are(runs: TwoRuns, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: shows_pictures(runs), timeout=PATIENCE)
    score = runs.panel.strip.state.text()
    assert runs.caption == "" and "of the run" not in runs.tip
    runs.pick(qtbot, runs.older)
    qtbot.waitUntil(lambda: shows_pictures(runs), timeout=PATIENCE)
    assert runs.caption == f"Pictures and marks on the cards: {runs.name(runs.older)}"
    assert f"of the run {runs.name(runs.older)}" in runs.tip
    assert runs.panel.strip.state.text().startswith(runs.name(runs.newer)), "the score is that of the last run"
    assert runs.panel.strip.state.text().endswith(score)
    assert runs.panel.confusion_page.counted.text().startswith(runs.name(runs.newer))
    runs.pick(qtbot, runs.newer)
    qtbot.waitUntil(lambda: shows_pictures(runs), timeout=PATIENCE)
    assert runs.caption == "" and runs.panel.strip.state.text() == score
    assert runs.panel.confusion_page.counted.text().startswith("Validation set")


def test_the_errors_beside_a_score_are_those_of_its_run(runs: TwoRuns, qtbot: QtBot) -> None:
    runs.pick(qtbot, runs.older)
    understand = runs.window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel)
    assert understand.subject.run is not None and understand.subject.run.path == runs.older
    qtbot.mouseClick(runs.panel.strip.errors, Qt.MouseButton.LeftButton)
    assert understand.subject.run.path == runs.newer
    current = runs.panel.runs.current
    assert current is not None and current.path == runs.newer, "the list shows which run is looked at"


def test_a_run_that_begins_is_the_one_that_is_picked(runs: TwoRuns, qtbot: QtBot, project_file: Path) -> None:
    runs.pick(qtbot, runs.older)
    controller, path = runs.window.training.controller, runs.older.parent / "digits-20261129-130000"
    assert controller is not None
    train_file(project_file, path)
    controller._begin(path)
    controller._on_event(samples.started(run=str(path)))
    qtbot.waitUntil(lambda: (current := runs.panel.runs.current) is not None and current.path == path)
    assert runs.caption == ""
    controller._on_event(samples.finished(status="stopped"))


def test_the_caption_lies_over_no_card_while_a_corner_is_free(runs: TwoRuns, qtbot: QtBot) -> None:
    runs.pick(qtbot, runs.older)
    qtbot.waitUntil(lambda: bool(runs.caption), timeout=PATIENCE)
    canvas = runs.window.workbench.canvas
    caption, navigation = canvas.caption, canvas.navigation
    far = navigation.visible_region().size() / 2
    for corner in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        # A card comes to lie where the caption may be.
        away = QPointF(corner[0] * (far.width() - 60), corner[1] * (far.height() - 30))
        navigation.center_on(canvas.board.cards["conv1"].rect.center() - away)
        assert canvas.viewport().rect().contains(caption.geometry())
        assert not canvas.board.card_index.meeting(navigation.scene_region(caption.geometry()))

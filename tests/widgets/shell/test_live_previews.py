"""Live cards: what is on screen is asked of the worker, and shown on the canvas and in the inspector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from app.protocol.diagnostics import Diagnostic, Kind
from app.protocol.events import Snapshot
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.messages import Command
from app.protocol.views import CardPicture, NetworkViews
from app.protocol.watch import Watch
from app.training.runs import WEIGHTS, Run
from graph.drawing.cards import STRIP
from graph.project import project_json, read_project
from tests.app.protocol.samples import finished, started
from widgets.canvas.live_cards import LiveCards
from widgets.shell.live_previews import LIVE, LivePreviews
from widgets.shell.window import MainWindow
from widgets.training.training_controller import TrainingController
from widgets.training.worker_link import WorkerLink
from widgets.understand.subject import Subject

PATIENCE = 20_000
DEAD = Diagnostic(Kind.DEAD, 12, 16, 64)
VANISHING = Diagnostic(Kind.VANISHING, 1e5)


class Trained:
    """A window whose project is being trained by a worker that this test plays."""

    def __init__(self, window: MainWindow, wishes: list[Command]) -> None:
        assert window.workbench is not None
        assert window.training.controller is not None
        self.window, self.wishes = window, wishes
        assert window.session.path is not None
        self.file = window.session.path
        self.canvas, self.document = window.workbench.canvas, window.session.document
        self.controller: TrainingController = window.training.controller

    def tell(self, cards: dict[str, CardPicture], **found: list[Diagnostic]) -> None:
        diagnostics = {path.replace("__", "."): tuple(told) for path, told in found.items()}
        self.controller.link.snapshot.emit(Snapshot(3, 1, NetworkViews(cards=cards, diagnostics=diagnostics)))

    @property
    def shown(self) -> LiveCards | None:
        extra = self.canvas.surface.extras.get(LIVE)
        assert extra is None or isinstance(extra, LiveCards)
        return extra


@pytest.fixture
def trained(
    window: MainWindow, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Trained]:
    wishes: list[Command] = []
    monkeypatch.setattr(WorkerLink, "send", lambda _, command: wishes.append(command))
    window.files.open(project_file)
    run = Run.create(tmp_path / "run", project_json(read_project(project_file)), {})
    controller = window.training.controller
    assert controller is not None
    controller._begin(run.path)
    controller._on_event(started(run=str(run.path)))
    yield Trained(window, wishes)
    controller._on_event(finished(status="stopped"))


def asked(trained: Trained) -> Callable[[], tuple[set[str], bool]]:
    def last() -> tuple[set[str], bool]:
        watches = [wish for wish in trained.wishes if isinstance(wish, Watch)]
        return (set(watches[-1].cards), watches[-1].health) if watches else (set(), False)

    return last


def last(trained: Trained) -> Watch:
    """What was asked to be seen last."""
    wish = trained.wishes[-1]
    assert isinstance(wish, Watch)
    return wish


def pictures(*ids: str) -> dict[str, CardPicture]:
    return {
        id_: CardPicture("maps", np.linspace(0, 1, 256, dtype=np.float32).reshape(4, 8, 8), (0.0, 1.0)) for id_ in ids
    }


def hover(trained: Trained, id_: str) -> str:
    """What the tooltip over a card says."""
    viewport = trained.canvas.viewport()
    spot = trained.canvas.mapFromScene(trained.canvas.board.cards[id_].rect.center() + QPointF(0, 8))
    QToolTip.hideText()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, spot, viewport.mapToGlobal(spot)))
    return QToolTip.text()


def test_what_can_be_read_is_asked_for(trained: Trained, qtbot: QtBot) -> None:
    last = asked(trained)
    trained.canvas.navigation.set_zoom(1.0)
    trained.canvas.navigation.center_on(trained.canvas.board.bounds().center())
    seen = {card.id for card in trained.canvas.board.cards_in(trained.canvas.navigation.visible_region())} - {"output4"}
    qtbot.waitUntil(lambda: last() == (seen, True), timeout=PATIENCE)
    # Out of view, and then too small to be read: no pictures, but still the marks.
    trained.canvas.navigation.center_on(QPointF(5000, 5000))
    qtbot.waitUntil(lambda: last() == (set(), True), timeout=PATIENCE)
    trained.canvas.navigation.center_on(trained.canvas.board.bounds().center())
    qtbot.waitUntil(lambda: last() == (seen, True), timeout=PATIENCE)
    # Wherever cards have names they have pictures too: a low canvas beside large text is seen at this zoom.
    trained.canvas.navigation.set_zoom(0.23)
    qtbot.waitUntil(lambda: last() == (seen, True), timeout=PATIENCE)
    trained.canvas.navigation.set_zoom(0.19)
    qtbot.waitUntil(lambda: last() == (set(), True), timeout=PATIENCE)
    trained.window.show_workspace("data")
    qtbot.waitUntil(lambda: last() == (set(), False), timeout=PATIENCE)


def test_panels_and_cards_are_asked_for_together(trained: Trained, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: asked(trained)()[1], timeout=PATIENCE)
    trained.controller.watch(Watch(filters=("conv1",), every=0.25))
    wish = last(trained)
    assert (wish.filters, wish.health, wish.every) == (("conv1",), True, 0.25)
    trained.controller.watch(Watch())
    assert (last(trained).filters, last(trained).every) == ((), 1.0)


def test_pictures_hang_below_their_cards_while_training_and_stay_until_the_layer_changes(trained: Trained) -> None:
    canvas = trained.canvas
    canvas.navigation.set_zoom(1.0)
    canvas.navigation.center_on(canvas.board.bounds().center())
    card = canvas.board.cards["conv1"]
    below = canvas.mapFromScene(card.rect.bottomLeft() + QPointF(12, STRIP / 2))
    before = canvas.grab().toImage().pixelColor(below)
    trained.tell(pictures("conv1", "gone"))
    assert trained.shown is not None
    assert set(trained.shown.strips) == {"conv1"}
    assert card.area.bottom() >= card.rect.bottom() + STRIP
    assert canvas.grab().toImage().pixelColor(below) != before
    assert "what it gives for one sample" in hover(trained, "conv1")
    trained.controller._on_event(finished())
    assert set(trained.shown.strips) == {"conv1"}, "the last pictures stay"
    assert canvas.grab().toImage().pixelColor(below) != before
    with trained.document.transaction("Edit"):
        trained.document.set_values("conv1", filters=8)
    assert trained.shown is None
    trained.document.undo()
    trained.controller._on_event(started(run=str(trained.controller.run)))
    assert trained.shown is None, "another training begins without the pictures of the one before"


def test_pictures_of_layers_behind_a_changed_one_go_with_its_own(trained: Trained) -> None:
    """They have other weights and shapes, too, and where they have none they are given something else."""
    order = trained.document.network.ordered()[:4]
    trained.tell(pictures(*order))
    assert trained.shown is not None and set(trained.shown.strips) == set(order)
    with trained.document.transaction("Edit"):
        trained.document.set_values("conv1", filters=8)
    assert order[1] == "conv1" and set(trained.shown.strips) == {order[0]}
    trained.document.undo()
    assert set(trained.shown.strips) == set(order)


def test_a_mark_is_told_on_hover_and_in_the_inspector(trained: Trained, qtbot: QtBot) -> None:
    canvas = trained.canvas
    canvas.navigation.set_zoom(1.0)
    canvas.navigation.center_on(canvas.board.bounds().center())
    corner = canvas.mapFromScene(canvas.board.cards["conv1"].rect.topLeft() + QPointF(4, -3))
    before = canvas.grab().toImage().pixelColor(corner)
    trained.tell({}, conv1=[DEAD])
    assert canvas.grab().toImage().pixelColor(corner) != before
    assert DEAD.sentence in hover(trained, "conv1")
    assert DEAD.sentence not in hover(trained, "dense3")
    spot = canvas.mapFromScene(canvas.board.cards["conv1"].rect.center())
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    page = trained.window.workbench.inspector.layer
    assert page.health.isVisible()
    assert page.health.text() == DEAD.sentence
    assert DEAD.sentence in canvas.accessibleDescription()
    # Marks stay when training ends, until the layer is another one.
    trained.controller._on_event(finished())
    assert trained.shown is not None
    with trained.document.transaction("Edit"):
        trained.document.set_values("conv1", filters=8)
    assert trained.shown is None
    assert not page.health.isVisible()
    trained.document.undo()
    assert trained.shown is not None


def test_the_preference_switches_live_cards_off(trained: Trained, qtbot: QtBot) -> None:
    trained.tell(pictures("conv1"), conv1=[DEAD])
    trained.window.preferences.set("live_cards", False)
    assert trained.shown is None
    qtbot.waitUntil(lambda: asked(trained)() == (set(), False), timeout=PATIENCE)
    trained.window.preferences.set("live_cards", True)
    assert trained.shown is not None
    qtbot.waitUntil(lambda: asked(trained)()[1], timeout=PATIENCE)


def test_inside_a_block_its_layers_are_shown(
    window: MainWindow, qtbot: QtBot, trained: Trained, tmp_path: Path
) -> None:
    canvas, window = trained.canvas, trained.window
    canvas.select(["conv1", "flatten2"])
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    canvas.setFocus()
    (block,) = canvas.selection.ids
    window.files.save()
    assert window.session.path is not None
    run = Run.create(tmp_path / "second", project_json(read_project(window.session.path)), {})
    trained.controller._on_event(started(run=str(run.path)))
    trained.tell(pictures(f"{block}.conv1"), **{f"{block}__conv1": [DEAD]})
    assert trained.shown is not None
    assert trained.shown.description(block) == f"{block}.conv1: {DEAD.sentence}"
    window.workbench.block_navigation.enter(block)
    assert trained.shown is not None
    assert set(trained.shown.strips) == {"conv1"}
    assert DEAD.sentence in trained.shown.description("conv1")
    canvas.navigation.set_zoom(1.0)
    canvas.navigation.center_on(canvas.board.bounds().center())
    qtbot.waitUntil(lambda: f"{block}.conv1" in asked(trained)()[0], timeout=PATIENCE)


def test_another_project_shows_nothing_of_it(trained: Trained, project_file: Path) -> None:
    trained.tell(pictures("conv1"), conv1=[DEAD])
    assert trained.shown is not None
    trained.window.files.open(project_file)
    assert trained.shown is None


class Asked:
    """What was asked of saved runs, each with its reply to come."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.requests: list[tuple[LookInside, Callable[[LookedInside], None], Callable[[str], None]]] = []
        monkeypatch.setattr(Subject, "request", lambda _, *asked: self.requests.append(asked))
        monkeypatch.setattr(Subject, "drop", lambda *_: None)

    def answer(self, **found: tuple[Diagnostic, ...]) -> None:
        """Reply to what was asked last, with pictures of all layers that were asked for."""
        request, on_reply, _ = self.requests.pop()
        views = NetworkViews(cards=pictures(*request.watch.cards), diagnostics=found)
        on_reply(LookedInside(run="", views=views))


def end(trained: Trained) -> None:
    """The training is over, and has left weights."""
    assert trained.controller.run is not None
    (trained.controller.run / WEIGHTS).write_bytes(b"")
    trained.controller._on_event(finished())


def test_after_training_the_best_weights_are_asked_for_and_each_layer_once(
    trained: Trained, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained.tell(pictures("conv1"), conv1=[DEAD], dense3=[VANISHING])
    asked = Asked(monkeypatch)
    end(trained)
    assert trained.shown is not None and set(trained.shown.strips) == {"conv1"}, "none vanish meanwhile"
    qtbot.waitUntil(lambda: bool(asked.requests), timeout=PATIENCE)
    request = asked.requests[-1][0]
    assert set(request.watch.cards) == {"input0", "conv1", "flatten2", "dense3"} and request.watch.health
    asked.answer(flatten2=(DEAD,))
    assert set(trained.shown.strips) == set(request.watch.cards)
    assert set(trained.shown.ailing) == {"flatten2", "dense3"}, "gradients are known from the training alone"
    trained.canvas.navigation.set_zoom(0.9)
    qtbot.wait(300)
    assert not asked.requests, "nothing is asked for again"


def test_what_the_worker_refuses_is_not_asked_for_again(
    trained: Trained, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(monkeypatch)
    end(trained)
    qtbot.waitUntil(lambda: bool(asked.requests), timeout=PATIENCE)
    asked.requests.pop()[2]("The data is gone.")
    trained.canvas.navigation.set_zoom(0.9)
    qtbot.wait(300)
    assert not asked.requests and trained.shown is None


def test_colours_follow_the_theme(trained: Trained) -> None:
    trained.tell(pictures("conv1"))
    before = trained.shown
    assert before is not None
    trained.window.themes.set_mode("dark")
    assert trained.shown is not None and trained.shown is not before
    trained.window.themes.set_mode("light")


def test_what_layers_give_for_a_sample_that_is_tried_hangs_below_their_cards(trained: Trained) -> None:
    """As long as it is tried, and only below layers that are as they were trained."""
    trained.controller._on_event(finished(status="stopped"))
    assert trained.window.workbench is not None
    previews = trained.window.workbench.findChild(LivePreviews)
    assert previews is not None
    network = read_project(trained.file).network
    with trained.document.transaction("Change"):
        trained.document.set_values("dense3", units=7)
    previews.show_tried(network, pictures("conv1", "dense3"))
    assert trained.shown is not None and set(trained.shown.strips) == {"conv1"}
    previews.show_tried(network, {})
    assert trained.canvas.surface.extras.get(LIVE) is None

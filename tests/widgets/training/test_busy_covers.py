"""No panel says that there is nothing while a request for it is under way."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.protocol.messages import Envelope, Refused, Unfinished
from app.training.runs import WEIGHTS, Run
from graph.project import project_json
from tests.app.worker.test_handlers import requests
from tests.widgets.conftest import digits_project
from widgets.charts.feature_maps import FeatureMapGrid
from widgets.data.data_view import DataView
from widgets.look.theme import ThemeSource
from widgets.shell.window import MainWindow
from widgets.tour.painted_text import painted_texts
from widgets.training import busy_covers
from widgets.training.busy_covers import QUIET_MS, STARTING, BusyCovers, Cover, emptiness
from widgets.training.worker_link import WorkerLink
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.view_registry import discover

discover()
REQUESTS = requests()


class Panel(QWidget):
    """A panel with one view that is empty until it is given something."""

    def __init__(self, link: WorkerLink) -> None:
        super().__init__()
        self.resize(300, 200)
        self.link = link
        self.view = FeatureMapGrid(ThemeSource(), empty="Train a network first.", parent=self)
        self.view.resize(300, 200)
        self.busy = BusyCovers(link, self)
        self.reason = ""

    def on_reply(self, _reply: object) -> None:
        """What came is shown elsewhere."""

    def on_refused(self, reason: str) -> None:
        """Say why there is nothing."""
        self.reason = reason


@pytest.fixture
def panel(qtbot: QtBot, no_worker: None) -> Panel:
    panel = Panel(WorkerLink())
    panel.link.setParent(panel)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def blank(kind: type[Any]) -> Any:
    """A request of a class, of which only the class matters here."""
    request = object.__new__(kind)
    for field in dataclasses.fields(kind):
        object.__setattr__(request, field.name, None)
    return request


def words(panel: QWidget) -> list[str]:
    return [cover.text() for cover in panel.findChildren(Cover) if cover.isVisible()]


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: str(kind.__name__))
def test_every_request_is_told_while_its_reply_is_awaited(
    kind: type[Any], panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = 0.0
    monkeypatch.setattr(busy_covers, "monotonic", lambda: monotonic() + later)
    number = panel.link.request(blank(kind), panel.on_reply, panel.on_refused)
    assert panel.busy.covered == [panel.view]
    assert words(panel) == [""]  # not yet worth a word
    later = QUIET_MS / 1000
    panel.busy.refresh()
    assert words(panel) == [STARTING]
    panel.link._was_ready = True
    panel.busy.refresh()
    assert words(panel)[0].startswith("Working…")
    progress = Unfinished(what="Decoding pictures", done=3, whole=9, sentence="Decoding pictures 3 of 9")
    panel.link._waiting.append(Envelope(message=progress, id=number))
    panel.link._hand_over()
    panel.busy.refresh()
    assert words(panel)[0].startswith("Decoding pictures 3 of 9")
    panel.link._waiting.append(Envelope(message=Refused(reason="No room."), id=number))
    panel.link._hand_over()
    assert (panel.busy.covered, panel.reason) == ([], "No room.")


def test_the_words_come_by_themselves(panel: Panel, qtbot: QtBot) -> None:
    panel.link.request(blank(REQUESTS[0]), panel.on_reply)
    assert words(panel) == [""]
    qtbot.waitUntil(lambda: words(panel) == [STARTING], timeout=QUIET_MS * 10)


def test_a_request_that_is_forgotten_is_told_no_longer(panel: Panel) -> None:
    number = panel.link.request(blank(REQUESTS[0]), lambda _: panel.busy.refresh())
    assert panel.busy.covered == [panel.view]
    panel.link.forget(number)
    assert panel.busy.covered == []


def told_at(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> Cover:
    """The cover of the view, once it has said for a while that the worker starts."""
    monkeypatch.setattr(busy_covers, "monotonic", lambda: monotonic() + 5)
    panel.link.request(blank(REQUESTS[0]), panel.on_reply)
    panel.busy.refresh()
    cover = panel.view.findChild(Cover)
    assert isinstance(cover, Cover)
    return cover


@pytest.mark.parametrize(("top", "shown"), [(0, 60), (-140, 60), (-60, 90)])
def test_the_words_stand_where_the_view_is_in_sight(
    panel: Panel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, top: int, shown: int
) -> None:
    panel.resize(300, shown)
    panel.view.move(0, top)
    cover = told_at(panel, monkeypatch)
    (word,) = [each for each in painted_texts(panel) if STARTING in each.text]
    assert cover.text() and 8 < word.y < shown, "the baseline is in sight"
    panel.view.move(0, 0)
    panel.resize(300, 200)
    panel.busy.refresh()
    (word,) = [each for each in painted_texts(panel) if STARTING in each.text]
    assert 90 < word.y < 130, "in the middle again"


def test_words_that_have_no_room_are_left_out_and_never_cut(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    cover = told_at(panel, monkeypatch)
    longest = max(map(cover.fontMetrics().horizontalAdvance, cover.words.split()))
    panel.view.resize(longest + 8, 200)  # the usual margin would cut it
    assert cover.text() == cover.words and cover.margin() == 0
    assert cover.contentsRect().width() >= longest
    panel.view.resize(longest // 2, 200)
    assert cover.text() == "" and cover.accessibleName() == cover.words
    panel.view.resize(300, 6)
    assert cover.text() == ""
    panel.view.resize(300, 200)
    assert cover.text() == cover.words


def uncovered(panel: QWidget) -> list[QWidget]:
    """Views on screen that say that there is nothing."""
    views = [(view, is_empty) for view in panel.findChildren(QWidget) if (is_empty := emptiness(view)) is not None]
    covered = {cover.parentWidget() for cover in panel.findChildren(Cover) if cover.isVisible()}
    return [view for view, is_empty in views if view.isVisible() and is_empty(view) and view not in covered]


def test_no_view_of_understand_says_train_a_network_while_it_loads(
    window: MainWindow, netloom_home: Path, qtbot: QtBot
) -> None:
    window.session.start_from(digits_project())
    run = netloom_home / "runs" / "digits"
    Run.create(run, project_json(digits_project()), {})
    (run / WEIGHTS).touch()
    window.show_workspace("understand")
    panel, controller = window.workbench.panel("understand"), window.training.controller
    assert isinstance(panel, UnderstandPanel) and controller is not None
    panel.show_run(run)
    seen = 0
    for kind in panel.views.kinds:
        if not panel.views.offered(kind):
            continue
        panel.views.bring(kind)
        tab = panel.tab
        qtbot.wait(20)
        if controller.link.pending_of(tab):
            seen += 1
            assert uncovered(tab) == [], tab.title
    assert seen >= 5


def test_choosing_digits_says_at_once_that_they_are_read(window: MainWindow, qtbot: QtBot) -> None:
    window.session.start_new()
    window.show_workspace("data")
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    assert view.title.text() == "No data yet"
    view.sources.chosen.emit("digits")
    assert "digits" in view.title.text().lower()
    assert view.facts.text() == "Reading the data…"
    qtbot.waitUntil(lambda: bool(view.busy.covered), timeout=5000)
    assert uncovered(view) == []


def test_a_run_that_is_being_looked_for_is_told_until_it_is_found_or_gone(window: MainWindow, qtbot: QtBot) -> None:
    window.session.start_from(digits_project())
    window.show_workspace("understand")
    panel, controller = window.workbench.panel("understand"), window.training.controller
    assert isinstance(panel, UnderstandPanel) and controller is not None
    controller.open_project(window.session.state.key, "Trained: 98.5 % on the test set")
    panel.show_tab("Errors")
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == "Loading the last run…"
    controller.restore(None)
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == panel.views.kind.no_run

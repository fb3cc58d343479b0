"""No notice hides tabs, headers of tables, their first rows, titles of plots, or what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QTabBar, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.protocol.data_values import Column, ColumnType, TablePreview
from app.protocol.events import Points
from tests.widgets.shell.test_diverged_runs import GREW, NO_NUMBER, train_shortly
from widgets.data.data_view import ROWS, DataView
from widgets.look.free_places import free_band, free_place, free_rooms
from widgets.plots.plot_header import PlotHeader
from widgets.plots.plot_view import PlotView
from widgets.shell.banners import Notice
from widgets.shell.window import MainWindow
from widgets.training.inline_notice import PASSING_MS, InlineNotice
from widgets.training.notice_places import USABLE
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("data")

SIZES = [(1024, 700), (1366, 768)]
WORDS = "What was asked for cannot be done now, because something else is going on. " * 2
OFFER = ("Repair it and go on", lambda: None)


def settle() -> None:
    for _ in range(8):
        QApplication.processEvents()


def place(window: QWidget, widget: QWidget) -> QRect:
    """What of a widget is in view, in pixels of the window."""
    whole = QRect(widget.mapTo(window, QPoint()), widget.size())
    around = widget.parentWidget()
    while around is not None and around is not window:
        whole &= QRect(around.mapTo(window, QPoint()), around.size())
        around = around.parentWidget()
    return whole


def never_hidden(window: MainWindow) -> Iterator[tuple[str, QRect]]:
    """Tabs, titles of plots, headers of tables and their first two rows."""
    for kind in (QTabBar, PlotHeader):
        for widget in window.findChildren(kind):
            if widget.isVisible():
                yield f"{kind.__name__} {widget.accessibleName()}", place(window, widget)
    for table in window.findChildren(QTableView):
        header = table.horizontalHeader()
        if table.isVisible() and header.isVisible():
            yield f"header of {table.accessibleName()}", place(window, header)
            for row in range(min(2, table.model().rowCount())):
                line = QRect(0, table.rowViewportPosition(row), table.viewport().width(), table.rowHeight(row))
                line.moveTopLeft(table.viewport().mapTo(window, line.topLeft()))
                yield f"row {row} of {table.accessibleName()}", line & place(window, table.viewport())


def hidden_by(window: MainWindow, notice: QWidget) -> list[str]:
    """What a notice hides of that; also of its own words, if it has too little room for them."""
    over = place(window, notice)
    hidden = [name for name, rect in never_hidden(window) if rect.intersects(over)]
    labels = notice.findChildren(QLabel)
    return [*hidden, *(label.text() for label in labels if label.height() < label.heightForWidth(label.width()))]


def notices(window: MainWindow) -> list[InlineNotice]:
    """The notices of the panes on show."""
    return [each for each in window.findChildren(InlineNotice) if (each.parentWidget() or each).isVisible()]


def curves(window: MainWindow) -> list[QRect]:
    """Where plots draw their curves, with axes and names."""
    areas = []
    for plot in window.findChildren(PlotView):
        if plot.isVisible() and not plot.is_empty():
            plot.prepare()
            whole = QRectF(plot.centralWidget.layout().contentsRect()).toRect()
            areas.append(whole.translated(plot.mapTo(window, QPoint())))
    return areas


def train_page(window: MainWindow, project_file: Path, netloom_home: Path) -> TrainPanel:
    """The page Train with three runs, the last of which diverged, and its curves."""
    window.files.open(project_file)
    window.show_workspace("train")
    for number, events in enumerate((NO_NUMBER, NO_NUMBER, GREW), 1):
        train_shortly(window, netloom_home / "runs" / f"digits-2026010{number}-030405", events)
    controller, panel = window.training.controller, window.workbench.panel("train")
    assert controller is not None and isinstance(panel, TrainPanel)
    steps = np.arange(1, 41)
    controller.link.points.emit(Points(steps, (steps / 10).astype(np.float32)))
    return panel


def with_rows(window: MainWindow) -> None:
    """Give the page Data a table of rows."""
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    view._ask()  # what it asks by itself a little later would take the rows away again
    columns = tuple(Column(name, ColumnType.NUMBER, 0, 3, "1") for name in ("height", "weight", "age"))
    view._on_table(TablePreview(columns, (("1", "2", "3"),) * 40, 40))
    view.samples.show_first(ROWS)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("workspace", ["data", "network", "train", "understand"])
def test_no_notice_hides_tabs_headers_or_first_rows(
    window: MainWindow, project_file: Path, netloom_home: Path, size: tuple[int, int], workspace: str
) -> None:
    panel = train_page(window, project_file, netloom_home)
    panel.notice.clear()
    panel.show_runs()
    window.resize(*size)
    window.show_workspace(workspace)
    with_rows(window)
    settle()
    assert workspace not in ("data", "train") or any(name.startswith("row 1") for name, _ in never_hidden(window))
    for notice in notices(window):
        notice.say(WORDS, "warning", OFFER)
        settle()
        assert hidden_by(window, notice) == [], notice
        notice.clear()
    window.say(Notice(WORDS, "error", (OFFER, ("Show me", lambda: None)), "first"))
    settle()
    assert hidden_by(window, window.banners) == []
    window.say(Notice("Wrote network.png.", "ok", (("Show in folder", lambda: None),), "second"))
    settle()
    assert hidden_by(window, window.banners) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_notices_of_window_and_pane_lie_clear_of_each_other(
    window: MainWindow, project_file: Path, size: tuple[int, int]
) -> None:
    window.files.open(project_file)
    window.show_workspace("data")
    window.resize(*size)
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    window.say(Notice(WORDS, "error", (OFFER,), "first"))
    view.notice.say(WORDS, "error", OFFER)
    settle()
    assert not place(window, window.banners).intersects(place(window, view.notice))
    low = window.banners.mapTo(window, QPoint()).y()
    view.notice.clear()
    settle()
    assert window.banners.mapTo(window, QPoint()).y() > low  # it falls into the place that is free now


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_a_deletion_is_told_over_no_run(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot, size: tuple[int, int], wide: bool
) -> None:
    panel = train_page(window, project_file, netloom_home)
    panel.show_runs()
    panel.runs.wide.setChecked(wide)
    window.resize(*size)
    panel.runs.table.selectRow(0)
    settle()
    qtbot.mouseClick(panel.runs.button("Delete"), Qt.MouseButton.LeftButton)
    settle()
    assert panel.runs.notice.isVisible() and panel.runs.model.rowCount() == 2
    assert hidden_by(window, panel.runs.notice) == []
    assert not panel.notice.isVisible() or not panel.notice.geometry().intersects(panel.runs.notice.geometry())
    assert place(window, panel.runs.notice).bottom() < place(window, panel).bottom() - 4


@pytest.mark.parametrize("size", SIZES)
def test_what_is_said_of_curves_hides_none(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window.resize(*size)
    panel = train_page(window, project_file, netloom_home)
    settle()
    assert "diverged" in panel.notice.text
    assert panel.floating.arrow.isVisible() == (size == SIZES[1]), "in the low window the plots have no room for it"
    places = [panel.curves.loss.pos(), panel.curves.loss.view.pos(), panel.plan.pos()]
    areas = curves(window)
    assert len(areas) >= 2 and all(area.height() >= 90 for area in areas), areas
    over = place(window, panel.notice)
    assert not [area for area in areas if area.intersects(over)]
    assert not over.intersects(place(window, panel.plan))
    panel.notice.clear()
    panel.runs.notice.say(WORDS, "ok")
    settle()
    assert not [area for area in curves(window) if area.intersects(place(window, panel.runs.notice))]
    panel.runs.notice.clear()
    settle()
    assert [panel.curves.loss.pos(), panel.curves.loss.view.pos(), panel.plan.pos()] == places
    assert panel.curves.loss.view.left_free == (0, 0)


@pytest.mark.parametrize("projector", [False, True], ids=["", "projector"])
@pytest.mark.parametrize("size", SIZES)
def test_no_notice_covers_an_axis_or_leaves_a_plot_too_low(
    window: MainWindow, project_file: Path, netloom_home: Path, size: tuple[int, int], projector: bool
) -> None:
    window.preferences.set("projector", projector)
    window.resize(*size)
    panel = train_page(window, project_file, netloom_home)
    panel.notice.clear()
    settle()
    # A window that is too low for that leaves plots as they are without the notice.
    least = min(window.themes.theme.px(USABLE) - 16, *(area.height() for area in curves(window)))
    for notice in (panel.notice, panel.runs.notice):
        panel.notice.clear()
        notice.say(WORDS, "warning", OFFER, ("Begin again with it", lambda: None))
        settle()
        over, areas = place(window, notice), curves(window)
        assert notice.isVisible() and window.rect().contains(over) and hidden_by(window, notice) == []
        assert len(areas) >= 2 and all(area.height() >= least for area in areas), areas
        assert not [area for area in areas if area.intersects(over)]
        assert panel.curves.along.isVisible() and not place(window, panel.curves.along).intersects(over)
        window.show_workspace("network")
        settle()
        assert not notice.isVisible()  # it is about the plots, and goes and comes with them
        window.show_workspace("train")
        settle()
        assert notice.isVisible() and place(window, notice) == over
        notice.clear()


@pytest.mark.parametrize("size", [(1280, 820), (1440, 900)])
def test_two_notices_leave_the_plots_their_height_also_after_another_page(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window.resize(*size)
    panel = train_page(window, project_file, netloom_home)
    panel.notice.clear()
    panel.show_runs()
    settle()
    least = min(window.themes.theme.px(USABLE) - 16, *(area.height() for area in curves(window)))
    panel.notice.say(WORDS, "warning", OFFER)
    settle()
    first = place(window, panel.notice)
    for page in ("data", "understand", "network"):  # they have another canvas, or none
        window.show_workspace(page)
        settle()
        window.show_workspace("train")
        settle()
        assert place(window, panel.notice) == first, page
    panel.runs.table.selectRow(1)
    qtbot.mouseClick(panel.runs.button("Delete"), Qt.MouseButton.LeftButton)
    settle()
    both = [place(window, notice) for notice in (panel.notice, panel.runs.notice)]
    assert panel.notice.isVisible() and panel.runs.notice.isVisible() and not both[0].intersects(both[1])
    assert all(area.height() >= least for area in curves(window)), curves(window)
    assert not [area for area in curves(window) for over in both if area.intersects(over)]
    assert both[0] == first, "the first stays where it is"


def test_a_place_is_sought_from_its_edge_inwards_and_hides_as_little_as_can_be() -> None:
    area, size = QRect(0, 0, 300, 200), QRect(0, 0, 100, 20).size()
    assert free_place(area, size, [], at_top=True) == QRect(100, 0, 100, 20)
    assert free_place(area, size, [], at_top=False) == QRect(100, 180, 100, 20)
    assert free_place(area, size, [QRect(190, 0, 110, 30)], at_top=True) == QRect(0, 0, 100, 20)
    assert free_place(area, size, [QRect(0, 0, 300, 30)], at_top=True) == QRect(100, 30, 100, 20)
    assert free_place(area, size, [QRect(0, 170, 300, 30)], at_top=False) == QRect(100, 150, 100, 20)
    crowded = [QRect(0, 0, 300, 150), QRect(0, 190, 300, 10), QRect(0, 150, 300, 25)]
    assert free_place(area, size, crowded, at_top=True) == QRect(100, 175, 100, 20)


def test_free_rooms_are_as_large_as_what_is_taken_leaves_them() -> None:
    area, least = QRect(0, 0, 300, 200), QRect(0, 0, 50, 20).size()
    assert free_rooms(area, [], least) == [area]
    found = free_rooms(area, [QRect(100, 50, 100, 100)], least)
    sides = [QRect(0, 0, 100, 200), QRect(200, 0, 100, 200), QRect(0, 0, 300, 50), QRect(0, 150, 300, 50)]
    assert len(found) == len(sides) and all(side in found for side in sides)
    found = free_rooms(area, [QRect(0, 0, 260, 200), QRect(400, 0, 10, 10)], least)
    assert found == [], "a strip that is too narrow is none"
    both = [QRect(0, 0, 300, 90), QRect(0, 110, 300, 90)]
    assert free_rooms(area, both, least) == [QRect(0, 90, 300, 20)]


@pytest.mark.built("workbench")
def test_a_notice_keeps_clear_of_cards_where_there_is_room(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.resize(1366, 768)
    canvas = window.workbench.canvas
    column = {id_: (0.0, 110.0 * row) for row, id_ in enumerate(canvas.board.cards)}  # in the middle, from the top on
    with window.session.document.transaction("Move"):
        window.session.document.move(column)
    canvas.context.frame_all()
    settle()
    window.say(
        Notice("Untitled was not saved: it is here as its last run has it.", "info", (("Save…", print),), "first")
    )
    settle()
    over = place(window, window.banners)
    cards = [rect.translated(canvas.mapTo(window, QPoint())) for rect in canvas.occupied()]
    assert cards and not [card for card in cards if card.intersects(over)]
    assert hidden_by(window, window.banners) == [] and place(window, canvas).contains(over)
    window.say(Notice(WORDS * 3, "info", (OFFER,), "first"))
    settle()
    over = place(window, window.banners)
    assert not [card for card in cards if card.intersects(over)] and place(window, canvas).contains(over)
    assert hidden_by(window, window.banners) == [] and over.height() <= over.width(), "no tall column of words"


def test_what_went_well_is_said_for_a_while_unless_it_is_looked_at(qtbot: QtBot) -> None:
    pane = QWidget()
    qtbot.addWidget(pane)
    notice = InlineNotice(pane)
    pane.show()
    notice.say("Deleted “lenet 06:40”.", "ok", ("Undo", lambda: None))
    assert notice._passing.isActive() and notice._passing.interval() == PASSING_MS
    pane.activateWindow()
    qtbot.waitUntil(pane.isActiveWindow)
    notice._buttons[0].setFocus()
    notice._pass()
    assert notice.text and notice._passing.isActive()
    notice._buttons[0].clearFocus()
    notice._pass()
    assert not notice.text
    notice.say("No room is left.", "error")
    assert not notice._passing.isActive()


def test_the_highest_band_that_nothing_lies_over_is_used() -> None:
    area = QRect(0, 100, 300, 200)
    assert free_band(area, []) == (0, 0)
    assert free_band(area, [QRect(0, 120, 300, 30)]) == (50, 0)
    assert free_band(area, [QRect(0, 250, 300, 50)]) == (0, 50)
    assert free_band(area, [QRect(0, 110, 300, 20), QRect(0, 270, 100, 50)]) == (30, 30)
    assert free_band(area, [QRect(400, 0, 10, 300)]) == (0, 0)

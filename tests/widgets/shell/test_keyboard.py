"""By keyboard and screen reader: tabs, panes and menus are reached, and everything that takes keys has a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSlider,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QTextBrowser,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from widgets.look.focus_ring import FocusRing
from widgets.look.layouts import vbox
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import DARK, LIGHT, Theme
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

PAGES = ("data", "network", "train", "understand")
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextBrowser,
    QTabBar,
)


def name_of(widget: QWidget) -> str:
    """What a screen reader says of a control."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def place_of(widget: QWidget) -> str:
    """The way to a widget, for a message."""
    way, parent = list[str](), cast(QWidget | None, widget)
    while parent is not None and len(way) < 5:
        way.append(f"{type(parent).__name__} {parent.objectName()}".strip())
        parent = parent.parentWidget()
    return " < ".join(way)


def nameless(window: QWidget) -> list[str]:
    """Controls that a screen reader has no name for, other than the parts of another control."""
    parts = (QScrollBar, QHeaderView)
    return [
        place_of(widget)
        for kind in CONTROLS
        for widget in window.findChildren(kind)
        if not isinstance(widget, parts)
        and not isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox | QTabBar | QLineEdit)
        and not widget.objectName().startswith("qt_")
        and type(widget.parentWidget()).__name__ not in ("QComboBoxPrivateContainer", "QFrame")
        and not name_of(widget).strip()
    ]


def test_every_control_has_a_name(window: MainWindow, project_file: Path) -> None:
    assert nameless(window.start) == []
    window.files.open(project_file)
    for page in PAGES:
        window.show_workspace(page)
        QApplication.processEvents()
    assert nameless(window) == []


def test_workspaces_are_tabs_with_arrow_keys(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    tabs = window.bar.spaces
    interface = QAccessible.queryAccessibleInterface(tabs)
    assert interface.role() == QAccessible.Role.PageTabList
    assert [interface.child(index).role() for index in range(4)] == [QAccessible.Role.PageTab] * 4
    assert [interface.child(index).text(QAccessible.Text.Name) for index in range(4)] == [
        "Data workspace",
        "Network workspace",
        "Train workspace",
        "Understand workspace",
    ]
    window.show_workspace("network")
    tabs.setFocus()
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert window.workbench.workspace == "train"
    qtbot.keyClick(tabs, Qt.Key.Key_Left)
    qtbot.keyClick(tabs, Qt.Key.Key_Left)
    assert (window.workbench.workspace, tabs.hasFocus()) == ("data", True)


@pytest.mark.parametrize("page", ["", *PAGES])
def test_f6_goes_through_all_panes_and_back(window: MainWindow, project_file: Path, qtbot: QtBot, page: str) -> None:
    if page:
        window.files.open(project_file)
        window.show_workspace(page)
    QApplication.processEvents()

    def pane() -> QWidget:
        focus = QApplication.focusWidget()
        return next(pane for pane in window.panes if focus is not None and (pane is focus or pane.isAncestorOf(focus)))

    reached = []
    for _ in range(len(window.panes)):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6)
        reached.append(pane())
    shown = [pane for pane in window.panes if pane.isVisible()]
    assert len(set(reached)) >= min(len(shown) - 1, 2)
    here = pane()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert pane() is not here
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert pane() is here


def test_a_pane_gives_the_keys_to_what_had_them_last(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.show_workspace("network")
    search = window.workbench.palette_panel.search
    search.setFocus()
    qtbot.keyClick(search, Qt.Key.Key_F6)
    assert window.workbench.canvas.hasFocus()
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert search.hasFocus()


def test_f10_opens_the_menu_and_f9_the_projector(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F10)
    assert window.bar.menu.menu().isVisible()
    window.bar.menu.menu().close()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.preferences["projector"]
    qtbot.keyClick(window, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    assert window.themes.theme.dark and window.commands["dark"].isChecked()


def focus_in(widget: QWidget | None) -> bool:
    focus = QApplication.focusWidget()
    return widget is not None and focus is not None and (widget is focus or widget.isAncestorOf(focus))


def test_a_workspace_that_is_asked_for_has_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    bench, control = window.workbench, Qt.KeyboardModifier.ControlModifier

    def turn(number: int) -> None:
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key(Qt.Key.Key_0 + number), control)

    turn(1)
    listed = bench.panel("data").main_part()  # type: ignore[union-attr]
    assert isinstance(listed, QListWidget) and listed.hasFocus()
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert "data" in window.session.document.sections
    turn(2)
    assert bench.canvas.hasFocus()
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Tab)
    assert bench.canvas.context.popups.search.isVisible()
    qtbot.keyClicks(QApplication.focusWidget(), "dense 12")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert bench.canvas.hasFocus() and [*window.session.document.network.ids] == ["dense1"]
    turn(3)
    plan = bench.panel("train").plan  # type: ignore[union-attr]
    field = plan.forms["Training"].field("epochs")
    assert focus_in(field) and not focus_in(bench.canvas)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert focus_in(plan.forms["Training"].field("batch_size"))
    turn(2)
    turn(3)
    assert focus_in(plan.forms["Training"].field("batch_size"))  # where one was
    turn(2)
    assert bench.canvas.hasFocus()


@pytest.mark.parametrize("workspace", ["train", "understand"])
def test_tab_on_the_canvas_adds_a_layer_where_one_draws_and_leads_on_elsewhere(
    window: MainWindow, qtbot: QtBot, workspace: str
) -> None:
    window.files.new()
    canvas = window.workbench.canvas
    window.show_workspace(workspace)
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert not canvas.context.popups.search.isVisible() and not canvas.hasFocus()
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.context.popups.search.isVisible()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    window.show_workspace("network")
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.context.popups.search.isVisible()


def test_typing_goes_on_in_a_field_that_stays_in_view(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    bench, name = window.workbench, window.workbench.inspector.layer.name
    bench.add_layer("dense")
    name.setFocus()
    qtbot.keyClicks(name, "x")
    qtbot.keyClick(name, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert bench.workspace == "train" and name.hasFocus()
    qtbot.keyClick(name, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)  # asked for anew: it is to have the keys
    assert focus_in(bench.panel("train"))
    tabs = window.bar.spaces
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.place_of("network"))
    assert bench.canvas.hasFocus()
    name.setFocus()
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.place_of("network"))
    assert bench.canvas.hasFocus()


def test_esc_in_the_settings_comes_back_to_the_card(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    bench = window.workbench
    for kind in ("dense", "conv2d"):  # a number first, and a choice
        bench.add_layer(kind)
        card = bench.selected
        bench.canvas.setFocus()
        qtbot.keyClick(bench.canvas, Qt.Key.Key_Return)
        for _ in range(2):
            assert focus_in(bench.side_panel) and not bench.canvas.hasFocus()
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
            assert bench.canvas.hasFocus() and bench.selected == card
            qtbot.keyClick(bench.canvas, Qt.Key.Key_F6)
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)


def test_a_field_that_is_clicked_while_a_layer_is_searched_for_has_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    canvas, field = window.workbench.canvas, window.workbench.palette_panel.search
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    search = canvas.context.popups.search
    assert search.isVisible()
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.setFocus(Qt.FocusReason.MouseFocusReason)  # as the system does for a click
    assert field.hasFocus() and not search.isVisible()


def test_f6_into_the_problems_shows_where_the_keys_are(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    bench = window.workbench
    for _ in window.panes:
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6)
        if focus_in(bench.bottom):
            break
    row = bench.problems.rows[0]
    assert row.hasFocus() and row.findChild(FocusRing).isVisible()


def _flat() -> QPushButton:
    button = QPushButton("Copy")
    button.setFlat(True)
    return button


def _checked(button: QCheckBox | QRadioButton) -> QWidget:
    button.setChecked(True)
    return button


def _tabs(segmented: bool) -> QTabBar:
    tabs = QTabBar()
    tabs.setProperty("segmented", segmented)
    tabs.addTab("One")
    tabs.addTab("Two")
    return tabs


@pytest.mark.parametrize(
    "make",
    [
        _flat,
        lambda: QPushButton("Train"),
        lambda: QCheckBox("Bias"),
        lambda: _checked(QCheckBox("Bias")),
        lambda: _checked(QRadioButton("Adam")),
        lambda: _tabs(segmented=True),
        lambda: _tabs(segmented=False),
        QListWidget,
        QTreeWidget,
        QTableWidget,
        QLineEdit,
        QComboBox,
        QSpinBox,
        lambda: QSlider(Qt.Orientation.Horizontal),
    ],
)
@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_focus_is_seen(make: Callable[[], QWidget], look: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, look)
    window, widget, other = QWidget(), make(), QPushButton("Elsewhere")
    qtbot.addWidget(window)
    vbox(widget, other, parent=window, margins=(8, 8, 8, 8))
    window.show()
    window.activateWindow()
    other.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(other.hasFocus)
    without = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.OtherFocusReason)
    assert widget.hasFocus()
    assert widget.grab().toImage() != without

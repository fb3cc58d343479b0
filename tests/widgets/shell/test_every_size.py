"""At every size, scale and look no word is cut, nothing lies over another, and the window fits its screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QRadioButton,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTableView,
    QTabWidget,
    QToolButton,
    QTreeView,
    QWidget,
)

from app.training.runs import Run
from graph.project import project_json
from tests.widgets.conftest import digits_project
from tests.widgets.shell.test_settling import with_curves
from widgets.data.data_view import DataView
from widgets.look.elided_label import ElidedLabel
from widgets.look.stylesheet import stylesheet
from widgets.look.theme import ThemeSource
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel
from widgets.understand.understand_panel import UnderstandPanel

SCREENS = [
    (1024, 700, 100),  # a small projector
    (1366, 768, 100),  # a small laptop
    (1280, 720, 100),  # 1920 x 1080 at 150 %
    (960, 540, 100),  # 1920 x 1080 at 200 %
    (1024, 700, 150),  # the projector's text on a small screen
    (1366, 768, 150),
    (1366, 768, 200),
]
"""Width and height in device-independent pixels, and the size of the text in per cent."""
LOOKS = [(*screen, "light") for screen in SCREENS] + [(*SCREENS[3], "dark"), (*SCREENS[6], "dark")]
"""In the dark look only the smallest screen and the largest text: looks differ in nothing that takes room."""
SHORT = 24
"""A number or name of fewer letters is never cut; a longer text may be where its tooltip has the whole."""


def settle() -> None:
    for _ in range(6):
        QApplication.processEvents()


def in_view(widget: QWidget, window: QWidget) -> bool:
    """Whether a widget is shown and not scrolled or split out of view."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty() and widget.window() is window


def shown(window: QWidget, kind: type[QWidget]) -> Iterator[QWidget]:
    return (widget for widget in window.findChildren(kind) if in_view(widget, window))


def name_of(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else widget.objectName()
    parent = widget.parentWidget()
    return f"{type(widget).__name__} “{text[:50]}” in {type(parent).__name__} {parent.objectName() if parent else ''}"


def cut_labels(window: QWidget) -> list[str]:
    """Labels that have less room than their words need."""
    cut = []
    for label in shown(window, QLabel):
        assert isinstance(label, QLabel)
        if not label.text() or isinstance(label, ElidedLabel):
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.minimumSizeHint().height()
        narrow = not label.wordWrap() and label.width() < label.minimumSizeHint().width()
        if narrow or label.height() < needed:
            cut.append(f"{name_of(label)} has {label.size().toTuple()}, needs {label.minimumSizeHint().toTuple()}")
    return cut


def cut_sentences(window: QWidget) -> list[str]:
    """Elided labels that do not say the whole as their tooltip."""
    return [
        name_of(label)
        for label in shown(window, ElidedLabel)
        if isinstance(label, QLabel)
        and label.fontMetrics().horizontalAdvance(label.text()) > label.width()
        and label.grab() is not None
        and label.toolTip() != label.text()
    ]


def cut_buttons(window: QWidget) -> list[str]:
    """Buttons with words that have less room than these need."""
    return [
        f"{name_of(button)} has {button.size().toTuple()}, needs {button.sizeHint().toTuple()}"
        for kind in (QPushButton, QToolButton, QCheckBox, QRadioButton)
        for button in shown(window, kind)
        if isinstance(button, QAbstractButton)
        and button.text()
        and type(button).paintEvent in (kind.paintEvent,)
        and not (isinstance(button, QToolButton) and not button.toolButtonStyle().value)
        and button.width() < button.sizeHint().width()
    ]


def cut_tabs(window: QWidget) -> list[str]:
    """Tabs that are scrolled away, or have less room than their words need."""
    return [
        f"{bar.tabText(index)} of {name_of(bar)}"
        for bar in shown(window, QTabBar)
        if isinstance(bar, QTabBar)
        for index in range(bar.count())
        if bar.isTabVisible(index)
        and (
            bar.tabRect(index).right() > bar.width()
            or bar.tabRect(index).width() < bar.fontMetrics().horizontalAdvance(bar.tabText(index))
        )
    ]


def cut_choices(window: QWidget) -> list[str]:
    """Choices whose text is longer than their box."""
    cut = []
    for box in shown(window, QComboBox):
        assert isinstance(box, QComboBox)
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = box.style().subControlRect(control, option, part, box).width()
        if box.fontMetrics().horizontalAdvance(box.currentText()) > room:
            cut.append(f"{name_of(box)} “{box.currentText()}” has {room}")
    return cut


def cut_headings(window: QWidget) -> list[str]:
    """Headings of columns that have less room than their words need, and do not say the whole as their tooltip."""
    cut = []
    for header in shown(window, QHeaderView):
        assert isinstance(header, QHeaderView)
        model, across = header.model(), Qt.Orientation.Horizontal
        if header.orientation() != across:
            continue
        for place in range(header.count()):
            left = header.sectionViewportPosition(place)
            if header.isSectionHidden(place) or not 0 <= left < header.width():
                continue
            text = str(model.headerData(place, across) or "")
            lines = text.split("\n")
            needed = max(header.fontMetrics().horizontalAdvance(line) for line in lines)
            whole = str(model.headerData(place, across, Qt.ItemDataRole.ToolTipRole) or "")
            if needed > header.sectionSize(place) and lines[0] not in whole:
                table = name_of(header.parentWidget() or header)
                cut.append(f"“{text}” of {table} has {header.sectionSize(place)} of {needed}")
    return cut


def cut_cells(window: QWidget) -> list[str]:
    """Cells in view with a number or a name that have less room than it needs; longer texts without a tooltip."""
    cut = []
    for view in shown(window, QAbstractItemView):
        if not isinstance(view, QTableView | QTreeView) or view.model() is None:
            continue
        for index in cells_in_view(view):
            text, room = str(index.data() or ""), view.visualRect(index).width()
            needed = view.fontMetrics().horizontalAdvance(text)
            short = len(text) < SHORT
            if needed > room and (short or text not in str(index.data(Qt.ItemDataRole.ToolTipRole) or "")):
                cut.append(f"“{text[:40]}” of {name_of(view)} has {room}, needs {needed}")
    return cut


def cells_in_view(view: QTableView | QTreeView) -> Iterator[QModelIndex]:
    """The cells of which at least the left edge is in view."""
    area = view.viewport().rect()
    index = view.indexAt(area.topLeft())
    while index.isValid() and view.visualRect(index).top() < area.bottom():
        for column in range(view.model().columnCount(index.parent())):
            cell = index.siblingAtColumn(column)
            if area.contains(view.visualRect(cell).topLeft()):
                yield cell
        index = view.indexBelow(index) if isinstance(view, QTreeView) else index.siblingAtRow(index.row() + 1)


def overlapping(window: QWidget) -> list[str]:
    """Labels and controls that lie over another of the same parent."""
    found = []
    parents = {widget.parentWidget() for kind in (QLabel, QAbstractButton, QComboBox) for widget in shown(window, kind)}
    for parent in parents:
        if parent is None or isinstance(parent, QAbstractScrollArea | QTabBar):
            continue
        kinds = QLabel | QAbstractButton | QComboBox
        inside = [child for child in parent.children() if isinstance(child, kinds) and in_view(child, window)]
        found += [
            f"{name_of(one)} over {name_of(other)}"
            for one, other in combinations(inside, 2)
            if one.geometry().intersects(other.geometry())
        ]
    return found


def clipped(window: QWidget) -> list[str]:
    """Words and controls of which a part is out of view, without being scrolled to."""
    return [
        f"{name_of(widget)} at {widget.mapTo(window, QPoint(0, 0)).toTuple()}, {widget.size().toTuple()}"
        for kind in (QLabel, QAbstractButton, QComboBox, QTabBar, QSlider)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and widget.window() is window
        and not _scrolled(widget)
        and widget.visibleRegion().boundingRect() != widget.rect()
        and (not isinstance(widget, QLabel) or widget.text())
    ]


def _scrolled(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def faults(window: QWidget) -> list[str]:
    """Everything that is wrong with what is on show."""
    checks = (
        cut_labels,
        cut_sentences,
        cut_buttons,
        cut_tabs,
        cut_choices,
        cut_headings,
        cut_cells,
        overlapping,
        clipped,
    )
    return [f"{check.__name__}: {fault}" for check in checks for fault in check(window)]


def every_view(window: MainWindow, layer: str = "conv1") -> Iterator[str]:
    """Turn to each workspace and each of its tabs in turn, with a layer chosen on the canvas."""
    for page in ("data", "network", "train", "understand"):
        window.show_workspace(page)
        panel = window.workbench.panel(page)
        if isinstance(panel, DataView):
            yield from _tabs(page, panel.samples.tabs)
        elif isinstance(panel, TrainPanel):
            yield from _tabs(page, panel.tabs)
        elif isinstance(panel, UnderstandPanel):
            for kind in panel.views.kinds:
                panel.views.bring(kind)
                yield f"{page}, {kind.title}"
        else:
            window.workbench.canvas.select([layer])
            for tabs in (window.workbench.left, window.workbench.side_panel, window.workbench.checks):
                yield from _tabs(page, tabs)


def _tabs(page: str, tabs: QTabWidget) -> Iterator[str]:
    for index in range(tabs.count()):
        if tabs.isTabVisible(index):
            tabs.setCurrentIndex(index)
            yield f"{page}, {tabs.tabText(index)}"
    tabs.setCurrentIndex(0)


@pytest.mark.parametrize(("width", "height", "text", "look"), LOOKS)
def test_no_word_is_cut_at_any_size(
    window: MainWindow, project_file: Path, netloom_home: Path, width: int, height: int, text: int, look: str
) -> None:
    Run.create(netloom_home / "runs" / "A first attempt", project_json(digits_project()), {})
    window.preferences.set("theme", look)
    window.preferences.set("text_size", text)
    window.resize(width, height)
    settle()
    found = [f"start: {fault}" for fault in faults(window)]
    with_curves(window, project_file)
    for view in every_view(window):
        settle()
        found += [f"{view}: {fault}" for fault in faults(window)]
        if (window.width(), window.height()) != (width, height):
            found.append(f"{view}: the window is {window.size().toTuple()}")
            window.resize(width, height)
    assert not found, "\n".join(found)


def test_looks_differ_in_nothing_that_takes_room() -> None:
    light, dark = ThemeSource("light").theme, ThemeSource("dark").theme
    sheets = [re.sub(r"#[0-9a-fA-F]{3,8}|rgba?\([^)]*\)|url\([^)]*\)", "", stylesheet(look)) for look in (light, dark)]
    assert sheets[0] == sheets[1]
    differing = [field.name for field in fields(light) if getattr(light, field.name) != getattr(dark, field.name)]
    assert all(name == "name" or _colours(getattr(light, name)) for name in differing)


def _colours(value: object) -> bool:
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else [value]
    return all(isinstance(one, QColor) for one in values)

"""What cannot be read in a window: words that are cut, lie over each other or reach out of view."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
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
    QToolButton,
    QTreeView,
    QWidget,
)

from tests.widgets.shell.lost_content import CHECKS, in_view, once, one_look, shown, visible
from tests.widgets.shell.painted_words import CHECKS as PAINTED
from widgets.look.elided_label import ElidedLabel
from widgets.training.busy_covers import Cover

SHORT = 24
"""A number or name of fewer letters is never cut; a longer text may be where its tooltip has the whole."""


def name_of(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else widget.objectName()
    parent = widget.parentWidget()
    return f"{type(widget).__name__} “{text[:50]}” in {type(parent).__name__} {parent.objectName() if parent else ''}"


def cut_labels(window: QWidget) -> list[str]:
    """Labels that have less room than their words need."""
    cut = []
    for label in shown(window, QLabel):
        if not label.text() or isinstance(label, ElidedLabel):
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.minimumSizeHint().height()
        narrow = not label.wordWrap() and label.width() < label.minimumSizeHint().width()
        if narrow or label.height() < needed:
            cut.append(f"{name_of(label)} has {label.size().toTuple()}, needs {label.minimumSizeHint().toTuple()}")
    return cut


def cut_sentences(window: QWidget) -> list[str]:
    """Labels that are elided, and not only written smaller, and do not say the whole as their tooltip."""
    return [
        name_of(label)
        for label in shown(window, ElidedLabel)
        if label.grab() is not None and label._fitting()[1] != label.text() != label.toolTip()
    ]


def cut_buttons(window: QWidget) -> list[str]:
    """Buttons with words that have less room than these need."""
    return [
        f"{name_of(button)} has {button.size().toTuple()}, needs {button.sizeHint().toTuple()}"
        for kind in (QPushButton, QToolButton, QCheckBox, QRadioButton)
        for button in shown(window, kind)
        if button.text()
        and type(button).paintEvent in (kind.paintEvent,)
        and not (isinstance(button, QToolButton) and not button.toolButtonStyle().value and not button.icon().isNull())
        and button.width() < button.sizeHint().width()
    ]


def cut_tabs(window: QWidget) -> list[str]:
    """Tabs that are scrolled away, or have less room than their words need."""
    return [
        f"{bar.tabText(index)} of {name_of(bar)}"
        for bar in shown(window, QTabBar)
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
        for widget in once(window, visible)
        if isinstance(widget, QLabel | QAbstractButton | QComboBox | QTabBar | QSlider)
        and not _scrolled(widget)
        and widget.visibleRegion().boundingRect() != widget.rect()
        and (not isinstance(widget, QLabel) or widget.text())
    ]


def cut_columns(window: QWidget) -> list[str]:
    """Columns of tables that reach out of view where no bar says that there is more."""
    return [
        f"column {at} of {name_of(view)} ends at {header.sectionViewportPosition(at) + header.sectionSize(at)}"
        for view in shown(window, QAbstractItemView)
        if isinstance(view, QTableView | QTreeView) and not view.horizontalScrollBar().isVisible()
        for header in [view.header() if isinstance(view, QTreeView) else view.horizontalHeader()]
        for at in range(header.count())
        if not header.isSectionHidden(at)
        and header.sectionViewportPosition(at) + header.sectionSize(at) > view.viewport().width() + 1
    ]


def cut_covers(window: QWidget) -> list[str]:
    """Words over a pane that waits, of which a part is out of sight; all of them where no pane has any."""
    covers = [cover for cover in shown(window, Cover) if cover.words]
    cut = [
        f"“{cover.words}” over {name_of(cover.parentWidget() or cover)} of {cover.size().toTuple()}"
        for cover in covers
        if cover.text() and not cover.visibleRegion().contains(words_of(cover))
    ]
    return cut if any(cover.text() for cover in covers) or not covers else ["no pane says that it waits"]


def words_of(label: QLabel) -> QRect:
    """Where the words of a label stand in it."""
    room = label.contentsRect()
    wrapped = Qt.TextFlag.TextWordWrap | label.alignment()
    return label.fontMetrics().boundingRect(room, wrapped, label.text())


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
        cut_columns,
        cut_covers,
        overlapping,
        clipped,
        *CHECKS,
        *PAINTED,
    )
    with one_look(window):
        return [f"{check.__name__}: {fault}" for check in checks for fault in check(window)]

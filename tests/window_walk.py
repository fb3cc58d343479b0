"""A walk through every workspace, tab, menu and tooltip of a window, in search of texts that Qt reads as HTML."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from unittest.mock import patch

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QtMsgType, qInstallMessageHandler
from PySide6.QtCore import Qt as Core
from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMenu, QTabBar, QToolTip, QWidget
from shiboken6 import isValid

from widgets.shell.window import MainWindow
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.understand_tab import Tab

LOADS = re.compile(r"<\s*(img|link|style|body|table|p|object|qt)\b[^>]*trap\.png", re.IGNORECASE)
"""A tag that names the picture nobody may open."""
MOST_CELLS = 40
_SHOWN: set[str] = set()
"""Tooltips that were shown already, in whatever window."""
EXPECTED = ("propagateSizeHints", "does not support raise()")


class QtMessages:
    """What Qt complains of in the meantime, and the errors of what Qt calls."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def __enter__(self) -> QtMessages:
        self._before = qInstallMessageHandler(self._take)
        self._hook, sys.excepthook = sys.excepthook, self._take_error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        qInstallMessageHandler(self._before)
        sys.excepthook = self._hook

    def _take_error(self, kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
        self.complaints.append("".join(traceback.format_exception(kind, error, at)))

    def _take(self, kind: QtMsgType, _where: object, text: str) -> None:
        if kind is not QtMsgType.QtInfoMsg and not any(words in text for words in EXPECTED):
            self.complaints.append(text)


def settle() -> None:
    """Let the window do what it has put off."""
    for _ in range(4):
        QApplication.processEvents()


def walk(window: MainWindow) -> Iterator[str]:
    """Go everywhere; yields each text that would be read as HTML."""
    for workspace in ("data", "network", "train", "understand"):
        window.show_workspace(workspace)
        yield from look(window)
        yield from _tabs(window)
    understand = window.workbench.panel("understand")
    if isinstance(understand, UnderstandPanel):
        with patch.object(Tab, "lacks", lambda _subject: ""):  # as if each had something to show
            for kind in understand.views.kinds:
                understand.show_tab(kind.title)
                yield from look(window)
    window.show_workspace("network")
    for id_ in window.session.document.network.ids:
        window.workbench.canvas.select([id_])
        yield from look(window)
    window.show_start()
    yield from look(window)
    yield from _tabs(window)
    window.show_workbench()


def _tabs(window: QWidget) -> Iterator[str]:
    """Bring every tab in view to the front once."""
    for bar in [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]:
        before = bar.currentIndex()
        for tab in range(bar.count()):
            bar.setCurrentIndex(tab)
            yield from look(window)
        bar.setCurrentIndex(before)


def look(window: QWidget) -> Iterator[str]:
    """Paint a window and all that it would say; yields what would be read as HTML."""
    settle()
    window.grab()
    for menu in window.findChildren(QMenu):
        if isValid(menu):
            menu.aboutToShow.emit()
    tips = {tip for tip in tooltips(window) if "trap.png" in tip} - _SHOWN
    for tip in tips:  # what is shown of them lets widgets come and go
        QToolTip.showText(window.mapToGlobal(window.rect().center()), tip, window)
        settle()
        QToolTip.hideText()
    _SHOWN.update(tips)
    yield from (f"tooltip {tip!r}" for tip in tips if Qt.mightBeRichText(tip) and LOADS.search(tip))
    yield from _labels(window)


def _labels(window: QWidget) -> Iterator[str]:
    for label in window.findChildren(QLabel):
        if label.metaObject().className() == "QTipLabel":
            continue  # its text is that of a tooltip above
        rich = label.textFormat() is not Core.TextFormat.PlainText and Qt.mightBeRichText(label.text())
        if rich and LOADS.search(label.text()):
            yield f"label {label.text()!r}"


def tooltips(window: QWidget) -> Iterator[str]:
    """What widgets, actions and cells would say under the pointer, and in Qt's other places of the kind."""
    said: list[QWidget | QAction] = [window, *window.findChildren(QWidget), *window.findChildren(QAction)]
    for each in said:
        yield from (each.toolTip(), each.whatsThis(), each.statusTip())
    for bar in window.findChildren(QTabBar):
        yield from (bar.tabToolTip(tab) for tab in range(bar.count()))
    for view in window.findChildren(QAbstractItemView):
        if view.model() is not None:
            yield from _cells(view.model())


def _cells(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    role, root = Core.ItemDataRole.ToolTipRole, parent or QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else min(model.columnCount(root), MOST_CELLS)
    if parent is None:
        yield from (str(model.headerData(at, Core.Orientation.Horizontal, role) or "") for at in range(columns))
    for row in range(min(model.rowCount(root), MOST_CELLS)):
        for column in range(columns):
            index = model.index(row, column, root)
            yield str(model.data(index, role) or "")
            if column == 0 and model.rowCount(index):
                yield from _cells(model, index)

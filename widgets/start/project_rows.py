"""Rows of Continue on the start page (list items): a project each, with what came of its last run in whole words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from widgets.look.plain_text import plain_tip
from widgets.start.preset_cards import Words
from widgets.start.recent_project import RecentProject

_LEFT, _RIGHT = Qt.TextElideMode.ElideLeft, Qt.TextElideMode.ElideRight

MOST_LINES = 3
"""Lines for what is known of a project, which is cut behind them."""
EDGE = 8


class ProjectRow(QToolButton):
    """A project to continue with: its name, below it `mark` if it has one, and what is known of it.

    That is how far its training is as long as it is trained, else ``below``. It takes as many lines as it needs; a path
    has one, and is cut at its start.
    """

    mark = ""

    def __init__(self, project: RecentProject, below: str, cut: Qt.TextElideMode = _RIGHT) -> None:
        super().__init__()
        self.project, self.name, self.below = project, project.title, below
        self._known, self._cut = below, cut
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.describe()

    def describe(self) -> None:
        """Say in tooltip and description what it is, and what is known of it."""

    def say_training(self, words: str) -> None:
        """Say how far the training of the project is; where nothing is said, it is not trained now."""
        if (words or self._known) != self.below:
            self.below = words or self._known
            self.describe()
            self.updateGeometry()
            self.update()

    @property
    def tells_training(self) -> bool:
        """Whether it says how far a training is."""
        return self.below != self._known

    @property
    def lines(self) -> list[str]:
        """What is painted below its name and mark, line by line, at its present width."""
        metrics, room = self.fontMetrics(), self.width() - 2 * EDGE
        if self._cut is _LEFT and not self.tells_training:
            return [metrics.elidedText(self.below, _LEFT, room)]
        lines = Words(self.font()).wrapped(self.below, room - 2)
        kept = [*lines[: MOST_LINES - 1], " ".join(lines[MOST_LINES - 1 :])] if len(lines) > MOST_LINES else lines
        return [metrics.elidedText(line, _RIGHT, room) for line in kept]

    def sizeHint(self) -> QSize:
        lines = (2 if self.mark else 1) + max(1, len(self.lines))
        return QSize(180, lines * (self.fontMetrics().height() + 1) + 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as its words need at the new width; a layout that is aligned at its top asks only for the hint."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        metrics, width, colours = self.fontMetrics(), self.width() - 2 * EDGE, self.palette()
        lines = [(self.name, colours.text()), *((line, colours.placeholderText()) for line in self.lines)]
        if self.mark:
            lines.insert(1, (self.mark, colours.link()))
        place = QRect(EDGE, 5, width, metrics.height())
        for text, colour in lines:
            painter.setPen(colour.color())
            painter.drawText(place, 0, metrics.elidedText(text, _RIGHT, width))
            place.translate(0, metrics.height() + 1)
        painter.end()


class OpenRow(ProjectRow):
    """The project that is open behind the start page, and the way back to it."""

    mark = "Open: back to it (Esc)"

    def __init__(self, project: RecentProject) -> None:
        super().__init__(project, project.score or "Not trained yet")
        self.setObjectName("startBack")
        self.setAccessibleName(f"Back to {self.name}")

    def describe(self) -> None:
        """Say that it is open, what is known of it, and where it is."""
        self.setAccessibleDescription(f"Open, {self.below}")
        where = f"\n{self.project.path}" if self.project.path is not None else ""
        self.setToolTip(plain_tip(f"Back to {self.name}, as you left it (Esc)\n{self.below}{where}"))


class FileRow(ProjectRow):
    """A recent project: its name, and under it what came of its last run, or the folder.

    `unwanted` says that it is to leave the list: by the key Del, or by the menu that a right click opens.
    """

    unwanted = Signal()

    def __init__(self, project: RecentProject) -> None:
        folder = str(project.path.parent).replace(str(Path.home()), "~") if project.path is not None else ""
        below = project.score or ("As its last run has it" if project.unsaved else folder)
        super().__init__(project, below, _LEFT if below == folder else _RIGHT)
        file = project.path.name if project.path is not None and not project.unsaved else project.name
        self.setAccessibleName(f"Open {file}")

    def describe(self) -> None:
        """Say where it is, what is known of it, and how it leaves the list."""
        where = "Not saved yet: it opens as its last run has it" if self.project.unsaved else str(self.project.path)
        said = self.below if self.tells_training else self.project.score
        self.setAccessibleDescription(f"{said}, {where}" if said else where)
        lines = filter(None, (where, said, "Del, or a right click, takes it off this list"))
        self.setToolTip(plain_tip("\n".join(lines)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to take it off the list."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Take it off this list", self.unwanted.emit)
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        menu.popup(self.mapToGlobal(QPoint(EDGE, self.height())) if by_key else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.unwanted.emit()
        else:
            super().keyPressEvent(event)

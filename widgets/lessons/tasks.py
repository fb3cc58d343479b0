"""What there is to do, with a circle that becomes a tick."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QWidget

from widgets.look.labels import text_label
from widgets.look.layouts import hbox
from widgets.look.theme import Themed, ThemeSource


class Tick(Themed, QWidget):
    """An empty circle, or a full one with a tick."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.done = False
        self.follow(themes)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(20), self.theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        circle = QRectF(1, 1, side - 2, side - 2)
        painter.setPen(QPen(self.theme.ok if self.done else self.theme.strong_border, 1.5))
        painter.setBrush(self.theme.ok if self.done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        if self.done:
            pen = QPen(self.theme.surface, side / 10)
            painter.setPen(pen)
            points = [QPointF(x * side, y * side) for x, y in ((0.28, 0.52), (0.44, 0.68), (0.73, 0.36))]
            painter.drawPolyline(QPolygonF(points))
        painter.end()


class TaskSign(QFrame):
    """One task in a frame."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("lessonTask")
        self.setProperty("card", True)
        self.tick = Tick(themes)
        self.text = text_label(wrap=True)
        hbox((self.tick, 0, Qt.AlignmentFlag.AlignTop), (self.text, 1), parent=self, margins=(10, 8, 10, 8), spacing=10)

    def show_task(self, task: str, done: bool) -> None:
        """Show a task; one that is done now is announced to screen readers."""
        announce = done and not self.tick.done and self.isVisible()
        self.text.setText(task)
        self.tick.done = done
        self.tick.setAccessibleName("Done" if done else "To do")
        self.setAccessibleName(f"{'Done' if done else 'To do'}: {task}")
        self.tick.update()
        if announce:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

"""Modal sheet in the window: a question that what was begun waits for, in the middle over the dimmed window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget
from shiboken6 import isValid

from widgets.look.floating import height_at
from widgets.look.theme import Themed, ThemeSource

WIDTH = 460
"""Pixels that a question is wide, before they are scaled as the text is; more where its answers need it."""
EDGE = 24
"""Room in pixels that stays on either side of a question."""
DIM = {"light": QColor(0, 0, 0, 90), "dark": QColor(0, 0, 0, 150)}


class QuestionSheet(Themed, QWidget):
    """Takes mouse and Tab key for itself while it holds a question; the keys come back to where they were after it."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("questionSheet")
        self.setAccessibleName("Question")
        self._question: QWidget | None = None
        self._before: QWidget | None = None
        self.follow(themes)
        self.hide()

    def cover(self, whole: QWidget) -> None:
        """Lie over ``whole`` from now on."""
        self.setParent(whole)
        self.hide()
        whole.installEventFilter(self)

    def hold(self, question: QWidget) -> None:
        """Show a question, with the keys on its first answer."""
        if self._question is None:
            self._before = self.window().focusWidget()
        self._question = question
        question.setParent(self)
        question.installEventFilter(self)
        for button in question.findChildren(QPushButton):
            button.installEventFilter(self)
        question.show()
        self.show()
        self._place()
        self.raise_()
        self._answers()[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def release(self, question: QWidget) -> None:
        """The question was answered, or is not asked any more."""
        if question is not self._question:
            return
        held = self.isAncestorOf(self.window().focusWidget())
        self._question, before, self._before = None, self._before, None
        self.hide()
        if held and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def theme_changed(self) -> None:
        """Larger text needs more room."""
        self._place()

    def _answers(self) -> list[QPushButton]:
        return self._question.findChildren(QPushButton) if self._question is not None else []

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round the answers, and to nothing behind the sheet."""
        answers = self._answers()
        here = [number for number, answer in enumerate(answers) if answer.hasFocus()]
        to = (here[0] + (1 if forward else -1)) % len(answers) if here else 0
        if answers:
            answers[to].setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size; the second press of a double click that led here is no answer."""
        kind = event.type()
        if kind in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and not isinstance(watched, QPushButton):
            self._place()
        return kind == QEvent.Type.MouseButtonDblClick and isinstance(watched, QPushButton)

    def _place(self) -> None:
        whole, question = self.parentWidget(), self._question
        if whole is None or question is None:
            return
        self.setGeometry(whole.rect())
        width = max(self.theme.px(WIDTH), question.minimumSizeHint().width())
        width = min(width, self.width() - 2 * EDGE)
        height = min(height_at(question, width), self.height())
        question.setGeometry((self.width() - width) // 2, (self.height() - height) * 2 // 5, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), DIM[self.theme.name])
        painter.end()

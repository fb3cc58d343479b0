"""Modal sheet in the window: a question that what was begun waits for, in the middle over the dimmed window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from widgets.look.floating import height_at
from widgets.look.focus import give_back, keys_in
from widgets.look.theme import Themed, ThemeSource
from widgets.shell.held_keys import HeldKeys

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

WIDTH = 460
"""Pixels that a question is wide, before they are scaled as the text is; more where its answers need it."""
EDGE = 24
"""Room in pixels that stays on either side of a question."""
DIM = {"light": QColor(0, 0, 0, 90), "dark": QColor(0, 0, 0, 150)}


class QuestionSheet(Themed, QWidget):
    """Takes mouse and keyboard for itself while it holds a question; the keys come back to where they were after it.

    Tab goes round the answers, Return takes the usual one, Esc none, and no shortcut acts but those that ``keys`` lets
    pass.
    """

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("questionSheet")
        self.setAccessibleName("Question")
        self._question: QWidget | None = None
        self._before: QWidget | None = None
        self.keys = HeldKeys(self, lambda: next(iter(self._answers()), None))
        self.follow(themes)
        self.hide()

    def cover(self, whole: QWidget) -> None:
        """Lie over ``whole`` from now on: over a window, over what floats in it too."""
        self.setParent(whole)
        self.hide()
        whole.installEventFilter(self)

    def hold(self, question: QWidget) -> None:
        """Show a question, with the keys on its first answer."""
        if self._question is None:
            self._before = keys_in(self.window())
        self._question = question
        question.setParent(self)
        question.installEventFilter(self)
        for button in question.findChildren(QPushButton):
            button.installEventFilter(self)
        question.show()
        self.show()
        self._place()
        self.raise_()
        self.keys.begin()

    @property
    def holds(self) -> bool:
        """Whether a question stands."""
        return self._question is not None

    def release(self, question: QWidget) -> None:
        """The question was answered, or is not asked any more."""
        if question is not self._question:
            return
        self.keys.end()
        before, self._before, self._question = self._before, None, None
        self.hide()
        give_back(before)

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no answer made use of: Return takes the usual one, and nothing goes on to the window behind."""
        answers = self._answers()
        if event.key() in ENTER and answers and not event.isAutoRepeat():
            answers[0].click()
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.accept()

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

"""What is wrong with a layer, beside its card, with buttons that repair it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QWidget

from graph.checking.fixes import Fix
from graph.checking.layer_info import Problem
from widgets.canvas.popup_place import open_near
from widgets.look.focus_ring import FocusRing
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import caption
from widgets.look.theme import Theme

WIDTH = 300
"""Width of the popup in pixels."""


class ProblemPopup(QFrame):
    """Sentences and fixes of one layer; Esc, or a click elsewhere, closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("problemPopup")
        FocusRing(self)
        self.setAccessibleName("Problems of the layer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._column = vbox(parent=self, margins=(14, 12, 14, 12), spacing=8)
        self.hide()

    def open_at(self, place: QPoint, problems: Sequence[Problem], theme: Theme, repair: Callable[[Fix], None]) -> None:
        """Show problems near ``place`` (parent's coordinates); ``repair`` is called with the fix that is chosen."""
        self._fill(problems, theme, repair)
        self.setFixedWidth(theme.px(WIDTH))
        self.adjustSize()
        open_near(self, place)
        first = self.findChild(QPushButton)
        (first or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close it."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _fill(self, problems: Sequence[Problem], theme: Theme, repair: Callable[[Fix], None]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        edge, ground, text = theme.strong_border.name(), theme.raised.name(), theme.text.name()
        self.setStyleSheet(
            f"#problemPopup {{ background: {ground}; border: 1px solid {edge}; border-radius: 8px; }}"
            f"#problemPopup QLabel {{ color: {text}; border: none; background: transparent; }}"
        )
        for problem in problems:
            sentence = text_label(problem.message, self, wrap=True, selectable=True)
            self._column.addWidget(sentence)
            for fix in problem.fixes:
                self._column.addWidget(self._button(fix, repair))

    def _button(self, fix: Fix, repair: Callable[[Fix], None]) -> QPushButton:
        button = QPushButton(caption(fix.title), self)
        button.setAccessibleDescription("Repairs the problem; undo takes it back")
        button.installEventFilter(self)
        button.clicked.connect(lambda: self._choose(fix, repair))
        return button

    def _choose(self, fix: Fix, repair: Callable[[Fix], None]) -> None:
        self.dismiss()
        repair(fix)

    # Qt's events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._lost_focus()
        return super().eventFilter(watched, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._lost_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _lost_focus(self) -> None:
        focus = QApplication.focusWidget()
        if focus is None or not (focus is self or self.isAncestorOf(focus)):
            self.dismiss()

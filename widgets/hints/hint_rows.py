"""How hints look: quiet rows below the problems, and a note in the inspector."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QToolButton, QWidget

from graph.checking.layer_info import Severity
from graph.checking.network_hints import Hint
from widgets.look import icons
from widgets.look.focus_ring import FocusRing
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.menus import add_entry, give_menu
from widgets.look.plain_text import caption, plain_tip
from widgets.look.severity_icons import Mark
from widgets.look.theme import Themed, ThemeSource


class HintRow(Themed, QFrame):
    """One hint: what and, on demand, why; a button for each change, and a cross with two ways to be rid of it.

    ``opened`` and ``fixed`` carry the hint or a fix; ``dismissed`` and ``hidden`` carry the hint.
    """

    opened = Signal(object)
    fixed = Signal(object)
    dismissed = Signal(object)
    hidden = Signal(object)

    def __init__(self, hint: Hint, title: str, themes: ThemeSource) -> None:
        super().__init__()
        self.hint = hint
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"Hint: {hint.message}")
        self.setAccessibleDescription(hint.why)
        self.setObjectName("hint")
        self.setProperty("row", True)
        FocusRing(self)
        if hint.layer is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.reason = text_label(hint.why, wrap=True, look="faint", hidden=True)
        self.why, self.cross = self._why(), self._cross(title)
        self.buttons = [self._button(fix) for fix in hint.fixes]
        self._assemble(themes)
        self.follow(themes)
        self.theme_changed()

    def _why(self) -> QPushButton:
        button = QPushButton("Why?")
        button.setObjectName("hintWhy")
        button.setFlat(True)
        button.setCheckable(True)
        button.setToolTip("Tell the reason")
        button.toggled.connect(self.reason.setVisible)
        return button

    def _cross(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("hintDismiss")
        button.setAccessibleName("Dismiss this hint")
        button.setToolTip("Dismiss this hint")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction("Dismiss here").triggered.connect(lambda: self.dismissed.emit(self.hint))
        add_entry(menu, f"Never show: {title}", lambda: self.hidden.emit(self.hint))
        give_menu(button, menu)
        return button

    def _button(self, fix: object) -> QPushButton:
        button = QPushButton(caption(getattr(fix, "title", "")))
        button.setObjectName("hintFix")
        button.setToolTip("Change it like this; Undo takes it back")
        button.clicked.connect(lambda: self.fixed.emit(fix))
        return button

    def _assemble(self, themes: ThemeSource) -> None:
        text = text_label(self.hint.message, wrap=True)
        middle = Qt.AlignmentFlag.AlignVCenter
        hbox(
            (Mark(Severity.HINT, themes), 0, middle),
            (vbox(text, self.reason, spacing=2), 1),
            *((button, 0, middle) for button in (self.why, *self.buttons, self.cross)),
            parent=self,
            margins=(10, 3, 6, 3),
            spacing=10,
        )

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.cross.setIcon(icons.icon("close", self.theme, self.theme.faint))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.hint)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.hint)
        elif event.key() == Qt.Key.Key_Delete:
            self.dismissed.emit(self.hint)
        else:
            super().keyPressEvent(event)


class HintNote(QWidget):
    """The hints about one layer, beside a small mark; their reasons stand in the tip."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("hintNote")
        self.text = text_label(wrap=True, look="faint")
        hbox(
            (Mark(Severity.HINT, themes), 0, Qt.AlignmentFlag.AlignTop),
            (self.text, 1),
            parent=self,
            margins=(0, 2, 0, 2),
            spacing=8,
        )
        self.hide()

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show these, or nothing where there are none."""
        self.text.setText("\n".join(_without_name(hint) for hint in hints))
        self.setToolTip(plain_tip("\n\n".join(hint.why for hint in hints)))
        self.setVisible(bool(hints))


def _without_name(hint: Hint) -> str:
    """The message without the layer's name, which stands above it: ``One kernel of 7 × 7 where ...``."""
    message = hint.message.removeprefix(f"{hint.layer}: ")
    return message[:1].upper() + message[1:] if message != hint.message else message

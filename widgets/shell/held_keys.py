"""The keyboard of a window, held for one part of it: what else the window has neither gets the keys nor hears them.

Qt holds keys for dialogs, which are windows of their own. A part that lies over its window holds them by this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from widgets.look.focus import within

PRESSES = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
TYPED = (*PRESSES, QEvent.Type.ShortcutOverride, QEvent.Type.InputMethod)


class HeldKeys(QObject):
    """Holds the keys for ``part`` between `begin` and `end`, however the focus is moved meanwhile.

    ``usual`` names what in the part gets them when they were elsewhere, unless they were with something in it before.
    The shortcuts named in ``passing`` act as ever, those of all else in the window do not.
    """

    def __init__(self, part: QWidget, usual: Callable[[], QWidget | None]) -> None:
        super().__init__(part)
        self._part, self._usual = part, usual
        self._last: QWidget | None = None
        self._passing: frozenset[str] = frozenset()
        self._held = False

    def let_pass(self, keys: Iterable[str]) -> None:
        """Let these shortcuts act while keys are held."""
        self._passing = frozenset(keys)

    def begin(self) -> None:
        """Take the keys; what pops up over the window is closed, for it has them too."""
        self._last = None
        self.take()
        app = QApplication.instance()
        if self._held or not isinstance(app, QApplication):
            return
        self._held = True
        app.installEventFilter(self)
        app.focusChanged.connect(self._on_focus)
        while (popup := QApplication.activePopupWidget()) is not None and popup.close():
            pass

    def end(self) -> None:
        """Hold them no longer."""
        app = QApplication.instance()
        if self._held and isinstance(app, QApplication):
            self._held = False
            app.removeEventFilter(self)
            app.focusChanged.disconnect(self._on_focus)

    def take(self) -> QWidget | None:
        """Give the keys to what had them last in the part, or to what usually has them."""
        last = self._last
        target = last if last is not None and isValid(last) and last.isVisible() else self._usual()
        if target is not None and not target.hasFocus():
            target.setFocus()
        return target

    def _on_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """Where other code gave the keys to what is behind, or to nothing, they come back at once."""
        if not isValid(self._part):  # the window is closed with it
            return
        if now is not None and within(self._part, now):
            self._last = now
        elif self._part.isActiveWindow() and (now is None or now.window() is self._part.window()):
            self.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lead what is typed into the part, and keep shortcuts from acting."""
        kind = event.type()
        if kind not in TYPED or not isinstance(watched, QWidget) or watched.window() is not self._part.window():
            return False
        inside = within(self._part, watched)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            passes = QKeySequence(event.keyCombination()).toString() in self._passing
            if not passes:
                event.accept()
            return not passes
        if not inside and kind == QEvent.Type.KeyPress and (target := self.take()) is not None:
            QApplication.sendEvent(target, event)
        return not inside

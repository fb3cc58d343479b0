"""A first-time user at the real window: mouse, keys and file drops, each counted, and what can be read on screen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QAbstractAnimation, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from widgets.shell.window import MainWindow
from widgets.tour.hands import TURN_MS, WindowDriver
from widgets.tour.painted_text import visible_words
from widgets.training.command_process import CommandProcess

POINTING, CLICK, KEY, THINKING = 1.1, 0.2, 0.28, 1.35
"""Seconds of the keystroke-level model (Card, Moran and Newell 1980): to point, to press, to type a key, to decide."""

PATIENCE = 900.0
"""Seconds after which what a step awaits will not come any more: a net, for every wait is for a state of the window."""

SOON_MS = 500
"""A timer that runs out once within this time is work that the window still owes to what was done."""

READING_MS = 200
"""Between two looks at all words of the window: to find them, it is painted."""

READING = 60.0
"""Seconds after which a window at rest will not say any more what it does not say."""

RUNNING = QAbstractAnimation.State.Running

QUIET_MS = 50
"""Between two looks at whether the window is at rest."""

QUIET_TURNS = 3
"""Turns of the event loop for which the window owes nothing before it counts as at rest."""


@dataclass
class Count:
    """What one step took: gestures, and seconds of a hand by the keystroke-level model and of the window itself.

    The window's seconds are those of the clock without the training; ``worked`` are those of the processor, in which
    other work on the machine does not show.
    """

    name: str
    gestures: int = 0
    hand: float = 0.0
    clock: float = 0.0
    training: float = 0.0
    worked: float = 0.0
    made: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        window = self.clock - self.training
        waited = f"window {window:.0f} s ({self.worked:.0f} s of its processor)"
        times = f"hand {self.hand:.0f} s, {waited}, training {self.training:.0f} s"
        return f"{self.name}: {self.gestures} gestures, {times}"


class User(WindowDriver):
    """One user at one window. A press of a button or key, a drag, a drop and a typed text are one gesture each."""

    window: MainWindow
    counts: list[Count]

    def __init__(self, window: MainWindow, folder: Path, log: Callable[[str], None], counts: list[Count]) -> None:
        super().__init__(window, folder, log)
        self.counts = counts

    @contextmanager
    def step(self, name: str) -> Iterator[Count]:
        """A part of the work whose gestures are counted together."""
        self.counts.append(Count(name))
        begun, worked, count = time.monotonic(), time.process_time(), self.counts[-1]
        try:
            yield count
        finally:
            count.clock, count.worked = time.monotonic() - begun, time.process_time() - worked

    def _count(self, what: str, seconds: float) -> None:
        self.counts[-1].gestures += 1
        self.counts[-1].hand += THINKING + seconds
        self.counts[-1].made.append(what)

    def wait(self, happened: Callable[[], object], what: str, seconds: float = PATIENCE, every: int = TURN_MS) -> None:
        """Let the window live until something has happened."""
        super().wait(happened, what, seconds, every)

    # Hands

    def click(self, target: QWidget | str, place: QPoint | None = None) -> None:
        """Click a widget: one gesture."""
        self._count(f"click {_called(target)}", POINTING + CLICK)
        super().click(target, place)

    def press(self, text: str, within: QWidget | None = None) -> None:
        """Click the button on show with this text."""
        self.wait(lambda: self._button(text, within), f"a button “{text}” was to be on show")
        button = self._button(text, within)
        assert button is not None
        self.click(button)

    def sees(self, text: str) -> bool:
        """Whether there is a button on show with this text."""
        return self._button(text, None) is not None

    def _button(self, text: str, within: QWidget | None) -> QAbstractButton | None:
        modal = QApplication.activeModalWidget()
        where = within or modal or self.window
        for button in where.findChildren(QAbstractButton):
            if button.isVisible() and button.isEnabled() and button.text().replace("&", "") == text:
                return button
        return None

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key, with others held or not: one gesture."""
        self._count(f"key {key.name}", KEY)
        super().key(key, modifiers)

    def write(self, text: str, into: QWidget | None = None) -> None:
        """Type a text where the keyboard is: one gesture."""
        self._count(f"type {text!r}", KEY * len(text))
        super().write(text, into)

    def fill(self, field: QWidget, text: str) -> None:
        """Double-click what stands in a field, type over it, Return: four gestures."""
        editor = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit) or field
        self.double_click(editor, editor.rect().center())
        self.write(text, editor)
        self.key(Qt.Key.Key_Return)

    def double_click(self, widget: QWidget, place: QPoint) -> None:
        """Double-click: two gestures, since a button is pressed twice."""
        self._count("press", POINTING + CLICK)
        self._count("press again", CLICK - THINKING)
        super().double_click(widget, place)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint, on_the_way: Callable[[], object] | None = None) -> None:
        """Drag from one place to another: one gesture."""
        self._count("drag", 2 * POINTING + CLICK)
        super().drag(widget, start, end, on_the_way)

    def drop_file(self, path: Path) -> None:
        """Drag a file or folder out of the file manager and drop it on the window: one gesture."""
        self._count(f"drop {path.name}", 2 * POINTING + CLICK)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        middle, held = self.window.rect().center(), Qt.MouseButton.LeftButton
        plain, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        QApplication.sendEvent(self.window, QDragEnterEvent(middle, copy, data, held, plain))
        self.rest()
        QApplication.sendEvent(self.window, QDropEvent(QPointF(middle), copy, data, held, plain))
        self.rest()

    def answer_file_dialog(self, path: Path) -> None:
        """Type a path into the file dialog that opens next, and Return: two gestures."""
        self._count(f"type {path.name!r}", KEY * len(path.name))
        self._count("key Return", KEY)
        super().answer_file_dialog(path)

    def command(self, words: str) -> None:
        """Find a command by its words: keys, words, Return."""
        self._count("key Ctrl+Shift+P", KEY)
        super().command(words)

    def train(self) -> None:
        """Press Train, and wait until the training is over."""
        training = self.window.training
        self.click("trainButton")
        begun = time.monotonic()
        self.wait(lambda: training.active, "the training was to begin")
        self.wait(lambda: not training.active, "the training was to end", every=QUIET_MS)
        self.counts[-1].training += time.monotonic() - begun

    # Eyes

    def words(self, of: QWidget | None = None) -> str:
        """All that can be read of the window, or of a part of it, as it is painted."""
        return visible_words(of or self.window)

    def read(self, pattern: str, of: QWidget | None = None) -> re.Match[str]:
        """What is found on screen, waited for; `pattern` is searched in the lines that are painted."""
        self.settle()
        found: list[re.Match[str]] = []

        def there() -> bool:
            found.extend(re.finditer(pattern, self.words(of)))
            return bool(found)

        self.wait(there, f"“{pattern}” was to be read on screen", READING, READING_MS)
        return found[0]

    def looked_at(self) -> QWidget:
        """The dialog that is open, or the window."""
        return QApplication.activeModalWidget() or self.window

    def look(self, name: str, caption: str = "", *, trained: bool = False) -> None:
        """Take a picture of the window once it is at rest."""
        self.settle()
        super().look(name, caption, trained=trained)

    def settle(self) -> None:
        """Let what was pressed take effect: until the window owes nothing more."""
        for _ in range(QUIET_TURNS):
            self.wait(lambda: not self._is_busy(), "the window was to come to rest", every=QUIET_MS)
            self.rest(TURN_MS)

    def _is_busy(self) -> bool:
        """Whether something is under way: a request at the worker, another process, a movement, or a timer."""
        controller, window = self.window.training.controller, self.window
        return (
            (controller is not None and controller.link.busy)
            or any(process.running for process in window.findChildren(CommandProcess))
            or any(each.state() == RUNNING for each in window.findChildren(QAbstractAnimation))
            or any(map(_is_due, window.findChildren(QTimer)))
        )


def _is_due(timer: QTimer) -> bool:
    """Whether a timer runs out soon: once, or again and again for work that is done in slices."""
    return timer.isActive() and (timer.interval() == 0 or (timer.isSingleShot() and timer.interval() <= SOON_MS))


def _called(target: QWidget | str) -> str:
    if isinstance(target, str):
        return target
    text = target.text() if isinstance(target, QAbstractButton) else ""
    return text or target.accessibleName() or target.objectName() or type(target).__name__

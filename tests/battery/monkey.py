"""A monkey at the window: random clicks, keys, drags and wheel turns, with what each costs the event loop."""

from __future__ import annotations

import os
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QPoint,
    QPointF,
    QProcess,
    Qt,
    QTimer,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QDesktopServices, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from tests.battery.live_window import wait
from tests.battery.stalls import Stalls
from widgets.launch import make_window
from widgets.shell.window import MainWindow

KEYS = tuple(
    getattr(Qt.Key, f"Key_{name}")
    for name in "A B C D E F G H L M N T V W X Z 0 1 5 Tab Return Escape Space Up Down Left Right Home End F2 F6 F10 "
    "Delete Backspace Comma Plus Minus".split()
)
NONE, CONTROL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
FORBIDDEN = {(Qt.Key.Key_Q, CONTROL), (Qt.Key.Key_W, CONTROL)}
"""What would end the monkey's day."""
IGNORED = ("This plugin does not support", "QWidget::repaint: Recursive", "QFileSystemModel")
LOADED = 40.0
"""Seconds in which the window has loaded everything."""
MEASURED = 20
"""Acts after which the machine is measured again."""


class Monkey:
    """Plays with one window; ``faults`` are exceptions and Qt's complaints, each with the act that was going on."""

    def __init__(self, chance: random.Random, project: Path) -> None:
        self.chance = chance
        self.faults: list[str] = []
        self.costs: list[float] = []
        """The longest stall of each act and of all that followed from it, in pieces of work."""
        self.acts: list[str] = []
        self.window = self._open(project)
        self._stalls = Stalls()  # there is an event loop by now
        self._usher = QTimer(self.window, interval=60)
        self._usher.timeout.connect(self._close_dialogs)
        self._usher.start()

    def _open(self, project: Path) -> MainWindow:
        window = make_window(project)
        window.resize(self.chance.randint(1024, 1600), self.chance.randint(700, 1000))
        window.show()
        wait(lambda: window.loader.finished and window.training.controller is not None, LOADED, "the window is ready")
        QTest.qWait(300)
        return window

    def _close_dialogs(self) -> None:
        """Whatever waits for an answer gets one soon; a file dialog is never followed."""
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog) or (isinstance(dialog, QDialog) and self.chance.random() < 0.3):
            dialog.reject()
        popup = QApplication.activePopupWidget()
        if popup is not None and self.chance.random() < 0.1:
            popup.close()

    # Acts

    def act(self) -> None:
        """One act, and what follows from it."""
        name, act = self.chance.choice(
            (
                *([("click", self.click)] * 5),
                *([("key", self.key)] * 4),
                *([("drag", self.drag)] * 2),
                *([("wheel", self.wheel)] * 2),
                ("type", self.type),
                ("resize", self.resize),
                ("train", self.train),
            )
        )
        self.acts = [*self.acts[-11:], name]
        self._stalls.begin()
        act()
        QApplication.processEvents()
        self.costs.append(self._stalls.end())
        if len(self.costs) % MEASURED == 0:
            self._stalls.measure()
        if self.chance.random() < 0.3:
            QTest.qWait(self.chance.choice((5, 20, 60)))

    def target(self) -> QWidget:
        """Something that can be seen."""
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window
        seen = [widget for widget in top.findChildren(QWidget) if widget.isVisible() and widget.isEnabled()]
        return self.chance.choice(seen) if seen else top

    def place(self, widget: QWidget) -> QPoint:
        """A place inside it."""
        return QPoint(self.chance.randrange(max(1, widget.width())), self.chance.randrange(max(1, widget.height())))

    def _note(self, widget: QWidget, *more: object) -> None:
        words = " ".join(map(str, more))
        self.acts[-1] += f" {type(widget).__name__} “{widget.objectName() or widget.accessibleName()}” {words}".rstrip()

    def click(self) -> None:
        widget = self.target()
        place = self.place(widget)
        self._note(widget, place.toTuple())
        if self.chance.random() < 0.1:
            QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, NONE, place)
        else:
            button = Qt.MouseButton.RightButton if self.chance.random() < 0.08 else Qt.MouseButton.LeftButton
            QTest.mouseClick(widget, button, self.chance.choice((NONE, NONE, NONE, CONTROL, SHIFT)), place)

    def key(self) -> None:
        key, modifiers = self.chance.choice(KEYS), self.chance.choice((NONE, NONE, CONTROL, SHIFT))
        widget = QApplication.focusWidget() or self.window
        if (key, modifiers) not in FORBIDDEN and not isinstance(widget.window(), QFileDialog):
            self._note(widget, key.name, modifiers.name)
            QTest.keyClick(widget, key, modifiers)

    def type(self) -> None:
        widget = QApplication.focusWidget() or self.window
        if not isinstance(widget.window(), QFileDialog):
            word = self.chance.choice(
                ("dense 10, relu", "0.5", "-1", "1e999", "αβγ", "<b>x</b>", "conv 6 5x5", "[[[", "3")
            )
            self._note(widget, word)
            for letter in word:  # QTest knows ASCII alone
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    QApplication.sendEvent(QApplication.focusWidget() or self.window, QKeyEvent(kind, 0, NONE, letter))

    def drag(self) -> None:
        widget = self.target()
        start, end = self.place(widget), self.place(widget)
        self._note(widget, start.toTuple(), end.toTuple())
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, NONE, start)
        for step in range(1, 5):
            if widget.isVisible():
                QTest.mouseMove(widget, start + (end - start) * step / 4)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, NONE, end)

    def wheel(self) -> None:
        widget = self.target()
        spot = QPointF(self.place(widget))
        turned = QPoint(0, self.chance.choice((-240, -120, 120, 240)))
        modifiers = self.chance.choice((NONE, NONE, CONTROL))
        self._note(widget, turned.y())
        whole = widget.mapToGlobal(spot)
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(widget, QWheelEvent(spot, whole, QPoint(), turned, buttons, modifiers, phase, False))

    def resize(self) -> None:
        self.window.resize(self.chance.randint(960, 1700), self.chance.randint(600, 1050))

    def train(self) -> None:
        """Begin, pause or go on with a training."""
        if self.chance.random() < 0.3 and QApplication.activeModalWidget() is None:
            QTest.keyClick(self.window, Qt.Key.Key_F5)

    # The end

    def leave(self) -> None:
        """Close the window, whatever is unsaved, and wait until nothing of it is left."""
        self._usher.stop()
        self._stalls.leave()
        for top in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if top is not None:
                top.close()
        self.window.close_now()
        running = [
            f"{process.program()} {' '.join(process.arguments())} of {type(process.parent()).__name__}"
            for process in self.window.findChildren(QProcess)
            if process.state() != QProcess.ProcessState.NotRunning
        ]
        self.faults += [f"still running after the window was closed: {each}" for each in running]
        self.window.deleteLater()
        QTest.qWait(300)


@contextmanager
def watched(faults: list[str], acts: Callable[[], list[str]]) -> Iterator[None]:
    """Exceptions and complaints of Qt land in ``faults``, with the latest acts."""
    hook, opener = sys.excepthook, QDesktopServices.openUrl

    def on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        faults.append("".join(traceback.format_exception(kind, error, trace)) + f"after {acts()}")

    def on_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and not text.startswith(IGNORED):
            faults.append(f"Qt says: {text}\n{''.join(traceback.format_stack(limit=14))}after {acts()}")

    def no_browser(url: QUrl) -> bool:
        return True

    sys.excepthook = on_exception
    QDesktopServices.openUrl = no_browser  # type: ignore[method-assign, assignment]
    before = qInstallMessageHandler(on_message)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
        QDesktopServices.openUrl = opener  # type: ignore[method-assign]
        sys.excepthook = hook


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")

"""Find what a test of a window leaves behind: running timers, threads and processes, and windows."""

from __future__ import annotations

import contextlib
import gc
import sys
import weakref
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QProcess, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

PATIENCE = 2000
"""Milliseconds that a process or thread is given to end when a test has left it running."""

SHARED_WINDOWS = {"QTipLabel", "QDesktopScreenWidget"}
"""Windows that Qt keeps for itself between uses."""


class Watch:
    """Context that notes what is started inside it and, at its end, says what still goes on.

    ``leftovers`` holds one line for each thing left behind, with the place that started it. Each is stopped, so that
    the next test begins clean.
    """

    def __init__(self) -> None:
        self.leftovers: list[str] = []
        self._started: list[tuple[weakref.ref[QObject], str]] = []
        self._originals: list[tuple[type, Callable[..., Any]]] = []
        self._windows: set[QWidget] = set()

    def __enter__(self) -> Watch:
        self._windows = set(_windows())
        for kind in (QTimer, QThread, QProcess):
            self._note_starts(kind)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for started, original in self._originals:
            started.start = original  # type: ignore[attr-defined]
        _settle()
        if self._still_going() or self._new_windows():
            # What only waits for the garbage collector is not left behind.
            gc.collect()
            _settle()
        self._report_starts()
        self._report_windows()
        if not QThreadPool.globalInstance().waitForDone(PATIENCE):
            self.leftovers.append("tasks in the global thread pool")

    def _note_starts(self, kind: type) -> None:
        original = kind.start  # type: ignore[attr-defined]

        def start(this: QObject, *arguments: Any, **options: Any) -> Any:
            self._started.append((weakref.ref(this), _place()))
            return original(this, *arguments, **options)

        self._originals.append((kind, original))
        kind.start = start  # type: ignore[attr-defined]

    def _still_going(self) -> list[tuple[QObject, str]]:
        alive = [(reference(), place) for reference, place in self._started]
        unique = {id(thing): (thing, place) for thing, place in alive if thing is not None and isValid(thing)}
        return [(thing, place) for thing, place in unique.values() if _goes_on(thing)]

    def _new_windows(self) -> list[QWidget]:
        return [window for window in _windows() if window not in self._windows]

    def _report_starts(self) -> None:
        for thing, place in self._still_going():
            self.leftovers.append(f"a running {_described(thing)} that was started at {place}")
            _stop(thing)

    def _report_windows(self) -> None:
        for window in self._new_windows():
            self.leftovers.append(f"a window, {_described(window)}, titled {window.windowTitle()!r}")
            # The failed test still holds its window, whose plots Qt must not delete under Python: it is closed only.
            getattr(window, "close_now", window.close)()
        _settle()


def _windows() -> list[QWidget]:
    """Windows that belong to no other; hidden menus are left out, since plots keep theirs without a parent."""
    return [
        window
        for window in QApplication.topLevelWidgets()
        if window.parent() is None
        and type(window).__name__ not in SHARED_WINDOWS
        and not (isinstance(window, QMenu) and window.isHidden())
    ]


def _settle() -> None:
    """Let Qt carry out the deletions that it was asked for."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()


def _goes_on(thing: QObject) -> bool:
    if isinstance(thing, QTimer):
        return thing.isActive()
    if isinstance(thing, QThread):
        return thing.isRunning()
    return isinstance(thing, QProcess) and thing.state() != QProcess.ProcessState.NotRunning


def _stop(thing: QObject) -> None:
    with contextlib.suppress(RuntimeError):
        if isinstance(thing, QTimer):
            thing.stop()
        elif isinstance(thing, QThread):
            thing.quit()
            thing.wait(PATIENCE)
        elif isinstance(thing, QProcess):
            thing.kill()
            thing.waitForFinished(PATIENCE)


def _described(thing: QObject) -> str:
    name = thing.objectName()
    return f"{type(thing).__name__} {name!r}" if name else type(thing).__name__


def _place() -> str:
    """The line outside this module that called ``start``."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "an unknown place"

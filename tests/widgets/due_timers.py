"""Time that passes in a window without anybody waiting: what its timers would do soon, they do now."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTimer, QTimerEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

TURNS, MOST = 6, 12
"""Turns of the event loop in which what was posted comes, and how often timers may start others."""


def let_pass(window: QWidget, milliseconds: int) -> None:
    """Let come what is posted, and what each timer of a window that fires once would do within so many milliseconds.

    One that is further off, or that fires again and again, is left alone.
    """
    _turn()
    for _ in range(MOST):
        due = [timer for timer in window.findChildren(QTimer) if _is_due(timer, milliseconds)]
        if not due:
            return
        for timer in sorted(due, key=QTimer.remainingTime):
            if isValid(timer) and timer.isActive():
                QCoreApplication.sendEvent(timer, QTimerEvent(timer.timerId()))
        _turn()


def _is_due(timer: QTimer, milliseconds: int) -> bool:
    return timer.isActive() and timer.isSingleShot() and timer.remainingTime() < milliseconds


def _turn() -> None:
    for _ in range(TURNS):
        QApplication.processEvents()

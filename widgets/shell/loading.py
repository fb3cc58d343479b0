"""What is imported and built after the first paint, in slices between which the window stays responsive."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

Slice = tuple[str, Callable[[], object]]


class Loader(QObject):
    """Runs named slices one by one, each in its own turn of the event loop. ``done`` says that all have run."""

    done = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left: list[Slice] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    @property
    def finished(self) -> bool:
        """Whether all slices have run."""
        return not self._left

    def prepare(self, slices: list[Slice]) -> None:
        """Have these slices run once it is started, or as soon as one of them is required."""
        self._left = slices

    def start(self) -> None:
        """Begin; doing it twice is harmless."""
        if self._left:
            self._timer.start()

    def stop(self) -> None:
        """Run no more."""
        self._timer.stop()

    def require(self, name: str) -> None:
        """Run what is left up to the slice ``name`` at once, because it is needed now."""
        while any(left == name for left, _ in self._left):
            self._next()

    def _next(self) -> None:
        if self._left:
            _, run = self._left.pop(0)
            run()
        if not self._left:
            self._timer.stop()
            self.done.emit()


def importing(*names: str) -> list[Slice]:
    """Slices that import one module each."""
    return [(f"import {name}", lambda name=name: importlib.import_module(name)) for name in names]  # type: ignore[misc]

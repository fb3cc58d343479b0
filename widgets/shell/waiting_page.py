"""A page for work that takes long, such as opening a large project: how far it is, and Cancel or Esc."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from graph.steps import Steps
from widgets.look.labels import Label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.training.sliced_work import SlicedWork

LARGE = 400_000
"""Bytes of a file that is opened in slices: about 2,000 layers."""


def is_large(path: Path, limit: int | None = None) -> bool:
    """Whether reading the project takes long enough to show progress; ``limit`` in bytes is `LARGE` as a rule."""
    with suppress(OSError):
        return path.stat().st_size > (LARGE if limit is None else limit)
    return False


class WaitingPage(QWidget):
    """A page that does one piece of work.

    ``done`` carries its result, ``refused`` a sentence; ``called_off`` says that the user wants it no longer.
    """

    done = Signal(object)
    refused = Signal(str)
    called_off = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("waitingPage")
        self._work = SlicedWork(self)
        self.text, self.bar, self.cancel = Label(), QProgressBar(), QPushButton("Cancel")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(320)
        self.cancel.setToolTip("Give this up and go back (Esc)")
        self.cancel.clicked.connect(self._call_off)
        self._work.progressed.connect(lambda share: self.bar.setValue(int(1000 * share)))
        self._work.done.connect(self.done)
        self._work.refused.connect(self.refused)
        self._assemble()

    def _assemble(self) -> None:
        rows = (hbox(Stretch(1), widget, Stretch(1)) for widget in (self.text, self.bar, self.cancel))
        vbox(Stretch(1), *rows, Stretch(1), parent=self, margins=None, spacing=12)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._work.busy

    def begin(self, words: str, steps: Steps[Any]) -> None:
        """Do ``steps``, and say so in ``words``; what was being done is given up."""
        self.text.setText(words)
        self.bar.setValue(0)
        self.bar.setAccessibleName(words)
        self.cancel.setFocus()
        self._work.begin(steps)

    def stop(self) -> None:
        """Give up what is being done."""
        self._work.stop()

    def _call_off(self) -> None:
        self.stop()
        self.called_off.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """What is opened is given up when something else is shown in its place."""
        super().hideEvent(event)
        if self.busy and not event.spontaneous():
            self.stop()
            self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._call_off()
        else:
            super().keyPressEvent(event)

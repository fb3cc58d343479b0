"""Opening a large project: read and checked in slices, with progress shown, and called off by a button or Esc."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from graph.errors import NetloomError
from widgets.look.labels import Label
from widgets.look.layouts import Stretch, hbox, vbox

if TYPE_CHECKING:
    from graph.steps import Steps
    from widgets.shell.project_session import OpenedProject

LARGE = 400_000
"""Bytes of a file that is opened in slices: about 2,000 layers."""

SLICE = 0.012
"""Seconds of work between two looks at mouse and keyboard."""


def is_large(path: Path) -> bool:
    """Whether opening the file takes long enough to show progress."""
    with suppress(OSError):
        return path.stat().st_size > LARGE
    return False


class OpeningPage(QWidget):
    """A page that opens one project.

    ``opened`` carries what was read and checked, ``refused`` a sentence; ``called_off`` says that the user wants it no
    longer.
    """

    opened = Signal(object)
    refused = Signal(str)
    called_off = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("openingPage")
        self._steps: Steps[OpenedProject] | None = None
        self.text, self.bar, self.cancel = Label(), QProgressBar(), QPushButton("Cancel")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(320)
        self.bar.setAccessibleName("Progress of opening")
        self.cancel.setToolTip("Open nothing and go back (Esc)")
        self.cancel.clicked.connect(self._call_off)
        self._assemble()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._work)

    def _assemble(self) -> None:
        rows = (hbox(Stretch(1), widget, Stretch(1)) for widget in (self.text, self.bar, self.cancel))
        vbox(Stretch(1), *rows, Stretch(1), parent=self, margins=None, spacing=12)

    @property
    def busy(self) -> bool:
        """Whether a project is being opened."""
        return self._steps is not None

    def begin(self, name: str, steps: Steps[OpenedProject]) -> None:
        """Open a project; one that was being opened is given up."""
        self._steps = steps
        self.text.setText(f"Opening {name}…")
        self.bar.setValue(0)
        self.cancel.setFocus()
        self._timer.start(0)

    def stop(self) -> None:
        """Give up what is being opened."""
        self._timer.stop()
        self._steps = None

    def _work(self) -> None:
        end, share = perf_counter() + SLICE, 0.0
        try:
            while self._steps is not None and perf_counter() < end:
                share = next(self._steps)
            self.bar.setValue(int(1000 * share))
        except StopIteration as last:
            self.stop()
            self.bar.setValue(1000)
            self.opened.emit(last.value)
        except NetloomError as error:
            self.stop()
            self.refused.emit(str(error))

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

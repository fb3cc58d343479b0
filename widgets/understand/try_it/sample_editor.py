"""What every editor of a new sample is: a drawing board, a text field, a form of columns, a table of values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from app.protocol.inference_values import InputForm, NewSample, OutputPrediction
from app.protocol.messages import Array


class SampleEditor(QWidget):
    """Edits one input. `edited` says that a person changed it, `file_dropped` carries the path of a file."""

    edited = Signal()
    file_dropped = Signal(Path)

    def __init__(self, form: InputForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self.setAcceptDrops(True)

    def show_sample(self, sample: NewSample) -> None:
        """Show a sample to start from; `edited` is not sent."""
        raise NotImplementedError

    def arrays(self) -> Mapping[str, Array]:
        """The values (*sizes) by field, where they are edited as such."""
        return {}

    def texts(self) -> Mapping[str, str]:
        """The text by field, where one is typed."""
        return {}

    def cells(self) -> Mapping[str, Mapping[str, str]]:
        """The cells by field and column, where a row is filled in."""
        return {}

    def is_blank(self) -> bool:
        """Whether nothing is there that could be predicted."""
        return False

    @property
    def from_scratch(self) -> bool:
        """Whether nothing is left of the sample that was shown."""
        return False

    def show_notes(self, notes: Mapping[str, str]) -> None:
        """Say beside each column what is odd about its cell."""

    def show_prediction(self, outputs: tuple[OutputPrediction, ...]) -> None:
        """Draw what is predicted into the sample, where that can be done."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file."""
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            event.acceptProposedAction()
            self.file_dropped.emit(Path(local[0]))

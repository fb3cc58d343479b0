"""Where a network that reads rows of labels errs: the rows that were missed by most labels."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.protocol.loose import Loose as Message
from widgets.charts.sample_tiles import Answer, SampleGallery
from widgets.data.sample_views import drawable_values
from widgets.look.theme import ThemeSource
from widgets.understand.errors.text_errors import joined


class RowErrors(QWidget):
    """The samples that were read worst, with what is true, what was read, and by how many labels they differ."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = QLabel(self)
        self.about.setProperty("faint", True)
        self.about.setWordWrap(True)
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 0)
        column.addWidget(self.about)
        column.addWidget(self.worst, 1)

    def show_evaluation(self, message: Message) -> None:
        """Show the answer to an ``evaluate`` request about a network that reads rows of labels."""
        arrays, words = message.arrays, message.fields["words"]
        off = [_off(int(edits)) for edits in arrays["worst/loss"]]
        self.worst.set_samples(
            drawable_values(arrays["worst/input"]), [f"is {joined(row)}" for row in words["true"]], off
        )
        self.worst.set_answers(
            [
                Answer(f"says {joined(said) or '–'}", said == true)
                for said, true in zip(words["predicted"], words["true"], strict=True)
            ]
        )
        self.about.setText(
            "The lines that were read worst. The label error rate counts the labels to insert, remove or exchange, for "
            "each label that is true."
        )


def _off(count: int) -> str:
    return "all right" if count == 0 else "1 label off" if count == 1 else f"{count} labels off"

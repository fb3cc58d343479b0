"""One batch as the network sees it in training: standardised, altered at random, blended."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.protocol.loose import Loose as Message
from app.protocol.values import FieldFacts
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.preview_values import labels_of
from widgets.data.sample_views import drawable_values
from widgets.look.theme import ThemeSource


class BatchView(QWidget):
    """The first samples of the first batch, each with what it is held against."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = QLabel(self)
        self.said.setProperty("faint", True)
        self.said.setWordWrap(True)
        self.gallery = SampleGallery(source)
        self.gallery.setAccessibleName("One batch as training sees it")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.said)
        column.addWidget(self.gallery, 1)

    def show_batch(self, message: Message) -> None:
        """Show the answer to a ``batch`` request (see `app.data.batch_preview.first_batch`)."""
        arrays, share = message.arrays, float(message.fields["share"])
        labels = labels_of(FieldFacts.parse(message.fields["field"]), arrays["target"])
        if share < 1 and any(labels):
            labels = [f"{own} + {labels[other]}" for own, other in zip(labels, arrays["partner"], strict=True)]
        after = arrays["after"]
        altered = share < 1 or bool((after != arrays["before"]).any())
        blended = f" Each is {share:.0%} itself and {1 - share:.0%} another." if share < 1 else ""
        how = "altered at random" if altered else "not altered"
        self.said.setText(f"The first {len(after)} samples of training, standardised and {how}.{blended}")
        self.gallery.set_samples(drawable_values(after), labels, ["training"] * len(after))

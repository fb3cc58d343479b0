"""One batch as the network sees it in training: standardised, altered at random, blended."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.protocol.data_values import BatchPreview
from app.system.number_format import format_percent
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.preview_values import labels_of
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource


class BatchView(QWidget):
    """The first samples of the first batch, each with what it is held against."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = text_label(parent=self, look="faint", wrap=True)
        self.gallery = SampleGallery(source)
        self.gallery.setAccessibleName("One batch as training sees it")
        vbox(self.summary, (self.gallery, 1), parent=self, margins=(0, 4, 0, 0), spacing=4)

    def show_batch(self, batch: BatchPreview) -> None:
        """Show the first batch of a training."""
        after, share = batch.after, batch.mixup_lambda
        labels = labels_of(batch.target_field, batch.target)
        if share < 1 and any(labels):
            labels = [f"{own} + {labels[other]}" for own, other in zip(labels, batch.partner, strict=True)]
        altered = share < 1 or bool((after != batch.before).any())
        blended = (
            f" Each is {format_percent(share, 0)} itself and {format_percent(1 - share, 0)} another."
            if share < 1
            else ""
        )
        how = "altered at random" if altered else "not altered"
        self.summary.setText(f"The first {len(after)} samples of training, standardised and {how}.{blended}")
        self.gallery.set_field(batch.input_field)
        self.gallery.set_samples(drawable_values(after), labels, ["training"] * len(after))

"""Chooses a sample of the data: by its number, or among pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from app.protocol.data_messages import DataPreviewed
from app.protocol.window_values import LayerOperands
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.preview_values import labels_of, part_titles, sample_labels
from widgets.data.sample_views import drawable
from widgets.fields.number_field import NumberBox
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource

LIMIT = 300
"""Samples that are offered as pictures, spread evenly over the data."""
WAITING = "The samples are being read…"

Ask = Callable[[Callable[[DataPreviewed], None], Callable[[str], None], int], None]


class SampleBox(QWidget):
    """`picked` carries the position in the data set. ``ask`` asks for a preview of the data."""

    picked = Signal(int)

    def __init__(self, source: ThemeSource, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self.number = NumberBox(True, 1)
        self.number.setAccessibleName("Sample")
        self.number.setToolTip("Its place in the data set")
        self.number.set_value(1)
        self.number.setMaximumWidth(96)
        self.button = QToolButton(self)
        self.button.setObjectName("byHandSamples")
        self.button.setText("Choose…")
        self.button.setAccessibleName("Choose a sample among pictures")
        self.label = text_label("", self)
        self.popup = QFrame(self, Qt.WindowType.Popup)
        self.popup.setProperty("card", True)
        self.gallery = SampleGallery(source, "Samples", WAITING)
        self._places: list[int] = []
        caption = text_label("Sample", look="faint")
        hbox(caption, self.number, self.label, self.button, parent=self, spacing=6)
        vbox(self.gallery, parent=self.popup, margins=(2, 2, 2, 2))
        self.number.entered.connect(self._on_number)
        self.button.clicked.connect(self._open)
        self.gallery.picked.connect(self._on_picture)

    @property
    def sample(self) -> int:
        """The position in the data set."""
        return int(self.number.value() or 1) - 1

    def choose(self, position: int) -> None:
        """Take the sample at a position in the data set."""
        self.number.lineEdit().setModified(False)
        self.number.set_value(position + 1)

    def show_sample(self, operands: LayerOperands) -> None:
        """Show the sample that is worked out, and what it is."""
        if not self.number.lineEdit().isModified():
            self.number.set_value(operands.sample + 1)
        self.number.setToolTip(plain_tip(f"Its place among the {operands.samples:,} samples of the data set"))
        words = labels_of(operands.target_field, operands.target)
        self.label.setText(f"is {words[0]}" if words and words[0] else "")

    def _on_number(self, value: object) -> None:
        self.number.lineEdit().setModified(False)
        self.picked.emit(int(value) - 1 if isinstance(value, int | float) else 0)

    def _open(self) -> None:
        self.gallery.set_samples(np.empty((0, 1)), [], [])
        self.gallery.set_empty_text(WAITING)
        self.popup.resize(max(self.width(), 460), 320)
        corner = self.mapToGlobal(QPoint(0, self.height() + 2))
        screen = self.screen().availableGeometry()
        left = min(corner.x(), screen.right() - self.popup.width())
        self.popup.move(left, min(corner.y(), screen.bottom() - self.popup.height()))
        self.popup.show()
        self.gallery.setFocus()
        self._ask(self._on_preview, self.gallery.set_empty_text, LIMIT)

    def _on_preview(self, reply: DataPreviewed) -> None:
        preview = reply.preview
        self._places = [int(place) for place in preview.index]
        labels = sample_labels(preview, units=False)
        self.gallery.set_field(preview.info.input_field)
        self.gallery.set_samples(drawable(preview), labels, part_titles(preview), positions=self._places)

    def _on_picture(self, row: int) -> None:
        if 0 <= row < len(self._places):
            self.popup.hide()
            self.number.set_value(self._places[row] + 1)
            self.picked.emit(self._places[row])

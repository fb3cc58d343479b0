"""The samples that the understand panel offers to be looked at, as a gallery."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSplitter, QWidget

from app.protocol.data_messages import DataPreviewed
from app.protocol.values import FieldFacts
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.preview_values import sample_labels
from widgets.data.sample_views import drawable
from widgets.look.layouts import hsplit
from widgets.look.theme import ThemeSource
from widgets.understand.subject import Subject

LIMIT = 600
"""Samples of the data that are asked for; those of the validation set are offered."""
LOADING = "Reading the samples…"


class SamplePicker(SampleGallery):
    """Validation samples of the data that the subject brings; where there are none, training samples.

    `sample_picked` carries the position of a sample in the data set, also of the first of new data; `emptied` says that
    there is none to pick, for a reason that `empty_text` holds.
    """

    sample_picked = Signal(int)
    emptied = Signal()

    def __init__(
        self, source: ThemeSource, subject: Subject, empty: str, title: str = "Samples", parent: QWidget | None = None
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._subject = subject
        self._teaching = empty
        self._asked_for: object = None
        self.target_field: FieldFacts | None = None
        """What is predicted of the samples, once they are there."""
        self._places: list[int] = []
        self._row = 0
        self.picked.connect(self._on_row)

    def beside(
        self, view: QWidget, sizes: tuple[int, int], shares: tuple[int, int] = (0, 1), least: int = 120
    ) -> QSplitter:
        """The gallery at the left of what shows the sample picked.

        ``sizes`` and ``least``, below which the gallery never goes, are pixels; ``shares`` divide what there is more.
        """
        return hsplit((self, shares[0]), (view, shares[1]), sizes=sizes, least=(least, 0))

    @property
    def position(self) -> int | None:
        """Where in the data set the sample that was picked stands, None while there is none."""
        return self._places[self._row] if self._row < len(self._places) else None

    @property
    def values(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
        """The sample that was picked, as it is drawn: a picture (C, H, W), a vector or a sequence."""
        return self._samples[self._row] if self._row < len(self._places) else None

    def mark(self, position: int) -> None:
        """Make the sample at a position in the data set the current one, or none where it is not offered."""
        self.current = self._places.index(position) if position in self._places else None
        if self.current is not None:
            self._row = self.current
            self.reveal(self.current)
        self.update()

    def ask(self) -> bool:
        """Ask for the samples of the subject's data, unless these are they; returns whether others come."""
        section = self._subject.data
        if section == self._asked_for:
            return False
        self._asked_for = section
        if section is None:
            self._show_none(self._teaching)
            return True
        if self.is_empty():
            self._show_none(LOADING)
        self._subject.preview_data(self._on_preview, self._on_refused, LIMIT)
        return True

    def _on_preview(self, reply: DataPreviewed) -> None:
        preview = reply.preview
        self.target_field = preview.info.target_field
        rows = preview.rows_of(1) or preview.rows_of(0)
        labels = sample_labels(preview, units=False)
        self._places = [int(preview.index[row]) for row in rows]
        texts = [preview.input_texts[row] for row in rows] if preview.input_texts else []
        self.set_field(preview.info.input_field)
        self.set_samples(
            drawable(preview)[rows], [labels[row] for row in rows], [""] * len(rows), texts, positions=self._places
        )
        if texts or self.is_rows():  # as wide as its tiles are now, which words need
            self.setMinimumWidth(round(self.least_width()) + 40)
        if rows:
            self.current = 0
            self._on_row(0)

    def _on_refused(self, reason: str) -> None:
        self._asked_for = None
        self._show_none(reason)

    def _show_none(self, words: str) -> None:
        self._places = []
        self.set_samples(np.empty((0, 1)), [], [])
        self.set_empty_text(words)
        self.emptied.emit()

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._places):
            self._row = row
            self.sample_picked.emit(self._places[row])

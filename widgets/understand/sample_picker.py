"""The samples that the understand panel offers to be looked at, as a gallery."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSplitter, QWidget

from app.protocol.data_messages import DataPreviewed
from app.protocol.values import FieldFacts
from widgets.charts.sample_tiles import SampleGallery
from widgets.charts.tiles import TileGroup
from widgets.data.preview_values import sample_labels
from widgets.data.sample_views import drawable
from widgets.look.layouts import hsplit
from widgets.look.theme import ThemeSource
from widgets.understand.subject import ChosenSample, Subject

LIMIT = 600
"""Samples of the data that are asked for; those of the validation set are offered."""
LOADING = "Reading the samples…"


class SamplePicker(SampleGallery):
    """Validation samples of the data that the subject brings; where there are none, training samples.

    `sample_picked` carries the position of a sample in the data set, also of the first of new data; `emptied` says that
    there is none to pick, for a reason that `empty_text` holds. A sample that was chosen in another view is picked
    once this one is seen, and stands first where it was not on offer.
    """

    sample_picked = Signal(int)
    emptied = Signal()

    _least = 0
    """The least width in pixels, before it is scaled as the text is."""

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
        self._worded = False
        """Whether what is true is told in words that are no class."""
        self.picked.connect(self._on_row)

    def beside(
        self, view: QWidget, sizes: tuple[int, int], shares: tuple[int, int] = (0, 1), least: int = 120
    ) -> QSplitter:
        """The gallery at the left of what shows the sample picked.

        ``sizes`` and ``least``, below which the gallery never goes, are pixels, the latter before they are scaled as
        the text is; ``shares`` divide what there is more.
        """
        self._least = least
        splitter = hsplit((self, shares[0]), (view, shares[1]), sizes=sizes)
        self._hold_width()
        return splitter

    def theme_changed(self) -> None:
        """Words of another size need another width."""
        super().theme_changed()
        self._hold_width()

    def _hold_width(self) -> None:
        """Be as wide as words need: those of the tiles as they are now, or the sentence while there are none."""
        worded = bool(self._texts) or self.is_rows()
        least = self.theme.px(self._least)
        self.setMinimumWidth(max(least, round(self.least_width()) + 40) if worded else least)

    @property
    def position(self) -> int | None:
        """Where in the data set the sample that was picked stands, None while there is none."""
        return self._places[self._row] if self._row < len(self._places) else None

    @property
    def values(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
        """The sample that was picked, as it is drawn: a picture (C, H, W), a vector or a sequence."""
        return self._samples[self._row] if self._row < len(self._places) else None

    def groups(self) -> Sequence[TileGroup]:
        """Return one group, whose heading says that what stands below samples is true, and not what a network says."""
        target = self.target_field
        if target is None or not any(self._labels):
            return super().groups()
        what = "class" if target.classes else "answer" if target.labels or self._worded else "value"
        return (TileGroup(0, f"With the true {what}"),)

    def mark(self, position: int) -> None:
        """Make the sample at a position in the data set the current one, or none where it is not offered."""
        self.current = self._places.index(position) if position in self._places else None
        if self.current is not None:
            self._row = self.current
            self.reveal(self.current)
        self._choose(position)
        self.update()

    def _choose(self, position: int) -> None:
        """Have other views show the sample too."""
        if self.position != position:
            self._subject.choose_sample(ChosenSample(position))
            return
        text = self._texts[self._row] if self._texts else ""
        self._subject.choose_sample(ChosenSample(position, self._samples[self._row], self._labels[self._row], text))

    def _adopt(self) -> bool:
        """Pick the sample that was chosen in another view, if there is one and it can be shown."""
        chosen = self._subject.sample
        if chosen is None or not self._places or chosen.position == self.position:
            return False
        if chosen.position not in self._places and not self._add(chosen):
            return False
        self.mark(chosen.position)
        self.sample_picked.emit(chosen.position)
        return True

    def _add(self, chosen: ChosenSample) -> bool:
        """Offer one more sample, the first; False where it cannot be drawn beside the others."""
        values = chosen.values
        if values is None or values.shape != self._samples.shape[1:] or bool(self._texts) != bool(chosen.text):
            return False
        self._places = [chosen.position, *self._places]
        texts = [chosen.text, *self._texts] if self._texts else []
        samples, labels = np.concatenate([values[None], self._samples]), [chosen.label, *self._labels]
        self.set_samples(samples, labels, [""] * len(labels), texts, positions=self._places)
        return True

    def ask(self) -> bool:
        """Ask for the samples of the subject's data, unless these are they; returns whether others come."""
        others = self._ask()
        if not others:
            self._adopt()
        return others

    def _ask(self) -> bool:
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
        self._worded = self.target_field.name in preview.texts
        rows = preview.rows_of(1) or preview.rows_of(0)
        labels = sample_labels(preview, units=False)
        self._places = [int(preview.index[row]) for row in rows]
        texts = [preview.input_texts[row] for row in rows] if preview.input_texts else []
        self.set_field(preview.info.input_field)
        self.set_samples(
            drawable(preview)[rows], [labels[row] for row in rows], [""] * len(rows), texts, positions=self._places
        )
        self._hold_width()
        if rows:
            self.current = self._row = 0
            if not self._adopt():
                self.sample_picked.emit(self._places[0])

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
            self._choose(self._places[row])
            self.sample_picked.emit(self._places[row])

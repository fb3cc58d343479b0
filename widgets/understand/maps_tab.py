"""Feature maps: what any layer makes of a sample that the user picks."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QWidget

from app.training.messages import Message
from widgets.data.preview_values import Preview
from widgets.data.samples import drawable
from widgets.insight.feature_maps import FeatureMapGrid
from widgets.insight.samples import SampleGallery
from widgets.theme import ThemeSource
from widgets.training.watch import Watch
from widgets.understand.filters_tab import when_of
from widgets.understand.subject import Subject
from widgets.understand.tab import LayerPicker, Tab

LIMIT = 600
"""Samples of the data that are asked for; those held back for validation are offered."""


class MapsTab(Tab):
    """A gallery of validation samples beside what the chosen layer makes of the one picked."""

    title = "Feature maps"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.picker = LayerPicker("Layer", self)
        self.step = QLabel(self)
        self.step.setProperty("faint", True)
        self.gallery = SampleGallery(source, "Samples", "Train a network, then pick one of its validation samples.")
        self.grid = FeatureMapGrid(source, empty="Train a network to see what its layers make of a sample.")
        self.grid.setObjectName("featureMaps")
        self._places: list[int] = []
        self._sample = 0
        self._asked_for: object = None
        self._lay_out()
        self.picker.picked.connect(self._take_layer)
        self.gallery.picked.connect(self._take_sample)

    def _lay_out(self) -> None:
        self.bar.addWidget(self.picker)
        self.bar.addStretch(1)
        self.bar.addWidget(self.step)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.gallery)
        splitter.addWidget(self.grid)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 5)
        splitter.setSizes([280, 700])
        splitter.setChildrenCollapsible(False)
        self.gallery.setMinimumWidth(140)
        self.column.addWidget(splitter, 1)

    def wish(self) -> Watch:
        """The maps of the layer chosen, for the sample picked."""
        return Watch(maps=(self.picker.layer,), sample=self._sample) if self.picker.layer else Watch()

    def take_subject(self) -> None:
        """Offer the layers of another run, and the samples it was trained on."""
        layers = self.subject.layers()
        convolutions = self.subject.convolutions()
        self.picker.set_layers(layers, convolutions[0] if convolutions else layers[1] if len(layers) > 1 else "")
        if self.isVisible():
            self.take_shown()

    def take_shown(self) -> None:
        """Ask for the samples, once for each run's data."""
        run = self.subject.run
        section = run.project.sections.get("data") if run is not None else None
        if section is None or section == self._asked_for:
            return
        self._asked_for = section
        self._sample = 0
        self.subject.ask_about_data(self._take_preview, self._take_refusal, LIMIT)

    def take_snapshot(self, message: Message) -> None:
        """Show new maps."""
        maps = message.arrays.get(f"maps/{self.picker.layer}")
        if maps is not None and maps.ndim in (1, 2, 3):
            self.grid.set_maps(maps)
            self.step.setText(when_of(message))

    def _take_preview(self, message: Message) -> None:
        preview = Preview.from_message(message)
        rows = preview.rows_of(1) or preview.rows_of(0)
        labels = preview.labels(units=False)
        self._places = [int(preview.index[row]) for row in rows]
        self.gallery.set_samples(drawable(preview)[rows], [labels[row] for row in rows], [""] * len(rows))
        if rows:
            self.gallery.current = 0
            self._take_sample(0)

    def _take_refusal(self, reason: str) -> None:
        self._asked_for = None
        self.gallery.set_samples(np.empty((0, 1)), [], [])
        self.gallery.set_empty_text(reason)

    def _take_sample(self, row: int) -> None:
        if 0 <= row < len(self._places):
            self._sample = self._places[row]
            self.wish_changed.emit()

    def _take_layer(self, _layer: str) -> None:
        self.grid.set_maps(np.empty((0, 1, 1)))
        self.wish_changed.emit()

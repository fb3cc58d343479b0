"""Feature maps: what any layer makes of a sample that the user picks."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from app.insight.answer_layers import unit_names
from app.protocol.watch import Watch
from graph.layers.value_range import ANYTHING
from widgets.charts.feature_maps import FeatureMapGrid
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.understand.filters_tab import when_of
from widgets.understand.name_picker import NamePicker
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.subject import Inside, Subject
from widgets.understand.understand_tab import Tab


class MapsTab(Tab):
    """A gallery of validation samples beside what the chosen layer makes of the one picked."""

    title = "Feature maps"
    place = 2
    sentence = "What a layer makes of one sample"
    shows_layers = "only layers before an output have maps"
    no_run = "Train the network to see what its layers make of a sample."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.picker = NamePicker("Layer", self)
        self.step = text_label("", self, look="faint")
        self.gallery = SamplePicker(source, subject, "Choose a data set to pick one of its samples.")
        self.grid = FeatureMapGrid(source, empty="Pick a sample to see what the layer makes of it.")
        self.grid.setObjectName("featureMaps")
        self._sample = 0
        self._lay_out()
        self.picker.picked.connect(self._on_layer)
        self.gallery.sample_picked.connect(self._on_sample)

    def _lay_out(self) -> None:
        self.bar.addWidget(self.picker)
        self.bar.addStretch(1)
        self.bar.addWidget(self.step)
        self.column.addWidget(self.gallery.beside(self.grid, (280, 700), (2, 5), 140), 1)

    def layer_picker(self) -> NamePicker:
        """The layers on offer."""
        return self.picker

    def subscription(self) -> Watch:
        """The maps of the layer chosen, for the sample picked."""
        return Watch(maps=(self.picker.chosen,), sample=self._sample) if self.picker.chosen else Watch()

    def on_subject(self) -> None:
        """Offer the layers of another run, and the samples it was trained on."""
        layers = self.subject.layers_within()
        convolutions = self.subject.convolutions_within()
        self.picker.offer(layers, convolutions[0] if convolutions else self.subject.first_learned())
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Ask for the samples, once for each run's data."""
        if self.subject.run is not None:
            self.gallery.ask()

    def on_inside(self, inside: Inside) -> None:
        """Show new maps."""
        maps = inside.views.maps.get(self.picker.chosen)
        if maps is not None and maps.ndim in (1, 2, 3, 4):
            self.grid.set_maps(maps, inside.views.ranges.get(self.picker.chosen, ANYTHING))
            self.grid.set_names(self._unit_names())
            self.step.setText(when_of(inside))

    def _on_sample(self, position: int) -> None:
        self._sample = position
        self.grid.set_names(self._unit_names())
        self.subscription_changed.emit()

    def _unit_names(self) -> tuple[str, ...]:
        """The classes, of a layer whose units are the answers; a layer inside a block has none."""
        network, target, layer = self.subject.network, self.gallery.target_field, self.picker.chosen
        if network is None or target is None or not layer or layer not in network:
            return ()
        return unit_names(network, layer, target)

    def _on_layer(self, _layer: str) -> None:
        self.grid.set_maps(np.empty((0, 1, 1)))
        self.subscription_changed.emit()

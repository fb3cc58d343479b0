"""What excites a unit: the samples it answers to most, and the input made to excite it."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from app.data.dataset import Array
from app.protocol.unit_messages import Exemplars, FindExemplars, RankUnits, UnitRanking
from graph.layers.io import Input
from widgets.charts.unit_tiles import ExemplarTiles
from widgets.data.preview_values import labels_of
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hsplit, vbox
from widgets.look.theme import ThemeSource
from widgets.understand.errors.errors_tab import PARTS
from widgets.understand.filters_tab import when_of
from widgets.understand.maximisation_panel import ExcitingPane
from widgets.understand.name_picker import NamePicker
from widgets.understand.piecewise_request import PiecewiseRequest
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Tab
from widgets.understand.units.unit_sheet import UnitSheet

PICK = "Pick a unit to see the samples that it answers to most."


class UnitsTab(Tab):
    """From the left: the units of a layer, the samples that excite the one picked, the input made to excite it."""

    title = "Units"
    place = 3
    sentence = "The samples and inputs that excite a unit most"
    shows_layers = "only layers between inputs and outputs have units"
    no_run = "Train the network to see which samples excite its units, and which input would excite them most."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.picker = NamePicker("Layer", self)
        self.part = QComboBox(self)
        self.part.setAccessibleName("Part of the data to look through")
        for title, name in PARTS:
            self.part.addItem(title, name)
        self.measure = QComboBox(self)
        self.measure.setAccessibleName("How a map is measured")
        self.measure.setToolTip("How strongly a map answers: at its strongest place, or on average over all places")
        self.measure.addItems(["by strongest place", "by mean of the map"])
        self.says = text_label("", self, look="faint")
        self.again = QPushButton("Look again", self)
        self.again.setToolTip("Look through the data with the weights as they are now")
        self.sheet = UnitSheet(source, subject, self)
        self.samples = ExemplarTiles(source, "Samples that excite the unit", PICK, self)
        self.samples.setObjectName("excitingSamples")
        self.heading = text_label("Strongest samples", self, look="heading")
        self.exciting = ExcitingPane(source, subject, self)
        self.work = PiecewiseRequest(subject, self)
        self._ranking: UnitRanking | None = None
        self._unit = -1
        self._stale = True
        self._request: int | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.bar.addWidget(self.picker)
        self.bar.addWidget(self.part)
        self.bar.addWidget(self.measure)
        self.bar.addStretch(1)
        self.bar.addWidget(self.says)
        self.bar.addWidget(self.again)
        self.again.hide()
        self.heading.setContentsMargins(12, 4, 12, 4)
        middle = boxed(vbox(self.heading, (self.samples, 1), spacing=2))
        panes = ((self.sheet, 3), (middle, 4), (self.exciting, 3))
        least = [max(200, pane.minimumWidth()) for pane, _ in panes]
        self.column.addWidget(hsplit(*panes, sizes=(330, 420, 380), least=least), 1)

    def _connect(self) -> None:
        self.picker.picked.connect(self._look_anew)
        self.part.currentIndexChanged.connect(self._look_anew)
        self.measure.currentIndexChanged.connect(self._look_anew)
        self.again.clicked.connect(self._look_anew)
        self.work.grown.connect(self._on_ranking)
        self.work.finished.connect(self._on_ranked)
        self.work.failed.connect(self._on_refusal)
        self.sheet.picked.connect(self._on_unit)
        self.exciting.recipe_changed.connect(lambda: self.sheet.use_recipe(self.exciting.recipe))

    def layer_picker(self) -> NamePicker:
        """The layers on offer."""
        return self.picker

    def on_subject(self) -> None:
        """Another run, or the end of one in progress."""
        network = self.subject.network
        layers = [] if network is None else self.subject.layers()
        units = [id_ for id_ in layers if network is not None and not isinstance(network.layer(id_), Input)]
        self.picker.offer(units, self.subject.first_learned())
        self._look_anew()

    def on_shown(self) -> None:
        """Look through the data unless that was done."""
        if self._stale:
            self._look()

    def hideEvent(self, event: object) -> None:
        """What nobody sees is not made."""
        self._stale = self._stale or self.work.running or self.sheet.work.running or self.exciting.work.running
        self._cancel()

    # Looking through the data

    def _look_anew(self) -> None:
        self._stale = True
        self._cancel()
        if self.isVisible():
            self._look()

    def _cancel(self) -> None:
        for work in (self.work, self.exciting.work):
            work.cancel()
        self.sheet.cancel()
        if self._request is not None:
            self.subject.drop(self._request)
            self._request = None

    def _look(self) -> None:
        if not self.subject.ready or not self.picker.chosen:
            self._show_nothing()
            return
        self._stale, self._ranking = False, None
        self.says.setText("Looking…")
        self.again.setVisible(self.subject.live)
        part = str(self.part.currentData())
        self.sheet.show_layer(self.picker.chosen, part, "unit")
        self.work.begin(RankUnits(layer=self.picker.chosen, part=part, mean=self.measure.currentIndex() == 1))

    def _show_nothing(self) -> None:
        self.says.clear()
        self.again.hide()
        self.sheet.clear()
        self._show_samples(PICK)
        self.exciting.clear()

    def _on_ranking(self, ranking: UnitRanking) -> None:
        self.measure.setVisible(ranking.maps)
        self.says.setText(f"{ranking.done:,} of {ranking.total:,} samples  ·  {when_of(ranking)}")
        if self._ranking is None:
            self.sheet.show_layer(self.picker.chosen, str(self.part.currentData()), self._noun(ranking))
        self._ranking = ranking
        self.sheet.show_ranking(ranking.values, ranking.names)

    def _on_ranked(self, ranking: UnitRanking) -> None:
        self.says.setText(f"{ranking.total:,} samples  ·  {when_of(ranking)}")
        self.sheet.show_exemplars(ranking)
        values = ranking.values
        unit = self.sheet.tiles.current
        if unit is None or unit >= len(values):
            unit = first_loud(values)
            self.sheet.tiles.current = unit
        self._on_unit(unit)

    def _on_refusal(self, reason: str) -> None:
        self.says.clear()
        self.sheet.clear(reason)
        self._show_samples("")
        self.exciting.clear("")

    def _noun(self, ranking: UnitRanking) -> str:
        return "map" if ranking.maps else "neuron"

    # One unit

    def _on_unit(self, unit: int) -> None:
        if self._ranking is None:
            return
        self._unit, noun = unit, self._noun(self._ranking)
        name = f"{noun.capitalize()} {self.sheet.tiles.name_of(unit)}"
        self.heading.setText(f"{name}  ·  strongest samples")
        if self._request is not None:
            self.subject.drop(self._request)
        request = FindExemplars(
            layer=self.picker.chosen,
            part=str(self.part.currentData()),
            rows=tuple(self._ranking.rows[unit].tolist()),
            places=tuple(self._ranking.places[unit].tolist()),
        )
        self._request = self.subject.request(request, self._on_exemplars, self._show_samples)
        self.exciting.show_unit(self.picker.chosen, unit, name, self._ranking.maps)
        self.exciting.show_best(float(self._ranking.values[unit][0]))

    def _on_exemplars(self, exemplars: Exemplars) -> None:
        self._request = None
        if self._ranking is None:
            return
        labels = labels_of(exemplars.target_field, exemplars.target)
        values = self._ranking.values[self._unit].tolist()
        self.samples.set_field(exemplars.input_field)
        self.samples.set_exemplars(
            drawable_values(exemplars.input), values, labels, exemplars.index.tolist(), exemplars.patch
        )

    def _show_samples(self, words: str) -> None:
        """Show no samples, but these words."""
        self._request = None
        self.samples.set_exemplars(np.empty((0, 1)), [], [], [])
        self.samples.set_empty_text(words)
        self.heading.setText("Strongest samples")


def first_loud(values: Array) -> int:
    """The first unit that says something to a sample, by ``values`` (units, k), the strongest first; else the first."""
    loud = (values[:, 0] != 0).nonzero()[0] if values.shape[1] else []
    return int(loud[0]) if len(loud) else 0

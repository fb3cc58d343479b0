"""All units of a layer side by side: the patch of a sample that excites each most, or the input made for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.data.dataset import Array
from app.insight.maximisation_settings import MOST_UNITS, Recipe
from app.protocol.unit_messages import Exemplars, FindExemplars, MaximiseActivations, MaximisedInputs, UnitRanking
from widgets.charts.unit_tiles import Face, UnitTiles, faces_of
from widgets.data.sample_views import still_values
from widgets.look.flow import flow
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, vbox
from widgets.look.theme import ThemeSource
from widgets.understand.piecewise_request import PiecewiseRequest
from widgets.understand.subject import Subject

EMPTY = "Train a network, or pick a run that was saved: then the units of each layer stand here."
SAMPLES, INPUTS = 0, 1


class UnitSheet(QWidget):
    """Tiles of the units, and what they show; `picked` carries a unit.

    Exciting inputs are sought when they are asked for: of a layer with many units, for the first ones.
    """

    picked = Signal(int)

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = subject
        self.tiles = UnitTiles(source, "Units of the layer", EMPTY)
        self.tiles.setObjectName("units")
        self.heading = text_label("Units", self, look="heading")
        self.shown = QComboBox(self)
        self.shown.setAccessibleName("What stands for a unit")
        self.shown.setToolTip("What stands for each unit: what excited it most, or the input made to excite it")
        self.shown.addItems(["strongest sample", "exciting input"])
        self.work = PiecewiseRequest(subject, self)
        self._recipe = Recipe()
        self._layer, self._part, self._noun = "", "", "unit"
        self._samples: dict[int, Face] = {}
        self._request: int | None = None
        self._lay_out()
        self.shown.hide()
        self.tiles.picked.connect(self.picked)
        self.shown.currentIndexChanged.connect(self._on_choice)
        self.work.grown.connect(self._on_inputs)
        self.work.failed.connect(self._say)

    def _lay_out(self) -> None:
        self.shown.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        vbox(flow(self.heading, Stretch(1), self.shown, margins=(12, 0, 8, 0)), (self.tiles, 1), parent=self, spacing=2)

    # What the tab calls

    def show_layer(self, layer: str, part: str, noun: str) -> None:
        """Take note of the layer whose units are shown, and in which part of the data samples are looked for."""
        self.cancel()
        self._layer, self._part, self._noun = layer, part, noun
        self._samples = {}
        self.tiles.set_faces({})
        self.shown.show()

    def show_ranking(self, values: Array, names: Sequence[str] = ()) -> None:
        """Show the units, with ``names`` if they have any, by what they said at most so far: ``values`` (units, k)."""
        strongest = values[:, 0] if values.shape[1] else np.zeros(len(values))
        self.tiles.set_units(strongest, self._noun, names)
        several = "" if len(values) == 1 else "s"
        self.heading.setText(f"{len(values):,} {self._noun}{several}")

    def show_exemplars(self, ranking: UnitRanking) -> None:
        """Ask for the samples that stand for the units of a whole ranking."""
        rows, places = (tuple(array[:MOST_UNITS, 0].tolist()) for array in (ranking.rows, ranking.places))
        request = FindExemplars(layer=self._layer, part=self._part, rows=rows, places=places)
        self._request = self._subject.request(request, self._on_exemplars, self._say)
        if self.shown.currentIndex() == INPUTS:
            self._seek()

    def use_recipe(self, recipe: Recipe) -> None:
        """Seek exciting inputs by other settings."""
        self._recipe = recipe
        if self.shown.currentIndex() == INPUTS and self.tiles.count():
            self._seek()

    def clear(self, words: str = EMPTY) -> None:
        """Show nothing but what to do."""
        self.cancel()
        self._samples = {}
        self.tiles.set_units(np.empty(0), self._noun)
        self.tiles.set_empty_text(words)
        self.heading.setText("Units")
        self.shown.hide()

    def cancel(self) -> None:
        """Give up what is under way."""
        self.work.cancel()
        if self._request is not None:
            self._subject.drop(self._request)
            self._request = None

    # Inside

    def _on_exemplars(self, exemplars: Exemplars) -> None:
        self._request = None
        self._samples = dict(enumerate(faces_of(still_values(exemplars.input), exemplars.patch)))
        self.shown.setItemText(SAMPLES, "strongest sample" if exemplars.patch is None else "strongest patch")
        if self.shown.currentIndex() == SAMPLES:
            self.tiles.set_faces(self._samples)

    def _on_choice(self) -> None:
        if self.shown.currentIndex() == SAMPLES:
            self.work.cancel()
            self.tiles.set_faces(self._samples)
        elif self.tiles.count():
            self._seek()

    def _seek(self) -> None:
        units = tuple(range(min(self.tiles.count(), MOST_UNITS)))
        self.work.begin(MaximiseActivations(layer=self._layer, units=units, settings=self._recipe.values()))

    def _on_inputs(self, maximised: MaximisedInputs) -> None:
        inputs = still_values(maximised.input)
        patches = None if maximised.patch is None else np.repeat(maximised.patch[None], len(inputs), axis=0)
        self.tiles.set_faces(dict(enumerate(faces_of(inputs, patches))))

    def _say(self, reason: str) -> None:
        self._request = None
        self.tiles.set_empty_text(reason)

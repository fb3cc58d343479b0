"""Seeking the input that excites a unit most: the picture as it grows, how far it is, and how it is sought."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.insight.maximisation_settings import Recipe
from app.protocol.unit_messages import MaximiseActivations, MaximisedInputs
from graph.errors import NetloomError
from widgets.charts.maximised_input import ExcitingInput
from widgets.charts.sample_painting import occurring
from widgets.data.sample_views import still_values
from widgets.fields.forms import SettingsForm
from widgets.look.flow import flow
from widgets.look.form_area import FormArea
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.piecewise_request import PiecewiseRequest
from widgets.understand.subject import Subject

CLOSED, OPEN = 200, 430
"""Narrowest the pane is without its settings, and with them, in pixels."""
EMPTY = "Pick a unit to see the input that excites it most, sought from noise."


class ExcitingPane(QWidget):
    """Climbs for one unit as soon as one is shown; `recipe_changed` says that the settings are others."""

    recipe_changed = Signal()

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipe = Recipe()
        self.view = ExcitingInput(source, "Exciting input", EMPTY)
        self.view.setObjectName("excitingInput")
        self.heading = text_label("Exciting input", self, look="heading")
        self.about = text_label("", self, look="faint", wrap=True)
        self.stop = QPushButton("Stop", self)
        self.stop.setToolTip("Stop seeking, or seek again from the beginning")
        self.settings = QPushButton("Settings", self)
        self.settings.setCheckable(True)
        self.form = SettingsForm()
        self.form.setAccessibleName("How the exciting input is sought")
        self.work = PiecewiseRequest(subject, self)
        self._layer, self._unit, self._places = "", -1, False
        self._best = float("nan")
        self._lay_out()
        self._connect()
        self._show_recipe()
        self._show_running(False)

    def _lay_out(self) -> None:
        head = flow(self.heading, Stretch(1), self.stop, self.settings, margins=(12, 0, 12, 0))
        self.side = FormArea(self)
        self.side.setWidget(self.form)
        self.side.hide()
        self.form.setContentsMargins(8, 4, 8, 8)
        body = hbox((self.view, 3), (self.side, 2))
        self.about.setContentsMargins(12, 0, 12, 0)
        vbox(head, (body, 1), self.about, parent=self, margins=(0, 0, 0, 4), spacing=2)

    def _connect(self) -> None:
        self.work.grown.connect(self._on_inputs)
        self.work.failed.connect(self._on_refusal)
        self.work.running_changed.connect(self._show_running)
        self.stop.clicked.connect(self._stop_or_again)
        self.settings.toggled.connect(self._show_settings)
        self.form.edited.connect(self._edit)

    # What the tab calls

    def show_unit(self, layer: str, unit: int, name: str, places: bool) -> None:
        """Seek for another unit; ``name`` stands above, ``places`` says whether it is a map."""
        if (layer, places) != (self._layer, self._places):
            self._layer, self._places = layer, places
            self._show_recipe()
        self._unit, self._best = unit, float("nan")
        self.heading.setText(f"{name}  ·  exciting input")
        self.view.set_patch(None)
        self._begin()

    def show_best(self, value: float) -> None:
        """Note the activation by the strongest sample, to compare."""
        self._best = value

    def clear(self, words: str = EMPTY) -> None:
        """Show nothing but what to do."""
        self.work.cancel()
        self._unit = -1
        self.view.clear()
        self.view.set_empty_text(words)
        self.about.clear()
        self.heading.setText("Exciting input")
        self._show_running(False)

    # Inside

    def _begin(self) -> None:
        settings = self.recipe.values()
        self.work.begin(MaximiseActivations(layer=self._layer, units=(self._unit,), settings=settings))

    def _show_settings(self, shown: bool) -> None:
        """Beside the settings the input keeps room of its own."""
        self.side.setVisible(shown)
        self.setMinimumWidth(OPEN if shown else CLOSED)

    def _stop_or_again(self) -> None:
        if self.work.running:
            self.work.cancel()
        elif self._unit >= 0:
            self._begin()

    def _show_running(self, running: bool) -> None:
        self.stop.setText("Stop" if running else "Again")
        self.stop.setVisible(self._unit >= 0)
        self.settings.setVisible(self._unit >= 0)
        self._show_settings(self._unit >= 0 and self.settings.isChecked())

    def _show_recipe(self) -> None:
        offered = tuple(spec for spec in Recipe.settings() if spec.name != "whole" or self._places)
        self.form.show_settings(offered, {spec.name: getattr(self.recipe, spec.name) for spec in offered})

    def _edit(self, name: str, value: object) -> None:
        try:
            self.recipe = self.recipe.changed(**{name: value})
        except NetloomError as error:
            self.form.refuse(name, str(error))
            return
        self._show_recipe()
        if self._unit >= 0:
            self.view.set_patch(None)
            self._begin()
        self.recipe_changed.emit()

    def _on_inputs(self, maximised: MaximisedInputs) -> None:
        field = maximised.input_field
        values, away = still_values(maximised.input)[0], still_values(maximised.deviations)[0]
        names, units = field.names, field.units
        if values.ndim == 1 and len(names) == len(values):  # no sample has a category that training never saw
            kept = occurring(names)
            values, away, names = values[kept], away[kept], tuple(names[place] for place in kept)
            units = tuple(units[place] for place in kept) if units else ()
        self.view.set_input(values, away, names, units)
        if maximised.patch is not None:
            self.view.set_patch(tuple(map(float, maximised.patch)))
        value, done, total = float(maximised.values[0]), maximised.done, maximised.total
        compared = "" if np.isnan(self._best) else f" (strongest sample: {number(self._best, 3)})"
        step = f"  ·  step {done:,} of {total:,}" if done < total else ""
        self.about.setText(f"activation {number(value, 3)}{compared}{step}")

    def _on_refusal(self, reason: str) -> None:
        self.view.clear()
        self.view.set_empty_text(reason)
        self.about.clear()

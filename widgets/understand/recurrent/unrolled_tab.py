"""A recurrent layer unrolled over some steps of a sample, as a picture to teach with."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.numerics.recurrence import quantity, recurrent_layers
from app.protocol.recurrent_messages import RecurrentStates
from app.protocol.recurrent_values import StatesOverTime
from widgets.fields.number_field import NumberBox
from widgets.look.elided_label import ElidedLabel
from widgets.look.labels import text_label
from widgets.look.plain_text import plain_tip
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.recurrent.gates_tab import prediction_text, read_values
from widgets.understand.recurrent.gradients_tab import KINDS
from widgets.understand.recurrent.recurrent_tab import EMPTY, SampledTab
from widgets.understand.recurrent.unrolled_diagram import MOST_STEPS, UnrolledDiagram
from widgets.understand.recurrent.unrolled_states import Unrolled
from widgets.understand.subject import Subject

USUAL = 5
FEW = 3
"""Features that are written out; of more only their mean size is."""


class UnrolledTab(SampledTab):
    """Samples to pick from, and the drawing: how many steps, from which on, with gradients or without."""

    title = "Unrolled"
    place = 2
    shows_probabilities = True
    sentence = "One cell used again and again, its state handed on"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.diagram = UnrolledDiagram(source, EMPTY)
        self.diagram.setObjectName("unrolled")
        self.steps = self._number("Steps", "How many steps are drawn", USUAL)
        self.start = self._number("from", "The first step that is drawn", 1)
        self.gradients = QCheckBox("Gradients back", self)
        self.gradients.setToolTip("Show how the gradient of the loss flows back from step to step")
        self.reading = ElidedLabel(self, look="faint")
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar.addWidget(self.gradients)
        self.bar.addWidget(self.reading, 1)
        self.bar.addWidget(self.says)
        self.column.addWidget(self.beside(scrolled(self.diagram, self, sideways=True)), 1)
        self.steps.entered.connect(self._on_steps)
        self.start.entered.connect(self._on_steps)
        self.gradients.toggled.connect(self.diagram.show_gradients)
        self.diagram.moved.connect(lambda first: self.start.set_value(first + 1))
        self.diagram.hovered.connect(self.reading.setText)

    def _number(self, caption: str, words: str, value: int) -> NumberBox:
        box = NumberBox(True, 1, MOST_STEPS if value == USUAL else None)
        box.setAccessibleName(words)
        box.setToolTip(plain_tip(words))
        box.setFixedWidth(64)
        box.set_value(value)
        self.bar.addWidget(text_label(caption, self, look="faint", buddy=box))
        self.bar.addWidget(box)
        return box

    def _on_steps(self, _value: object) -> None:
        self.steps.clamp()
        self.start.clamp()
        self.diagram.show_steps(int(self.start.value() or 1) - 1, int(self.steps.value() or USUAL))
        self.start.set_value(self.diagram.first + 1)
        self.steps.set_value(self.diagram.count)

    def show_reply(self, reply: RecurrentStates) -> None:
        """Show the layer; at first the steps that end where the loss is."""
        self.offer_directions(reply.states.layer)
        layer, before = self._unrolled(reply.states), self.diagram.layer
        same = before is not None and (before.steps, before.back) == (layer.steps, layer.back)
        self.steps.set_range(1, min(MOST_STEPS, layer.steps))
        self.start.set_range(1, layer.steps)
        self.diagram.show_layer(layer)
        if not same:
            first = 0 if layer.back else layer.steps
            self.diagram.show_steps(first, int(self.steps.value() or USUAL))
            self.start.set_value(self.diagram.first + 1)

    def show_nothing(self, words: str) -> None:
        """Show no layer."""
        self.reading.clear()
        self.diagram.set_empty_text(words)
        self.diagram.show_layer(None)

    def _unrolled(self, states: StatesOverTime) -> Unrolled:
        network, layer = self.subject.drawn, states.layer
        known = recurrent_layers(network).get(layer.path) if network is not None else None
        shown = tuple(
            (quantity(name).letter, states.values[name].astype(np.float64), gradients.astype(np.float64))
            for name, gradients in states.gradients.items()
        )
        return Unrolled(
            KINDS[layer.cell],
            shown,
            read_words(states),
            prediction_text(states),
            getattr(known, "output_mode", "last") == "last" and layer.level == layer.levels - 1,
            layer.backward,
        )


def read_words(states: StatesOverTime) -> list[str]:
    """What comes in at each step, in few words."""
    if states.words:
        return [f"“{word}”" for word in states.words]
    values = read_values(states)
    if values.shape[1] <= FEW:
        return [", ".join(number(float(value), 2) for value in row) for row in values]
    return [f"{len(row)} numbers" for row in values]

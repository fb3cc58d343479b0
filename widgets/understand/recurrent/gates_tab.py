"""Gates and states of a recurrent layer over the steps of one sample, beside what it reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.numerics.recurrence import quantity
from app.protocol.recurrent_messages import RecurrentStates
from app.protocol.recurrent_values import StatesOverTime
from widgets.charts.time_lanes import Lane, TimeLanes
from widgets.look.elided_label import ElidedLabel
from widgets.look.labels import text_label
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource
from widgets.understand.recurrent.recurrent_tab import EMPTY, SampledTab
from widgets.understand.subject import Subject

FEW = 4
"""Features up to which the input is drawn as curves."""


class GatesTab(SampledTab):
    """Samples to pick from, and the lanes of the layer: what it reads, its gates, its states."""

    title = "Gates"
    place = 3
    sentence = "What the layer lets in, keeps and shows at every step"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.lanes = TimeLanes(source, "Gates over time", EMPTY)
        self.lanes.setObjectName("gates")
        self.mode = QComboBox(self)
        self.mode.setAccessibleName("How gates are drawn")
        self.mode.addItems(["Colours", "Curves"])
        self.mode.setToolTip("Colours: one row for each unit. Curves: one line for each unit")
        self.reading = ElidedLabel(self, look="faint")
        self.reading.setProperty("faint", False)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.prediction = text_label("", self)
        self.bar.addWidget(self.mode)
        self.bar.addWidget(self.reading, 1)
        self.bar.addWidget(self.prediction)
        self.bar.addWidget(self.says)
        self.column.addWidget(self.beside(scrolled(self.lanes, self)), 1)
        self.mode.currentIndexChanged.connect(lambda row: self.lanes.set_curves(row == 1))
        self.lanes.hovered.connect(self.reading.setText)

    def show_reply(self, reply: RecurrentStates) -> None:
        """Show what the layer did with the sample."""
        states = reply.states
        self.offer_directions(states.layer)
        self.prediction.setText(prediction_text(states))
        self.lanes.set_lanes([input_lane(states), *lanes_of(states)], back=states.layer.backward)

    def show_nothing(self, words: str) -> None:
        """Show no lanes."""
        self.prediction.clear()
        self.lanes.set_empty_text(words)
        self.lanes.set_lanes([])


def lanes_of(states: StatesOverTime) -> list[Lane]:
    """The gates and states of a layer, in the order in which they are worked out."""
    lanes = []
    for name, values in states.values.items():
        what = quantity(name)
        title = what.title if what.letter == name else f"{what.title} {what.letter}"
        lanes.append(Lane(title, what.says, values.astype(np.float64), "share" if what.share else "signed"))
    return lanes


def input_lane(states: StatesOverTime) -> Lane:
    """What the layer reads: the network's own input where it has the same steps, else what arrives at the layer."""
    if states.words:
        return Lane("Input", "the words", np.zeros((len(states.words), 1)), words=states.words)
    own = states.input is not None
    values = read_values(states)
    names = list(states.input_names) or [f"feature {number}" for number in range(1, values.shape[1] + 1)]
    says = "the sample" if own else f"what arrives at {states.layer.path}"
    unit = one_unit(states.input_units) if own else ""
    return Lane("Input", says, values, "plain", names=names, curved=values.shape[1] <= FEW, unit=unit)


def one_unit(units: Sequence[str]) -> str:
    """The unit that all features share, for the axis that they stand on; empty where they have none or several."""
    return units[0] if len(set(units)) == 1 else ""


def read_values(states: StatesOverTime) -> NDArray[np.float64]:
    """The numbers (time, features) that are read: the network's own input, else what arrives at the layer."""
    return np.asarray(states.arriving if states.input is None else states.input, dtype=np.float64)


def prediction_text(states: StatesOverTime) -> str:
    """What the network predicts for the sample, and what is true."""
    return f"predicts {states.prediction}, truth {states.label}" if states.prediction and states.label else ""

"""Gates and states of a recurrent layer over the steps of one sample, beside what it reads."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QScrollArea, QSizePolicy, QWidget

from app.numerics.recurrence import quantity
from app.protocol.loose import Loose as Message
from widgets.charts.time_lanes import Lane, TimeLanes
from widgets.look.theme import ThemeSource
from widgets.understand.recurrent.recurrent_tab import EMPTY, SampledTab
from widgets.understand.subject import Subject
from widgets.understand.view_groups import Sentence

FEW = 4
"""Features up to which the input is drawn as curves."""


class GatesTab(SampledTab):
    """Samples to pick from, and the lanes of the layer: what it reads, its gates, its states."""

    title = "Gates"
    place = 3
    sentence = "What a recurrent layer lets in, keeps and shows at every step"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.lanes = TimeLanes(source, "Gates over time", EMPTY)
        self.lanes.setObjectName("gates")
        self.mode = QComboBox(self)
        self.mode.setAccessibleName("How gates are drawn")
        self.mode.addItems(["Colours", "Curves"])
        self.mode.setToolTip("Colours: one row for each unit. Curves: one line for each unit")
        self.reading = Sentence(self)
        self.reading.setProperty("faint", False)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.answer = QLabel(self)
        self.bar.addWidget(self.mode)
        self.bar.addWidget(self.reading, 1)
        self.bar.addWidget(self.answer)
        self.bar.addWidget(self.says)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.lanes)
        self.column.addWidget(self.beside(area), 1)
        self.mode.currentIndexChanged.connect(lambda row: self.lanes.set_curves(row == 1))
        self.lanes.told.connect(self.reading.setText)

    def show_found(self, message: Message) -> None:
        """Show what the layer did with the sample."""
        self.answer.setText(answer_of(message))
        self.lanes.set_lanes([read_by(message), *lanes_of(message)], back=bool(message.fields["back"]))

    def show_nothing(self, words: str) -> None:
        """Show no lanes."""
        self.answer.clear()
        self.lanes.set_empty_text(words)
        self.lanes.set_lanes([])


def lanes_of(message: Message) -> list[Lane]:
    """The gates and states that the worker told, in the order in which they are worked out."""
    found = []
    for name in message.fields["values"]:
        what = quantity(name)
        title = what.title if what.letter == name else f"{what.title} {what.letter}"
        values = np.asarray(message.arrays[f"values/{name}"], dtype=np.float64)
        found.append(Lane(title, what.says, values, "share" if what.share else "signed"))
    return found


def read_by(message: Message) -> Lane:
    """What the layer reads: the network's own input where it has the same steps, else what arrives at the layer."""
    words = message.fields.get("words")
    if words:
        return Lane("Input", "the words", np.zeros((len(words), 1)), words=words)
    own = message.arrays.get("input")
    values = np.asarray(message.arrays["arriving"] if own is None else own, dtype=np.float64)
    names = list(message.fields.get("names") or ()) if own is not None else []
    names = names or [f"feature {number}" for number in range(1, values.shape[1] + 1)]
    says = "the sample" if own is not None else f"what arrives at {message.fields['layer']}"
    return Lane("Input", says, values, "plain", names=names, curved=values.shape[1] <= FEW)


def answer_of(message: Message) -> str:
    """What the network says to the sample, and what is true."""
    says, truth = message.fields.get("says"), message.fields.get("truth")
    return f"says {says}, truth {truth}" if says and truth else ""

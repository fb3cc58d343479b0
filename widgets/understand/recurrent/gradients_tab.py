"""The gradient on its way back through time, at each step of a recurrent layer, for one run or for two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from app.numerics.recurrence import quantity, recurrent_layers, verdict
from app.protocol.loose import Loose as Message
from app.training.runs import Run, runs_folder
from graph.errors import NetloomError
from graph.project import project_json
from widgets.charts.gradient_plot import GradientCurve, GradientPlot, totals_of
from widgets.look.theme import ThemeSource
from widgets.training.run_entries import run_folders, shown_name
from widgets.understand.recurrent.recurrent_tab import EMPTY, RecurrentTab
from widgets.understand.subject import Subject
from widgets.understand.view_groups import Sentence

MOST_RUNS = 15
"""Runs that are offered to compare with, the newest first."""
KINDS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM", "loop": "loop"}


class GradientsTab(RecurrentTab):
    """The plot, what it shows in sentences, and a second run of the user's choice."""

    title = "Gradients"
    place = 4
    sentence = "How much of the gradient is left at every step on its way back"
    asks = "gradients_over_time"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.plot = GradientPlot(source, EMPTY)
        self.plot.setObjectName("gradientsOverTime")
        self.state = QComboBox(self)
        self.state.setAccessibleName("State whose gradient is shown")
        self.state.hide()
        self.compare = QPushButton("Compare with…", self)
        self.compare.setToolTip("Lay the gradient of another run over this one")
        self.menu = QMenu(self.compare)
        self.compare.setMenu(self.menu)
        self.reading = Sentence(self)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.verdict = QLabel(self)
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setContentsMargins(12, 2, 12, 8)
        self._found: Message | None = None
        self._other: tuple[str, Message] | None = None
        self._asked: int | None = None
        for widget in (self.state, self.compare):
            self.bar.addWidget(widget)
        self.bar.addWidget(self.reading, 1)
        self.bar.addWidget(self.says)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.verdict)
        self.state.activated.connect(self._show)
        self.menu.aboutToShow.connect(self._offer_runs)
        self.plot.told.connect(self.reading.setText)

    # What the worker tells

    def show_found(self, message: Message) -> None:
        """Show the gradient of the layer chosen."""
        self._found = message
        names = [quantity(name) for name in message.fields["states"]]
        titles = [what.title if what.letter == what.title else f"{what.title} {what.letter}" for what in names]
        if [self.state.itemText(row) for row in range(self.state.count())] != titles:
            self.state.clear()
            self.state.addItems(titles)
        self.state.setVisible(len(titles) > 1)
        self._show()

    def show_nothing(self, words: str) -> None:
        """Show no curve."""
        self._found = None
        self.plot.set_empty_text(words)
        self.plot.set_curves([])
        self.verdict.clear()

    def _show(self, *_: object) -> None:
        if self._found is None:
            return
        name = str(self._found.fields["states"][max(self.state.currentIndex(), 0)])
        told = [(self._own_label(), self._found), *([self._other] if self._other else [])]
        curves = [curve_of(label, message, name) for label, message in told]
        self.plot.set_curves(curves)
        lines = [
            f"{curve.label}: {verdict(curve.sizes.tolist(), message.fields['layer'], back=message.fields['back'])} "
            f"{sentence(totals_of(curve))}"
            for curve, (_, message) in zip(curves, told, strict=True)
        ]
        samples = int(self._found.fields["samples"])
        self.verdict.setText("\n".join(lines))
        self.verdict.setToolTip(f"Mean over {samples:,} training samples; dropout is off")

    def _own_label(self) -> str:
        assert self._found is not None  # asked before
        run = self.subject.run
        name = "untrained" if run is None or not self.subject.ready else shown_name(run.path, run.title)
        return f"{KINDS[str(self._found.fields['cell'])]}, {name}"

    # The second run

    def _offer_runs(self) -> None:
        """List what this gradient can be compared with."""
        self.menu.clear()
        if self._other is not None:
            self.menu.addAction("Nothing", self._drop_other)
            self.menu.addSeparator()
        run = self.subject.run
        if run is not None:
            self.menu.addAction("These weights before training", partial(self._ask_untrained, run))
        for other in runs_with_memory(run.path if run is not None else None):
            self.menu.addAction(shown_name(other.path, other.title), partial(self._ask_run, other))
        if self.menu.isEmpty():
            self.menu.addAction("No other run has a recurrent layer").setEnabled(False)

    def _ask_run(self, run: Run) -> None:
        self._ask_other("gradients_over_time", shown_name(run.path, run.title), {"run": str(run.path)})

    def _ask_untrained(self, run: Run) -> None:
        told = {"project": project_json(run.project), "base": str(run.base) if run.base else None}
        self._ask_other("gradients_over_time_fresh", "untrained", {**told, "layer": self.picker.layer})

    def _ask_other(self, type: str, name: str, fields: Mapping[str, Any]) -> None:
        self._forget_other()
        take = partial(self._on_other, name)
        self._asked = self.subject.ask_worker(type, take, self.reading.setText, **fields)

    def _on_other(self, name: str, message: Message) -> None:
        self._asked = None
        self._other = (f"{KINDS[str(message.fields['cell'])]}, {name}", message)
        self._show()

    def _drop_other(self) -> None:
        self._forget_other()
        self._show()

    def _forget_other(self) -> None:
        self._other = None
        if self._asked is not None:
            self.subject.drop(self._asked)
            self._asked = None


def sentence(words: str) -> str:
    """The words with a capital letter and a full stop."""
    return f"{words[0].upper()}{words[1:]}."


def curve_of(label: str, message: Message, state: str) -> GradientCurve:
    """The curve of a state in an answer of the worker; of its first one where it has no such state."""
    fields = message.fields
    name = state if state in fields["states"] else fields["states"][0]
    sizes = np.asarray(message.arrays[f"sizes/{name}"], dtype=np.float64)
    return GradientCurve(label, sizes, float(fields["total"]), float(fields["clip"]))


def runs_with_memory(but: Path | None) -> list[Run]:
    """The newest saved runs of networks with a recurrent layer, without the one in ``but``."""
    found: list[Run] = []
    for path in run_folders(runs_folder()):
        try:
            run = Run.open(path)
            if path != but and run.weights.is_file() and recurrent_layers(run.project.network):
                found.append(run)
        except NetloomError:
            continue
        if len(found) == MOST_RUNS:
            break
    return found

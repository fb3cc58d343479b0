"""The gradient on its way back through time, at each step of a recurrent layer: of a mean or of one sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QSizePolicy, QWidget

from app.numerics.recurrence import quantity, recurrent_layers, verdict
from app.protocol.messages import OpenProject
from app.protocol.recurrent_messages import MeasureRecurrentGradients, RecurrentGradients
from app.protocol.recurrent_values import GradientsOverTime
from app.training.runs import Run, runs_folder
from graph.errors import NetloomError
from graph.project import project_json
from widgets.charts.gradient_plot import GradientCurve, GradientPlot, totals_of
from widgets.charts.sample_tiles import sample_name
from widgets.look.elided_label import ElidedLabel
from widgets.look.labels import text_label
from widgets.look.menus import add_entry, give_menu
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.training.run_entries import run_folders
from widgets.understand.recurrent.recurrent_tab import EMPTY, SampledTab
from widgets.understand.subject import Subject

MOST_RUNS = 15
"""Runs that are offered to compare with, the newest first."""
MEAN, ONE = "Mean of training samples", "One sample"
KINDS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM", "loop": "loop"}


class GradientsTab(SampledTab):
    """The plot, of a mean over samples or of one that is picked, in sentences too, and a second run to compare."""

    title = "Gradients"
    place = 4
    sentence = "How much of the gradient is left at each step back"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.plot = GradientPlot(source, EMPTY)
        self.plot.setObjectName("gradientsOverTime")
        self.state = QComboBox(self)
        self.state.setAccessibleName("State whose gradient is shown")
        self.state.hide()
        self.over = QComboBox(self)
        self.over.setAccessibleName("Whose gradient")
        self.over.setToolTip("The mean over training samples, or the gradient of one sample that you pick")
        self.over.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.over.addItems([MEAN, ONE])
        self.compare = QPushButton("Compare with…", self)
        self.compare.setToolTip("Lay the gradient of another run over this one")
        self.menu = QMenu(self.compare)
        give_menu(self.compare, self.menu)
        self.reading = ElidedLabel(self, look="faint")
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.verdict = text_label("", self, wrap=True)
        self.verdict.setContentsMargins(12, 2, 12, 8)
        self._shown: GradientsOverTime | None = None
        self._other: tuple[str, GradientsOverTime] | None = None
        self._other_request: int | None = None
        self._ask_again: Callable[[], None] | None = None
        """Asks for the second run once more."""
        for widget in (self.over, self.state, self.compare):
            self.bar.addWidget(widget)
        self.bar.addWidget(self.reading, 1)
        self.bar.addWidget(self.says)
        self.column.addWidget(self.beside(self.plot), 1)
        self.gallery.hide()
        self.column.addWidget(self.verdict)
        self.over.activated.connect(self._on_over)
        self.gallery.sample_picked.connect(self._on_sample)
        self.state.activated.connect(self._show)
        self.menu.aboutToShow.connect(self._offer_runs)
        self.plot.hovered.connect(self.reading.setText)

    # The layer chosen, and whose gradient

    @property
    def shows_sample(self) -> bool:
        """Whether the gradient is that of one sample."""
        return self.over.currentIndex() == 1

    def _on_over(self, _row: int) -> None:
        self.gallery.setVisible(self.shows_sample)
        if self.shows_sample:
            self.gallery.ask()
        self._on_sample()
        self.look_anew()

    def _on_sample(self, *_: object) -> None:
        """The second run shows the same sample, if it has that."""
        if self._ask_again is not None:
            self._ask_again()

    def make_request(self) -> MeasureRecurrentGradients | None:
        """The gradients of the layer that is chosen; none of a sample while there is none to pick."""
        sample = self.gallery.position if self.shows_sample else None
        if self.shows_sample and sample is None:
            return None
        return MeasureRecurrentGradients(
            layer=self.picker.chosen, level=self.chosen_level, backward=self.backward, sample=sample
        )

    def show_reply(self, reply: RecurrentGradients) -> None:
        """Show the gradient of the layer chosen."""
        self._shown = reply.gradients
        self.offer_directions(reply.gradients.layer)
        if reply.gradients.sample is None:
            self.over.setItemText(0, f"Mean of {reply.gradients.samples:,} training samples")
        names = [quantity(name) for name in reply.gradients.norms]
        titles = [what.title if what.letter == what.title else f"{what.title} {what.letter}" for what in names]
        if [self.state.itemText(row) for row in range(self.state.count())] != titles:
            self.state.clear()
            self.state.addItems(titles)
        self.state.setVisible(len(titles) > 1)
        self._show()

    def show_nothing(self, words: str) -> None:
        """Show no curve."""
        self._shown = None
        self.plot.set_empty_text(words)
        self.plot.set_curves([])
        self.verdict.clear()

    def _show(self, *_: object) -> None:
        if self._shown is None:
            return
        state = list(self._shown.norms)[max(self.state.currentIndex(), 0)]
        compared = [(self._own_label(self._shown), self._shown)]
        if self._other is not None:
            compared.append((self._label(*self._other), self._other[1]))
        curves = [curve_of(label, gradients, state) for label, gradients in compared]
        self.plot.set_curves(curves)
        lines = [
            f"{curve.label}: {verdict(curve.sizes.tolist(), gradients.layer.path, back=gradients.layer.backward)} "
            f"{sentence(totals_of(curve))}"
            for curve, (_, gradients) in zip(curves, compared, strict=True)
        ]
        self.verdict.setText("\n".join(lines))
        whose = (
            "One sample" if self._shown.sample is not None else f"Mean over {self._shown.samples:,} training samples"
        )
        self.verdict.setToolTip(plain_tip(f"{whose}; dropout is off"))

    def _own_label(self, gradients: GradientsOverTime) -> str:
        run = self.subject.run
        name = "untrained" if run is None or not self.subject.ready else self.subject.run_name(run)
        return self._label(name, gradients)

    def _label(self, name: str, gradients: GradientsOverTime) -> str:
        """What a curve is called: the cell, the run, and the sample where it is of one."""
        whose = f", {sample_name(gradients.sample)}" if gradients.sample is not None else ""
        if self.shows_sample and not whose:
            whose = f", mean of {gradients.samples:,} samples"
        return f"{KINDS[gradients.layer.cell]}, {name}{whose}"

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
            add_entry(self.menu, self.subject.run_name(other), partial(self._ask_run, other))
        if self.menu.isEmpty():
            self.menu.addAction("No other run has a recurrent layer").setEnabled(False)

    def _ask_run(self, run: Run) -> None:
        """Ask for the same sample, where the other run has the same data; else for its mean."""
        same = run.project.sections.get("data") == self.subject.data
        self._ask_again = partial(self._ask_run, run)
        self._ask_other(self.subject.run_name(run), MeasureRecurrentGradients(run=run.path), same=same)

    def _ask_untrained(self, run: Run) -> None:
        project = OpenProject(project=project_json(run.project), base=run.base)
        self._ask_again = partial(self._ask_untrained, run)
        self._ask_other("untrained", MeasureRecurrentGradients(project=project, layer=self.picker.chosen), same=True)

    def _ask_other(self, name: str, request: MeasureRecurrentGradients, *, same: bool) -> None:
        self._forget_other()
        sample = self.gallery.position if self.shows_sample and same else None
        request = replace(request, sample=sample)
        on_reply = partial(self._on_other, name)
        self._other_request = self.subject.request_worker(request, on_reply, self.reading.setText)

    def _on_other(self, name: str, reply: RecurrentGradients) -> None:
        self._other_request = None
        self._other = (name, reply.gradients)
        self._show()

    def _drop_other(self) -> None:
        self._ask_again = None
        self._forget_other()
        self._show()

    def _forget_other(self) -> None:
        self._other = None
        if self._other_request is not None:
            self.subject.drop(self._other_request)
            self._other_request = None


def sentence(words: str) -> str:
    """The words with a capital letter and a full stop."""
    return f"{words[0].upper()}{words[1:]}."


def curve_of(label: str, gradients: GradientsOverTime, state: str) -> GradientCurve:
    """The curve of a layer's state; of its first one where it has no such state."""
    norms = gradients.norms.get(state, next(iter(gradients.norms.values())))
    return GradientCurve(label, norms, gradients.total_norm, gradients.clip)


def runs_with_memory(but: Path | None) -> list[Run]:
    """The newest saved runs of networks with a recurrent layer, without the one in ``but``."""
    runs: list[Run] = []
    for path in run_folders(runs_folder()):
        try:
            run = Run.open(path)
            if path != but and run.weights.is_file() and recurrent_layers(run.project.network):
                runs.append(run)
        except NetloomError:
            continue
        if len(runs) == MOST_RUNS:
            break
    return runs

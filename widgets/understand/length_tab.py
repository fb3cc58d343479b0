"""How well a network does on samples of each length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from app.protocol.sequence_messages import EvaluateByLength, LengthEvaluation
from app.protocol.sequence_values import ScoresByLength
from app.system.number_format import format_number, format_percent
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.plots.bars import BarPlot
from widgets.understand.evaluation_tab import EvaluationTab
from widgets.understand.subject import Subject

ONE_LENGTH = "All samples are of one length, so there is nothing to compare."
ORDER = ("training", "validation", "test")


class LengthTab(EvaluationTab):
    """A bar for every length and part of the data, as soon as the tab is looked at."""

    title = "By length"
    place = 3
    sentence = "Whether the rule holds for lengths that were never shown"
    no_run = "Train the network to see how far its rule reaches over samples of unequal length."
    live = "Once training has ended, its predictions by length stand here."
    waiting = "Counting…"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.about = text_label("", self, wrap=True)
        self.plot = BarPlot(source, "Predictions by length", self.no_run, self)
        self.pages.add(self.plot)
        self.bar.addWidget(self.about, 1)

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Data whose samples differ in length."""
        info = subject.data_info
        if info is not None:
            return "" if any(field.lengths for field in info.fields) else ONE_LENGTH
        drawn = subject.drawn
        reads_lengths = drawn is not None and any(node.layer.values().get("lengths") for node in drawn)
        return "" if reads_lengths else ONE_LENGTH

    def send_request(self) -> int | None:
        """Count over all lengths and parts of the data."""
        return self.subject.request(EvaluateByLength(), self._on_evaluated, self.on_refused)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of bars and their summary."""
        self.about.clear()
        super().say(sentence)

    def _on_evaluated(self, reply: LengthEvaluation) -> None:
        if not self.is_current(reply):
            return
        scores = reply.scores
        sets = {name: scores.sets[name] for name in ORDER if name in scores.sets}
        lengths = np.unique(np.concatenate([part.length for part in sets.values()]))
        right = scores.measure == "accuracy"
        heights = {}
        for name, part in sets.items():
            heights[name] = np.full(len(lengths), np.nan)
            heights[name][np.searchsorted(lengths, part.length)] = part.score * (100 if right else 1)
        unit = "%" if right else scores.unit
        up = f"{'right' if right else 'error (RMSE)'}{unit and f' in {unit}'}"
        self.plot.set_bars([str(length) for length in lengths], heights, unit, across="length in steps", up=up)
        names = [name for name in sets if name != "validation" or len(sets) == 1]
        self.about.setText("  ".join(summary(scores, name) for name in names))
        self.plot.describe(self.about.text())
        self.pages.bring(self.plot)


def summary(scores: ScoresByLength, name: str) -> str:
    """A set in a sentence: the lengths of its samples, and how good predictions are on average over them."""
    part = scores.sets[name]
    shortest, longest = int(part.length.min()), int(part.length.max())
    steps = f"{shortest} steps" if shortest == longest else f"{shortest} to {longest} steps"
    if scores.measure == "rmse":
        error = float(np.sqrt(_mean(np.square(part.score), part.count)))
        return f"{name.capitalize()}, {steps}: error {format_number(error)}{scores.unit and f' {scores.unit}'} (RMSE)."
    mean = _mean(part.score, part.count)
    if part.whole is None:
        return f"{name.capitalize()}, {steps}: {share(mean)} right."
    whole = _mean(part.whole, part.count)
    return f"{name.capitalize()}, {steps}: {share(mean)} of the steps right, {share(whole)} of the samples wholly."


def _mean(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    return float((values * counts).sum() / counts.sum())


def share(value: float) -> str:
    """A share in percent; what is not quite all is never rounded up to it."""
    return format_percent(1, 0) if value == 1 else format_percent(min(value, 0.999))

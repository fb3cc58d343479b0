"""How well a network does on samples of each length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from app.data.data_choice import DataChoice
from app.protocol.sequence_messages import EvaluateByLength, LengthEvaluation
from app.protocol.sequence_values import ScoresByLength
from app.system.number_format import format_number
from graph.errors import NetloomError
from widgets.look.theme import ThemeSource
from widgets.plots.bars import BarPlot
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

NO_RUN = "Train a network on samples of unequal length to see how far its rule reaches."
LIVE = "Once training has ended, its predictions by length stand here."
COUNTING = "Counting…"
ONE_LENGTH = "All samples are of one length, so there is nothing to compare."
ORDER = ("training", "validation", "test")


class LengthTab(Tab):
    """A bar for every length and part of the data, as soon as the tab is looked at."""

    title = "By length"
    place = 3
    sentence = "Whether the network knows the rule, or only the lengths that it was shown"
    group = Group.PREDICTIONS

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.about = QLabel(self)
        self.about.setWordWrap(True)
        self.says = QLabel(NO_RUN, self)
        self.says.setProperty("faint", True)
        self.says.setWordWrap(True)
        self.says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.plot = BarPlot(source, "Predictions by length", NO_RUN, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.says)
        self.pages.addWidget(self.plot)
        self.bar.addWidget(self.about, 1)
        self.column.addWidget(self.pages, 1)
        self._shown: Path | None = None

    def unavailable_reason(self) -> str:
        """Data whose samples differ in length."""
        section = self.subject.data
        try:
            info = DataChoice.parse(section).known_info() if section is not None else None
        except NetloomError:
            return ""
        if info is not None:
            return "" if any(one.lengths for one in info.fields) else ONE_LENGTH
        drawn = self.subject.drawn
        reads_lengths = drawn is not None and any(node.layer.values().get("lengths") for node in drawn)
        return "" if reads_lengths else ONE_LENGTH

    def on_subject(self) -> None:
        """Another run, or the end of one in progress."""
        self._shown = None
        if self.isVisible():
            self._ask()

    def on_shown(self) -> None:
        """Count unless this run was counted already."""
        self._ask()

    def _ask(self) -> None:
        run = self.subject.run
        if run is None or self.subject.live:
            self._say(NO_RUN if run is None else LIVE)
            return
        if self.unavailable_reason():
            self._say(self.unavailable_reason())
        elif run.path != self._shown:
            self._shown = run.path
            self._say(COUNTING)
            self.subject.request(EvaluateByLength(), self._on_reply, self._on_refused)

    def _say(self, words: str) -> None:
        self.says.setText(words)
        self.about.clear()
        self.pages.setCurrentWidget(self.says)

    def _on_refused(self, reason: str) -> None:
        self._shown = None
        self._say(reason)

    def _on_reply(self, reply: LengthEvaluation) -> None:
        if self._shown is None or Path(reply.run) != self._shown:
            return
        scores = reply.scores
        sets = {name: scores.sets[name] for name in ORDER if name in scores.sets}
        lengths = np.unique(np.concatenate([each.length for each in sets.values()]))
        right = scores.measure == "accuracy"
        heights = {}
        for name, each in sets.items():
            heights[name] = np.full(len(lengths), np.nan)
            heights[name][np.searchsorted(lengths, each.length)] = each.score * (100 if right else 1)
        unit = "%" if right else scores.unit
        up = f"{'right' if right else 'error (RMSE)'}{unit and f' in {unit}'}"
        self.plot.set_bars([str(length) for length in lengths], heights, unit, across="length in steps", up=up)
        names = [name for name in sets if name != "validation" or len(sets) == 1]
        self.about.setText("  ".join(summary(scores, name) for name in names))
        self.plot.describe(self.about.text())
        self.pages.setCurrentWidget(self.plot)


def summary(scores: ScoresByLength, name: str) -> str:
    """A set in a sentence: the lengths of its samples, and how good predictions are on average over them."""
    found = scores.sets[name]
    shortest, longest = int(found.length.min()), int(found.length.max())
    steps = f"{shortest} steps" if shortest == longest else f"{shortest} to {longest} steps"
    if scores.measure == "rmse":
        error = float(np.sqrt(_mean(np.square(found.score), found.count)))
        return f"{name.capitalize()}, {steps}: error {format_number(error)}{scores.unit and f' {scores.unit}'} (RMSE)."
    mean = _mean(found.score, found.count)
    if found.whole is None:
        return f"{name.capitalize()}, {steps}: {share(mean)} right."
    whole = _mean(found.whole, found.count)
    return f"{name.capitalize()}, {steps}: {share(mean)} of the steps right, {share(whole)} of the samples wholly."


def _mean(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    return float((values * counts).sum() / counts.sum())


def share(value: float) -> str:
    """A share in percent; what is not quite all is never rounded up to it."""
    rounded = f"{100 * value:.1f}"
    return "100 %" if value == 1 else f"{'99.9' if rounded == '100.0' else rounded} %"

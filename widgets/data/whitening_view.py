"""Two columns as clouds before and after each step that prepares them: mean, scaling, decorrelation, whitening."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QFrame, QPushButton, QWidget

from app.numerics.whitening import Numbers, Preparation, Whitening, covariance
from app.protocol.data_values import DataPreview
from widgets.look.flow import flow
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, hsplit, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.plots.scatter import ScatterPlot
from widgets.plots.ticks import number

TITLES = {
    Preparation.MEAN: "1 Mean removal",
    Preparation.SCALE: "2 Scaling",
    Preparation.DECORRELATE: "3 Decorrelation",
    Preparation.WHITEN: "4 Whitening",
}
EMPTY = "Choose a data set with two columns of numbers."
FEWEST = 3
"""Samples without gaps that a covariance is taken of, at least."""


class CloudPlot(ScatterPlot):
    """A cloud in its own ranges, or where it is ``square`` about the origin with the same range both ways."""

    square = False

    def show_cloud(self, points: Numbers, labels: NDArray[np.int64], classes: Sequence[str], *, square: bool) -> None:
        """Show points (n, 2) with their classes."""
        self.square = square
        self.set_points(points, labels, classes)
        self.use_one_scale(square)
        self.fit()

    def view_extent(self) -> tuple[float, float, float, float]:
        """The part of the plane shown."""
        if not self.square:
            return super().view_extent()
        far = 1.05 * max(float(np.abs(self._points).max()), 1e-12)
        return -far, far, -far, far


class WhiteningView(QWidget):
    """Which step, which columns, the cloud before and after it, and the rule with its numbers."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._columns: dict[str, Numbers] = {}
        self._labels = np.zeros(0, np.int64)
        self._classes: Sequence[str] = ("samples",)
        self.across, self.up = QComboBox(self), QComboBox(self)
        self.scaled = QCheckBox("Scale", self)
        self.scaled.setChecked(True)
        self.scaled.setToolTip(plain_tip("Divide by the standard deviations before the columns are decorrelated"))
        self.steps = QButtonGroup(self)
        self.before, self.after = (CloudPlot(source, title, EMPTY, self) for title in ("Before", "After"))
        self.rule, self.numbers = (text_label("", self, wrap=True, selectable=True) for _ in range(2))
        self._lay_out()
        self.across.currentTextChanged.connect(lambda _: self._show())
        self.up.currentTextChanged.connect(lambda _: self._show())
        self.scaled.toggled.connect(lambda _: self._show())
        self.steps.idClicked.connect(lambda _: self._show())

    def _lay_out(self) -> None:
        frame = QFrame(self)
        frame.setProperty("segments", True)
        frame.setAccessibleName("Steps of preparing columns")
        row = hbox(parent=frame, margins=(2, 2, 2, 2), spacing=2)
        for at, step in enumerate(Preparation):
            button = QPushButton(TITLES[step], frame)
            button.setProperty("segmented", True)
            button.setCheckable(True)
            self.steps.addButton(button, at)
            row.addWidget(button)
        self.steps.button(0).setChecked(True)
        across, up = (text_label(name, self, look="faint", buddy=box) for name, box in self._pickers())
        for name, box in self._pickers():
            box.setAccessibleName(f"Column {name.lower()}")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        bar = flow(frame, across, self.across, up, self.up, self.scaled, margins=(8, 6, 8, 2), spacing=8)
        clouds = []
        for title, plot in (("Before", self.before), ("After", self.after)):
            side = QWidget(self)
            vbox(text_label(title, side, look="heading", indent=8), (plot, 1), parent=side, spacing=0)
            clouds.append((side, 1))
        words = vbox(self.rule, self.numbers, margins=(12, 0, 12, 6), spacing=2)
        vbox(bar, words, (hsplit(*clouds, least=150), 1), parent=self, spacing=2)
        self._source.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """The step that one is at is bold, which a button's own hint does not reckon with."""
        bold = QFontMetrics(self._source.theme.font(bold=True))
        for button in self.steps.buttons():
            button.setMinimumWidth(bold.horizontalAdvance(button.text()) + 32)

    def _pickers(self) -> tuple[tuple[str, QComboBox], ...]:
        """The columns that are chosen, and what they are called."""
        return ("Across", self.across), ("Up", self.up)

    @property
    def step(self) -> Preparation:
        """The step that is looked at."""
        return tuple(Preparation)[self.steps.checkedId()]

    @property
    def is_empty(self) -> bool:
        """Whether there are no two columns that change."""
        return len(self._columns) < 2

    def set_preview(self, preview: DataPreview | None) -> None:
        """Offer the columns of a preview that change; those that go with each other most are chosen first."""
        self._columns = {} if preview is None else _changing(preview)
        names = list(self._columns)
        for _, box in self._pickers():
            with QSignalBlocker(box):
                box.clear()
                box.addItems(names)
        if preview is None or self.is_empty:
            self._clear()
            return
        classes = preview.info.classes
        few = 0 < len(classes) <= 8
        rows = len(preview.inputs)
        self._classes = classes if few else ("samples",)
        targets = np.asarray(preview.targets).reshape(rows, -1)[:, 0] if few else np.zeros(rows)
        self._labels = np.nan_to_num(targets).astype(np.int64)
        across, up = _closest(self._columns)
        for (_, box), name in zip(self._pickers(), (across, up), strict=True):
            with QSignalBlocker(box):
                box.setCurrentText(name)
        self._show()

    def _clear(self) -> None:
        for plot in (self.before, self.after):
            plot.set_points(np.empty((0, 2)), [], [])
        self.rule.clear()
        self.numbers.clear()

    def _show(self) -> None:
        """The cloud before and after the step, and what it does."""
        scale = self.steps.button(list(Preparation).index(Preparation.SCALE))
        scale.setEnabled(self.scaled.isChecked())
        if self.step is Preparation.SCALE and not self.scaled.isChecked():
            self.steps.button(0).setChecked(True)
        across, up = self.across.currentText(), self.up.currentText()
        if across not in self._columns or up not in self._columns:
            self._clear()
            return
        points = np.stack([self._columns[across], self._columns[up]], axis=1)
        known = np.isfinite(points).all(axis=1)
        points, labels = points[known], self._labels[known]
        if len(points) < FEWEST:
            self._clear()
            self.rule.setText("Too few rows have a number in both columns.")
            return
        found = Whitening.fit(points, scaled=self.scaled.isChecked())
        clouds = self._clouds(points, found)
        turned = ("along the first eigenvector", "along the second")
        names = {Preparation.MEAN: (across, up), Preparation.SCALE: (across, up)}
        square = self.step is not Preparation.MEAN
        for plot, cloud, at in zip((self.before, self.after), clouds, (self._previous, self.step), strict=True):
            plot.set_names(*(names.get(at, turned) if at is not None else (across, up)))
            plot.show_cloud(cloud, labels, self._classes, square=square)
        self.rule.setText(self._rule(found))
        self.numbers.setText(f"Covariance before {_matrix(clouds[0])}, after {_matrix(clouds[1])}.")

    @property
    def _previous(self) -> Preparation | None:
        """The step before the one that is looked at; None before the first."""
        order = [step for step in Preparation if step is not Preparation.SCALE or self.scaled.isChecked()]
        place = order.index(self.step)
        return order[place - 1] if place else None

    def _clouds(self, points: Numbers, found: Whitening) -> tuple[Numbers, Numbers]:
        before = points if self._previous is None else found.apply(points, self._previous)
        return before, found.apply(points, self.step)

    def _rule(self, found: Whitening) -> str:
        """What the step does, with its numbers."""
        match self.step:
            case Preparation.MEAN:
                return f"x − mean: subtract the mean {_pair(found.mean)}. The cloud moves to the origin."
            case Preparation.SCALE:
                return f"(x − mean) / s: divide by the standard deviation {_pair(found.scale)}. Units no longer matter."
            case Preparation.DECORRELATE:
                angle = float(np.degrees(np.arctan2(found.vectors[1, 0], found.vectors[0, 0])))
                always = " Two scaled columns always turn by 45°." if self.scaled.isChecked() else ""
                return (
                    "z = Vᵀ x: turn into the eigenvectors v of the covariance C, C v = λ v, the first at "
                    f"{number(angle, 3)}°, λ = {_pair(found.variances)}. The new columns do not correlate.{always}"
                )
            case Preparation.WHITEN:
                return f"z / √λ: divide by {_pair(found.deviations)}. The cloud is as wide in every direction: C = 1."


def _changing(preview: DataPreview) -> dict[str, Numbers]:
    """The previewed inputs by column, without those that never change; of a sequence its last step."""
    inputs = np.asarray(preview.inputs, np.float64)
    inputs = inputs if inputs.ndim == 2 else inputs[:, -1] if inputs.ndim == 3 else np.empty((0, 0))
    heads = preview.info.input_field.names or [f"feature {at + 1}" for at in range(inputs.shape[1])]
    with np.errstate(invalid="ignore"):
        columns = dict(zip(heads, inputs.T, strict=False))
        known = {name: column[np.isfinite(column)] for name, column in columns.items()}
        return {name: columns[name] for name, values in known.items() if len(values) >= FEWEST and np.ptp(values) > 0}


def _closest(columns: dict[str, Numbers]) -> tuple[str, str]:
    """The names of the two columns that go with each other most."""
    names = list(columns)
    filled = np.stack([np.where(np.isfinite(column), column, np.nanmean(column)) for column in columns.values()])
    strength = np.abs(np.corrcoef(filled))
    row, column = np.unravel_index(int(np.tril(np.nan_to_num(strength), -1).argmax()), strength.shape)
    return names[int(column)], names[int(row)] if row != column else names[1]


def _pair(values: Numbers) -> str:
    return f"({number(float(values[0]), 3)}, {number(float(values[1]), 3)})"


def _matrix(points: Numbers) -> str:
    """The covariance of two columns, row by row."""
    rows = np.round(covariance(points), 9) + 0.0
    return "[" + " / ".join(" ".join(number(float(value), 3) for value in row) for row in rows) + "]"

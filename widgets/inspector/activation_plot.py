"""What an activation does, drawn: its function with its derivative, or a softmax over three scores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from graph.layers.base import Layer
from graph.layers.scalar import ScalarFunction, softmax, softmax_slopes
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource, blend
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number

if TYPE_CHECKING:
    from widgets.inspector.function_plot import ActivationPlot

SCORES = (2.0, 1.0, 0.1)
"""The scores that a softmax is explained with."""


class SoftmaxPlot(PaintedView):
    """Three scores, their exponentials and their shares; below, how the shares pull at each other."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Softmax of three scores", "", parent)
        self.setObjectName("softmaxPlot")
        pairs = ", ".join(
            f"{number(score, 3)} becomes {share:.2f}" for score, share in zip(SCORES, softmax(SCORES), strict=True)
        )
        self.describe(f"Scores and their shares: {pairs}")

    def is_empty(self) -> bool:
        """Never."""
        return False

    def rows(self) -> tuple[list[list[str]], list[list[str]]]:
        """The texts of both tables: score, exponential and share of each; and the slopes."""
        shares = softmax(SCORES)
        upper = [[f"{score:g}", f"{math.exp(score):.2f}", f"{share:.2f}"] for score, share in zip(SCORES, shares,
                 strict=True)]  # fmt: skip
        lower = [[number(slope, 2) for slope in row] for row in softmax_slopes(SCORES)]
        return upper, lower

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Both tables, the shares as bars behind their numbers."""
        line = QFontMetricsF(self.theme.font()).height() + 5
        upper, lower = self.rows()
        width = area.width() / 4
        top = self._table(painter, area.top() + 2, width, ("z", "eᶻ", "share"), upper, softmax(SCORES))
        painter.setPen(self.theme.faint)
        painter.setFont(self.theme.font(small=True))
        place = QRectF(area.left(), top + 6, area.width(), line)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, "Derivatives: share (row) by score (column)")
        self._table(painter, top + 6 + line, width, ("z₁", "z₂", "z₃"), lower, None)

    def _table(
        self,
        painter: QPainter,
        top: float,
        width: float,
        heads: tuple[str, ...],
        rows: list[list[str]],
        bars: list[float] | None,
    ) -> float:
        """A small table; returns where it ends."""
        line = QFontMetricsF(self.theme.font()).height() + 5
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.faint)
        painter.setFont(self.theme.font(small=True))
        for column, head in enumerate(heads):
            painter.drawText(QRectF(width * (column + 1), top, width - 8, line), right, head)
        for number_, row in enumerate(rows):
            at = top + line * (number_ + 1)
            if bars is not None:
                whole = width - 2
                bar = QRectF(width * 4 - whole * bars[number_], at + 2, whole * bars[number_], line - 4)
                painter.fillRect(bar, blend(self.theme.accent, self.theme.surface, 0.2))
            painter.setPen(self.theme.faint)
            painter.setFont(self.theme.font(small=True))
            name = f"class {number_ + 1}" if bars is not None else f"share {number_ + 1}"
            painter.drawText(QRectF(0, at, width, line), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(self.theme.text)
            painter.setFont(self.theme.font())
            for column, text in enumerate(row):
                painter.drawText(QRectF(width * (column + 1), at, width - 8, line), right, text)
        return top + line * (len(rows) + 1)

    def sizeHint(self) -> QSize:
        line = QFontMetricsF(self.theme.font()).height() + 5
        return QSize(self.theme.px(240), math.ceil(line * 9 + 10))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(180), self.sizeHint().height())


class FunctionHelp(QWidget):
    """The drawing that belongs to a layer, with its formulas; hidden for layers that have none."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._plot: ActivationPlot | None = None
        self.shares = SoftmaxPlot(source, self)
        self.words = text_label("", self, wrap=True, selectable=True)
        self.words.setObjectName("activationWords")
        self._column = vbox(self.shares, self.words, parent=self, margins=(0, 6, 0, 6), spacing=4)
        self.hide()

    @property
    def plot(self) -> ActivationPlot:
        """The drawing, made for the first activation: the workbench has not to wait for what draws charts."""
        if self._plot is None:
            from widgets.inspector.function_plot import ActivationPlot

            self._plot = ActivationPlot(self._source, self)
            self._column.insertWidget(0, self._plot)
        return self._plot

    def show_layer(self, layer: Layer) -> None:
        """Draw what ``layer`` does with its settings as they are."""
        curve = layer.curve()
        self.setVisible(curve is not None or layer.final_activation == "softmax")
        if curve is not None or self._plot is not None:
            self.plot.setVisible(curve is not None)
        self.shares.setVisible(layer.final_activation == "softmax")
        if curve is not None:
            self.plot.show_curve(curve, layer.title)
            self.words.setText(described(curve))
        elif layer.final_activation == "softmax":
            self.words.setText(
                "Raising one score raises its own share and lowers all others; "
                "adding the same to all scores changes nothing."
            )


def described(curve: ScalarFunction) -> str:
    """Both formulas, and how far function and derivative reach near 0."""
    (low, high), (least, greatest) = curve.extent(-1, 1)
    return (
        f"f(x) = {curve.formula}\n"
        f"f′(x) = {curve.slope_formula}\n"
        f"For x from −1 to 1: f {_between(low, high)}, f′ {_between(least, greatest)}."
    )


def _between(low: float, high: float) -> str:
    first, last = number(low, 2), number(high, 2)
    return f"is {first}" if first == last else f"from {first} to {last}"

"""What a network predicts of a sample: in large words, and below them bars, amounts, a picture or a curve."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.protocol.inference_values import OutputPrediction
from app.protocol.messages import Array
from app.system.number_format import format_percent, format_short
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.sample_views import drawable_values
from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import Themed, ThemeSource
from widgets.plots.curve_plot import TitledCurves
from widgets.plots.painted_view import PaintedView
from widgets.understand.try_it.mask_view import MaskView
from widgets.understand.try_it.prediction_words import amounts, headline, how_sure, ranked

MOST_BARS = 40
"""Probabilities that are drawn; of more classes only the likeliest."""
ROW, LEAST_SHARE = 20, 0.75
"""Height of a bar with its words, in pixels, and the share of it that will do where room is short."""
APART, LEAST_BAR, MOST_COLUMNS = 14, 34, 3
"""Pixels between columns of bars, pixels of the shortest whole bar and its gaps, and how many columns there are."""
LEAST_LINES = 5
"""Lines that there is always room for."""
FIGURES = "100.0 %"
"""The widest number beside a bar."""
Rows: TypeAlias = Sequence[tuple[str, str, float, bool]]
"""The name, the number in words, the length of the bar from 0 to 1, and whether it is what is predicted."""
LARGE = 1.7
"""How many times as large as the text the headline is."""


class ProbabilityBars(PaintedView):
    """A bar for each class or label, probabilities or scores, or a line for each amount."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Probabilities", "", parent)
        self.output: OutputPrediction | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_output(self, output: OutputPrediction) -> None:
        """Show the numbers of an output."""
        self.output = output
        self.updateGeometry()
        self.setAccessibleName("Scores" if output.by_scores else "Probabilities")
        self.describe("; ".join(f"{name} {words}" for name, words, _, _ in self.rows()))
        self.update()

    def rows(self) -> Rows:
        """What is drawn."""
        output = self.output
        if output is None:
            return []
        if output.kind == "numbers":
            return [(words, "", 0.0, False) for words in amounts(output)]
        names = output.target.classes or output.target.names
        values = output.values.reshape(-1).tolist()
        low, high = (min(values), max(values)) if output.by_scores else (0.0, 1.0)  # the least score has no bar
        words = [format_short(value) if output.by_scores else format_percent(value) for value in values]
        return [
            (names[place], words[place], (values[place] - low) / ((high - low) or 1.0), place in output.chosen)
            for place in ranked(values, MOST_BARS)
        ]

    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.output is None

    def minimumSizeHint(self) -> QSize:
        """Room for some lines, so that two columns hold the classes that most data sets have."""
        lines = min(len(self.rows()), LEAST_LINES)
        return QSize(super().minimumSizeHint().width(), ceil(lines * self.theme.px(ROW) * LEAST_SHARE))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint all rows, in two or three columns where they have no room below each other.

        Where they have none there either, the likeliest, and how many more there are.
        """
        rows = self.rows()
        columns, lines = self._columns(area, rows)
        if len(rows) > columns * lines:
            rows = sorted(rows, key=lambda row: -row[2])[: columns * lines - 1]
            rows.append((f"{len(self.rows()) - len(rows):,} more", "", 0.0, False))
        lines = -(-len(rows) // columns)
        height = min(self.theme.px(ROW) * 1.4, area.height() / max(lines, 1))
        width = (area.width() - (columns - 1) * APART) / columns
        for number in range(columns):
            left = area.left() + number * (width + APART)
            column = QRectF(left, area.top(), width, height)
            self._paint_column(painter, rows[number * lines : (number + 1) * lines], column)

    def _columns(self, area: QRectF, rows: Rows) -> tuple[int, int]:
        """How many columns the rows take, and how many lines have room in each."""
        lines = max(1, int(area.height() // (self.theme.px(ROW) * LEAST_SHARE)))
        small = QFontMetricsF(self.theme.font(small=True, bold=True))
        least = max((small.horizontalAdvance(row[0]) for row in rows), default=0.0)
        if any(row[1] for row in rows):
            least += small.horizontalAdvance(FIGURES) + LEAST_BAR
        most = max(1, min(MOST_COLUMNS, int((area.width() + APART) // (least + APART))))
        return min(most, -(-len(rows) // lines) or 1), lines

    def _paint_column(self, painter: QPainter, rows: Rows, first: QRectF) -> None:
        """Paint rows below each other, from ``first`` on."""
        small = QFontMetricsF(self.theme.font(small=True, bold=True))
        wide = min(max((small.horizontalAdvance(row[0]) for row in rows if row[1]), default=0.0), first.width() * 0.45)
        figures = small.horizontalAdvance(FIGURES) + 4
        bar = QRectF(first.left() + wide + 10, 0, first.width() - wide - figures - 18, 0)
        for number, row in enumerate(rows):
            self._paint_row(painter, row, first.translated(0, number * first.height()), bar)
        if self.output is not None and self.output.threshold is not None and self.output.kind == "labels":
            at = bar.left() + bar.width() * self.output.threshold
            painter.setPen(QPen(self.theme.text, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(at, first.top()), QPointF(at, first.top() + len(rows) * first.height()))

    def _paint_row(self, painter: QPainter, row: tuple[str, str, float, bool], place: QRectF, bar: QRectF) -> None:
        name, words, share, chosen = row
        font = self.theme.font(small=True, bold=chosen)
        painter.setFont(font)
        painter.setPen(self.theme.text)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not words:
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, name)
            return
        named = QRectF(place.left(), place.top(), bar.left() - 10 - place.left(), place.height())
        shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, named.width())
        painter.drawText(named, middle | Qt.AlignmentFlag.AlignRight, shown)
        track = QRectF(bar.left(), place.top() + place.height() * 0.2, bar.width(), place.height() * 0.6)
        painter.fillRect(track, self.theme.grid)
        filled = QRectF(track)
        filled.setWidth(track.width() * min(max(share, 0.0), 1.0))
        painter.fillRect(filled, self.theme.accent if chosen else self.theme.strong_border)
        figures = QRectF(bar.right() + 6, place.top(), place.right() - bar.right() - 6, place.height())
        painter.drawText(figures, middle | Qt.AlignmentFlag.AlignLeft, words)


class OutputView(QWidget, Themed):
    """One output of the network."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = text_label("", self, look="faint")
        self.words = text_label("", self, wrap=True, selectable=True)
        self.words.setObjectName("prediction")
        self.sure = text_label("", self, look="faint", wrap=True)
        self.bars = ProbabilityBars(source, self)
        self.picture = SampleGallery(source, "Prediction", "", self)
        self.curve = TitledCurves(source, "Prediction", "")
        self.curve.view.set_along("step")
        self.stack = CurrentOnlyStack(self)
        self.masked = MaskView(source, self)
        self.nothing = QWidget(self)
        for page in (self.bars, self.picture, self.masked, self.curve, self.nothing):
            self.stack.add(page)
        vbox(self.name, self.words, self.sure, (self.stack, 1), parent=self, spacing=2)
        self.follow(source)
        self.theme_changed()

    def theme_changed(self) -> None:
        """The headline is larger than the rest."""
        font = QFont(self.theme.font(bold=True))
        font.setPointSizeF(font.pointSizeF() * LARGE)
        self.words.setFont(font)

    def show_output(self, output: OutputPrediction, *, named: bool, picture: Array | None) -> None:
        """Show a prediction; ``named`` says whether the name of its output layer tells it from others.

        A ``picture`` (C, H, W) is what was predicted from, for what is drawn over it.
        """
        self.name.setText(f"{output.output}: {output.target.name}" if named else output.target.name)
        self.words.setText(headline(output))
        self.sure.setText(how_sure(output))
        self.sure.setVisible(bool(self.sure.text()))
        self.stack.bring(self._page(output, picture))

    def _page(self, output: OutputPrediction, picture: Array | None) -> QWidget:
        """The page that draws an output, filled."""
        shape = output.values.shape
        if output.kind in ("classes", "labels") or (
            output.kind == "numbers" and 1 < output.values.size <= MOST_BARS and len(shape) == 1
        ):
            self.bars.set_output(output)
            return self.bars
        if output.kind == "pixels":
            self.masked.set_mask(output.values, output.target.names, picture)
            return self.masked
        if output.kind == "numbers" and len(shape) >= 3:
            self.picture.set_samples(drawable_values(output.values[None]), [""], [""])
            return self.picture
        if output.kind == "numbers" and output.values.size > 1:
            view = self.curve.view
            view.clear()
            columns = output.values[:, None] if len(shape) == 1 else output.values
            names = output.target.names if len(output.target.names) == columns.shape[1] else ()
            for number in range(columns.shape[1]):
                name = names[number] if names else output.output
                view.add_curve(str(number), name, number, "validation")
                view.append(str(number), np.arange(1, len(columns) + 1), columns[:, number].astype(np.float64))
            return self.curve
        return self.nothing


class PredictionView(QWidget):
    """The predictions of all outputs, one below the other, or a sentence why there is none."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.outputs: list[OutputView] = []
        self.truth = text_label("", self, look="faint", wrap=True)
        self.truth.setObjectName("truth")
        self.notes = text_label("", self, look="warning", wrap=True)
        self.says = text_label("", self, look="faint", wrap=True)
        self._column = vbox(self.says, parent=None, spacing=6)
        vbox(
            self.truth,
            (self._column, 1),
            self.notes,
            parent=self,
            margins=(8, 6, 12, 6),
            spacing=4,
        )
        self.setMinimumWidth(210)

    def show_outputs(self, outputs: tuple[OutputPrediction, ...], picture: Array | None = None) -> None:
        """Show predictions, made from a ``picture`` (C, H, W) or something else, in the place of those before."""
        self.says.hide()
        while len(self.outputs) < len(outputs):
            view = OutputView(self._source, self)
            self.outputs.append(view)
            self._column.addWidget(view, 1)
        for place, view in enumerate(self.outputs):
            view.setVisible(place < len(outputs))
        for view, output in zip(self.outputs, outputs, strict=False):
            view.show_output(output, named=len(outputs) > 1, picture=picture)

    def show_none(self, reason: str) -> None:
        """Say why nothing is predicted."""
        for view in self.outputs:
            view.hide()
        self.says.setText(reason)
        self.says.show()

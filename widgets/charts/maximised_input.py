"""The input that excites a unit most, large: a picture, a line over time, or bars of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.colour_maps import Bytes, image, limits, picture
from widgets.charts.colour_scale import draw_scale
from widgets.charts.feature_bars import paint_feature_bars, row_at
from widgets.charts.unit_tiles import Patch, outline, patch_place
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_frame, draw_line, y_margin
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, number, padded

Values = NDArray[np.float64]


class ExcitingInput(PaintedView):
    """One input in the data's own units; what it is made of is read under the pointer.

    Features of a table differ in scale, so their bars show how far they are from the mean, in deviations, and their
    texts the values themselves.
    """

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._values: Values = np.empty(0)
        self._away: Values = np.empty(0)
        self._names: list[str] = []
        self._units: list[str] = []
        self._patch: Patch | None = None
        self._body = QRectF()

    def set_input(
        self, values: ArrayLike, away: ArrayLike, names: Sequence[str] = (), units: Sequence[str] = ()
    ) -> None:
        """Show a picture (C, H, W), a sequence (T, F) or a vector (F,), in the data's units.

        ``away`` has the same shape and says how far each value is from the data's mean, in deviations. ``names`` and
        ``units`` are those of features, or empty. Empty values show nothing.
        """
        self._values, self._away = rounded(np.asarray(values, dtype=np.float64)), np.asarray(away, dtype=np.float64)
        count = self._values.shape[-1] if self._values.ndim in (1, 2) else 0
        self._names = list(names) or [f"feature {at + 1}" for at in range(count)]
        self._units = list(units) or [""] * count
        self.describe(self._summary() if self._values.size else self.empty_text)
        self.update()

    def set_patch(self, patch: Patch | None) -> None:
        """Outline the patch that the unit sees, in places of the input."""
        self._patch = patch
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.set_input(np.empty(0), np.empty(0))

    def is_empty(self) -> bool:
        """Return whether there is no input."""
        return self._values.size == 0

    def _summary(self) -> str:
        low, high = limits(self._values)
        return f"values from {number(low, 3)} to {number(high, 3)}"

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the input as suits its kind."""
        room = area.adjusted(12, 8, -12, -8)
        if self._values.ndim == 1:
            foot = self.theme.px(18)
            self._body = room.adjusted(0, 0, 0, -foot)
            texts = [self._text(at, value) for at, value in enumerate(self._values)]
            paint_feature_bars(painter, self.theme, self._names, self._away, texts, self._body)
            painter.setPen(self.theme.faint)
            below = QRectF(room.left(), room.bottom() - foot, room.width(), foot)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "bar: deviations from the mean")
        elif self._values.ndim == 2:
            self._paint_series(painter, room)
        else:
            self._paint_picture(painter, room)

    def _text(self, at: int, value: float) -> str:
        unit = self._units[at]
        return f"{number(float(value), 3)} {unit}".strip()

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        low, high = limits(self._values)
        foot = self.theme.px(22)
        height, width = self._values.shape[1:]
        cell = min(room.width() / width, (room.height() - foot) / height)
        left = round(room.center().x() - cell * width / 2)  # on whole pixels, as its edge is
        self._body = QRectF(left, room.top(), round(cell * width), round(cell * height))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell < 1)
        painter.drawImage(self._body, image(picture(self._values, low, high)))
        painter.setPen(self.theme.border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self._body)
        if self._patch is not None:
            outline(painter, patch_place(self._patch, self._values, self._body), self._body)
        if len(self._values) != 3:
            place = QRectF(room.left(), self._body.bottom() + 2, min(room.width(), self.theme.px(220)), foot)
            draw_scale(painter, self.theme, place, greys(), low, high, wide=True)

    def _paint_series(self, painter: QPainter, room: QRectF) -> None:
        line = QFontMetricsF(self.theme.font(small=True)).height()
        span = AxisRange(*padded(*limits(self._values)))
        ticks = linear_ticks(span.low, span.high, max(2, int(room.height() / 48)))
        margin = y_margin(self.theme, [number(tick) for tick in ticks])
        self._body = room.adjusted(margin, 4, -4, -(2 * line + 6))
        steps, features = self._values.shape
        axes = Axes(self._body, AxisRange(1.0, float(max(steps, 2))), span)
        x_ticks = linear_ticks(1.0, float(max(steps, 2)), max(2, int(self._body.width() / 80)))
        draw_frame(painter, self.theme, axes, x_ticks, ticks)
        if self._patch is not None:
            seen = (axes.to_x(self._patch[0] + 0.5), axes.to_x(self._patch[1] + 0.5))
            stretch = QRectF(seen[0], self._body.top(), seen[1] - seen[0], self._body.height())
            painter.fillRect(stretch.intersected(self._body), self.theme.selection)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for feature in range(min(features, len(self.theme.runs))):
            painter.setPen(QPen(self.theme.run(feature), 2))
            draw_line(painter, axes.map(np.arange(1.0, steps + 1), self._values[:, feature]))
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        below = QRectF(self._body.left(), self._body.bottom() + line + 6, self._body.width(), line)
        named = ", ".join(
            f"{name} ({unit})" if unit else name for name, unit in zip(self._names, self._units, strict=True)
        )
        words = QFontMetricsF(self.theme.font(small=True)).elidedText(
            f"time in steps  ·  {named}", Qt.TextElideMode.ElideRight, below.width()
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)

    def sentence_at(self, at: QPointF) -> str:
        """Return the value under the pointer."""
        if not self._body.contains(at):
            return ""
        if self._values.ndim == 1:
            row = row_at(self._away, at, self._body, self.theme)
            if row is None:
                return ""
            away = number(float(self._away[row]), 2)
            return f"{self._names[row]}: {self._text(row, self._values[row])}, {away} deviations from the mean"
        across = (at.x() - self._body.left()) / self._body.width()
        if self._values.ndim == 2:
            step = min(round(across * (len(self._values) - 1)), len(self._values) - 1)
            each = (f"{name} {self._text(one, self._values[step, one])}" for one, name in enumerate(self._names[:6]))
            return f"step {step + 1}: " + ", ".join(each)
        height, width = self._values.shape[1:]
        column = min(int(across * width), width - 1)
        row = min(int((at.y() - self._body.top()) / self._body.height() * height), height - 1)
        said = ", ".join(number(float(value), 3) for value in self._values[:4, row, column])
        return f"row {row}, column {column}: {said}"


def rounded(values: Values) -> Values:
    """Return ``values`` without what only rounding left of a zero when they were given their own units again."""
    size = np.abs(values)
    return np.where(size < 1e-6 * size.max(initial=0.0), 0.0, values)


def greys() -> Bytes:
    """Return 256 RGBA greys from black to white, the colours of a picture of one channel."""
    steps = np.arange(256, dtype=np.uint8)
    return np.stack([steps, steps, steps, np.full(256, 255, np.uint8)], axis=-1)
